import { setTimeout as sleep } from 'node:timers/promises';
import { CounterfoilError } from '../contracts/errors.ts';
import { inTransaction, type Store, type StoreTransaction } from '../store/store.ts';

/** Reviewers wait for each other rather than see that the database is busy. */
const PATIENCE_MS = 60_000;
const PAUSE_MS = 20;

/** A write transaction that is tried again while another process holds the database. @throws DATABASE_LOCKED */
export async function patiently<T>(store: Store, work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
	const startMs = Date.now();
	for (;;) {
		try {
			return await inTransaction(store, work);
		} catch (error) {
			const isLocked = error instanceof CounterfoilError && error.code === 'DATABASE_LOCKED';
			if (!isLocked || Date.now() - startMs >= PATIENCE_MS) throw error;
			await sleep(PAUSE_MS);
		}
	}
}
