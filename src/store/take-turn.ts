import { PostgresAdapter, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Database } from './database.ts';

/** Whether a transaction is one of PostgreSQL, where others write at the same time. */
function isPostgres(transaction: Transaction<Database>): boolean {
	return transaction.getExecutor().adapter instanceof PostgresAdapter;
}

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

/** Locks the rows that a query finds until the end of the transaction; on SQLite nobody else writes anyway. */
export function lockRows<Tables extends keyof Database, Row>(
	transaction: Transaction<Database>,
	query: SelectQueryBuilder<Database, Tables, Row>,
): SelectQueryBuilder<Database, Tables, Row> {
	return isPostgres(transaction) ? query.forUpdate() : query;
}

/**
 * Locks the rows of a table that a query finds and leaves out those that another transaction has locked, so that of
 * two who ask for the next row at the same moment each gets one of its own.
 *
 * @example
 * const next = transaction.selectFrom('review_items').select('item_id').where('state', '=', 'new').limit(1);
 * const item = await lockUnlessTaken(transaction, next, 'review_items').executeTakeFirst();
 */
export function lockUnlessTaken<Tables extends keyof Database, Row>(
	transaction: Transaction<Database>,
	query: SelectQueryBuilder<Database, Tables, Row>,
	table: Tables,
): SelectQueryBuilder<Database, Tables, Row> {
	return isPostgres(transaction) ? query.forUpdate(table).skipLocked() : query;
}
