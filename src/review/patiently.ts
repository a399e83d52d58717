import { setTimeout as sleep } from 'node:timers/promises';
import { CounterfoilError } from '../contracts/errors.ts';
import { inTransaction, type Store, type StoreTransaction } from '../store/store.ts';

/** Reviewers wait for each other rather than see that the database is busy. */
const PATIENCE_MS = 60_000;
/**
 * Between two transactions of one process. SQLite does not queue those who wait for its lock: they look whether it is
 * free now and then, and a process that takes it again at once would keep them out for minutes.
 */
const BREATH_MS = 1;

/** What ends when a store may be written to again, by this process. */
const turns = new WeakMap<Store, Promise<unknown>>();

/**
 * A write transaction that is tried again while another process holds the database.
 *
 * @param turn as of `inTransaction`; by default `work` locks the rows that it changes.
 * @throws DATABASE_LOCKED
 */
export async function patiently<T>(
	store: Store,
	work: (transaction: StoreTransaction) => Promise<T>,
	turn: string | null = null,
): Promise<T> {
	if (store.dialect !== 'sqlite') return await inTransaction(store, work, turn);
	const done = (turns.get(store) ?? Promise.resolve()).then(() => tryUntilFree(store, work));
	const breathe = () => sleep(BREATH_MS);
	turns.set(store, done.then(breathe, breathe));
	return await done;
}

async function tryUntilFree<T>(store: Store, work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
	const startMs = Date.now();
	for (;;) {
		try {
			return await inTransaction(store, work, null);
		} catch (error) {
			const isLocked = error instanceof CounterfoilError && error.code === 'DATABASE_LOCKED';
			if (!isLocked || Date.now() - startMs >= PATIENCE_MS) throw error;
			await sleep(BREATH_MS);
		}
	}
}
