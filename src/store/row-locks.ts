import { PostgresAdapter, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';

/**
 * Waits until no other transaction has taken the turn, and has it until its own end. SQLite has one writer at a time,
 * so there everyone has every turn.
 *
 * @param turn a name: of what is read now and written later, such as `model payments`
 */
export async function takeTurn(transaction: Transaction<Database>, turn: string): Promise<void> {
	if (!isPostgres(transaction)) return;
	await sql`select pg_advisory_xact_lock(hashtextextended(${`counterfoil ${turn}`}, 0))`.execute(transaction);
}

/**
 * The rows of a query that nobody else is about to change, held until the transaction ends: of two who ask for the
 * next row at the same moment each gets one of its own. A write transaction of SQLite holds the whole database already.
 *
 * @example
 * const next = transaction.selectFrom('review_items').select('item_id').where('state', '=', 'new').limit(1);
 * const item = await takeFreeRows(transaction, next).executeTakeFirst();
 */
export function takeFreeRows<T extends keyof Database, O>(
	transaction: Transaction<Database>,
	query: SelectQueryBuilder<Database, T, O>,
): SelectQueryBuilder<Database, T, O> {
	return isPostgres(transaction) ? query.forUpdate().skipLocked() : query;
}

/** The same rows, but waiting for whoever holds one of them. */
export function takeRows<T extends keyof Database, O>(
	transaction: Transaction<Database>,
	query: SelectQueryBuilder<Database, T, O>,
): SelectQueryBuilder<Database, T, O> {
	return isPostgres(transaction) ? query.forUpdate() : query;
}

/** Lets nobody begin, end or take over a run until the transaction ends. A write transaction of SQLite does so anyway. */
export async function holdRuns(transaction: Transaction<Database>): Promise<void> {
	if (isPostgres(transaction)) await sql`lock table runs in share mode`.execute(transaction);
}

/** Whether others may write at the same time. */
export function isPostgres(transaction: Transaction<Database>): boolean {
	return transaction.getExecutor().adapter instanceof PostgresAdapter;
}
