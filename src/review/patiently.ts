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
/** How long one process writes without a breath: those who wait are patient, and many here may wait too. */
const LONGEST_BURST_MS = 10;

/** What ends when a store may be written to again, by this process, and when it last let others in. */
const turns = new WeakMap<Store, { free: Promise<unknown>; breathedMs: number }>();

/**
 * A write transaction that is tried again while another process holds the database, or, on PostgreSQL, what it wants:
 * of two that wait for each other the server ends one.
 *
 * @param lock `turn` of `inTransaction`; by default `work` locks the rows that it changes.
 * @throws DATABASE_LOCKED
 */
export async function patiently<T>(
	store: Store,
	work: (transaction: StoreTransaction) => Promise<T>,
	lock: string | null = null,
): Promise<T> {
	if (store.dialect !== 'sqlite') return await tryUntilFree(store, work, lock);
	const turn = turns.get(store) ?? { free: Promise.resolve(), breathedMs: 0 };
	turns.set(store, turn);
	const done = turn.free.then(() => tryUntilFree(store, work, null));
	const breathe = async () => {
		if (performance.now() - turn.breathedMs < LONGEST_BURST_MS) return;
		await sleep(BREATH_MS);
		turn.breathedMs = performance.now();
	};
	turn.free = done.then(breathe, breathe);
	return await done;
}

async function tryUntilFree<T>(
	store: Store,
	work: (transaction: StoreTransaction) => Promise<T>,
	lock: string | null,
): Promise<T> {
	const startMs = Date.now();
	for (;;) {
		try {
			return await inTransaction(store, work, lock);
		} catch (error) {
			const isLocked = error instanceof CounterfoilError && error.code === 'DATABASE_LOCKED';
			if (!isLocked || Date.now() - startMs >= PATIENCE_MS) throw error;
			await sleep(BREATH_MS);
		}
	}
}
