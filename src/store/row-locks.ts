import { PostgresAdapter, type SelectQueryBuilder, sql } from 'kysely';
import type { Database } from './database.ts';
import type { StoreTransaction } from './store.ts';

/** Any number that no other program takes for its own advisory locks. */
const REVIEW_LOG_LOCK = 4_277_001;

/**
 * The rows of a query that nobody else is about to change, held until the transaction ends. A write transaction of
 * SQLite holds the whole database already.
 */
export function takeFreeRows<T extends keyof Database, O>(
	transaction: StoreTransaction,
	query: SelectQueryBuilder<Database, T, O>,
): SelectQueryBuilder<Database, T, O> {
	return isPostgres(transaction) ? query.forUpdate().skipLocked() : query;
}

/** The same rows, but waiting for whoever holds one of them. */
export function takeRows<T extends keyof Database, O>(
	transaction: StoreTransaction,
	query: SelectQueryBuilder<Database, T, O>,
): SelectQueryBuilder<Database, T, O> {
	return isPostgres(transaction) ? query.forUpdate() : query;
}

/** Makes others who want to append to the review log wait until the transaction ends: its events are one chain. */
export async function lockReviewLog(transaction: StoreTransaction): Promise<void> {
	if (!isPostgres(transaction)) return;
	await sql`select pg_advisory_xact_lock(${sql.lit(REVIEW_LOG_LOCK)})`.execute(transaction);
}

function isPostgres(transaction: StoreTransaction): boolean {
	return transaction.getExecutor().adapter instanceof PostgresAdapter;
}
