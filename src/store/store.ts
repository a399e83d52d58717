import type { Kysely, Transaction } from 'kysely';
import type { Database } from './database.ts';

/**
 * An open database. `writer` is the only connection that writes; `reader` sees what is committed and is
 * never blocked by it. Inside a transaction use the transaction, not `writer`: the writer has one
 * connection, and asking for it a second time waits for ever.
 */
export interface Store {
	readonly dialect: 'sqlite';
	readonly path: string;
	readonly readonly: boolean;
	readonly writer: Kysely<Database>;
	readonly reader: Kysely<Database>;
	/** What each database system does in its own way. */
	readonly engine: StoreEngine;
	close(): Promise<void>;
}

export type StoreTransaction = Transaction<Database>;

/** The seam between the queries, which are the same for every database system, and the system. */
export interface StoreEngine {
	/** Runs statements over many rows in one write transaction, without the cost of the query builder. */
	bulk<T>(work: (bulk: BulkTransaction) => T): Promise<T>;
	/** Makes everything committed so far survive a loss of power. */
	flush(): Promise<void>;
	/** Copies the database as it is now, while others go on writing, to a file that does not exist. */
	copyTo(path: string): Promise<void>;
	/** What is damaged, in words; empty if nothing is. */
	findDamage(): Promise<string[]>;
}

/** A value that can be bound to a statement. */
export type Bindable = string | number | bigint | null;

/** A write transaction over prepared statements; `?` stands for a parameter. */
export interface BulkTransaction {
	/** The function returns the number of rows that were changed. */
	prepareWrite(statement: string): (parameters: readonly Bindable[]) => number;
	/** The function returns the first row, or undefined. */
	prepareRead<Row>(statement: string): (parameters: readonly Bindable[]) => Row | undefined;
	/** The function returns all rows. */
	prepareReadAll<Row>(statement: string): (parameters: readonly Bindable[]) => Row[];
}

/** Runs `work` in one write transaction: all of it is stored, or none of it if it throws. */
export function inTransaction<T>(store: Store, work: (transaction: StoreTransaction) => Promise<T>): Promise<T> {
	return store.writer.transaction().execute(work);
}
