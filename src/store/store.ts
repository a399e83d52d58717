import type { Kysely, Transaction } from 'kysely';
import type { Database } from './database.ts';
import { takeTurn } from './row-locks.ts';

/**
 * An open database. `writer` writes, and sees what it has written; `reader` sees what is committed and is never
 * blocked by it. Inside a transaction use the transaction, not `writer`: on SQLite the writer has one connection, and
 * asking for it a second time waits for ever.
 */
export interface Store {
	readonly dialect: 'sqlite' | 'postgres';
	/** The file, or the URL without its password. */
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
	/** Runs one write transaction that can insert many rows without the cost of the query builder. */
	bulk<T>(work: (bulk: BulkTransaction) => Promise<T>): Promise<T>;
	/** Makes everything committed so far survive a loss of power. */
	flush(): Promise<void>;
	/** Copies the database as it is now, while others go on writing, to a file that does not exist. */
	copyTo(path: string): Promise<void>;
	/** What is damaged, in words; empty if nothing is. */
	findDamage(): Promise<string[]>;
	/** Tables that are made while the program runs. */
	readonly tables: TableCatalogue;
}

/** A value that can be bound to a statement. */
export type Bindable = string | number | bigint | null;

export interface BulkTransaction {
	/** For everything but many rows. */
	readonly transaction: StoreTransaction;
	/** Inserts rows, each with a value for each of the columns. */
	insert(rows: BulkRows): Promise<void>;
	/** The same, but inserts nothing and gives false where one of them breaks a unique constraint. */
	insertUnlessTaken(rows: BulkRows): Promise<boolean>;
}

export interface BulkRows {
	readonly table: string;
	readonly columns: readonly string[];
	readonly rows: Iterable<readonly Bindable[]>;
}

/** Tables with a column for each of those of generated rows, which carry a mark of what made them. */
export interface TableCatalogue {
	/** Columns that a table can have, that with the number of the row included. */
	readonly mostColumns: number;
	/** Bytes (UTF-8) of the longest name of a table or a column. */
	readonly longestName: number;
	/** What has a name, whatever its case; undefined if nothing has. */
	find(db: StoreTransaction, name: string): Promise<NamedObject | undefined>;
	/** Makes a table where there is none of its name; the first column is its key. */
	create(db: StoreTransaction, table: NewTable): Promise<void>;
	/** Removes a table that `find` has found. */
	drop(db: StoreTransaction, name: string): Promise<void>;
	rename(db: StoreTransaction, name: string, newName: string): Promise<void>;
}

export interface NamedObject {
	/** `table`, `view`, `index` and so on. */
	readonly type: string;
	readonly name: string;
	/** The mark of a table that `create` has made, else null. */
	readonly mark: string | null;
}

export interface NewTable {
	readonly name: string;
	readonly columns: readonly { readonly name: string; readonly type: 'integer' | 'real' | 'text' }[];
	readonly mark: string;
}

/**
 * Runs `work` in one write transaction: all of it is stored, or none of it if it throws. Transactions of the same
 * `turn` come one after the other, so that what `work` reads stays true until it writes.
 *
 * @param turn SQLite has one writer at a time anyway. On PostgreSQL those with other turns go on meanwhile; null:
 *   `work` itself locks the rows that it changes, see `takeFreeRows`.
 */
export function inTransaction<T>(
	store: Store,
	work: (transaction: StoreTransaction) => Promise<T>,
	turn: string | null = 'store',
): Promise<T> {
	return store.writer.transaction().execute(async (transaction) => {
		if (turn !== null) await takeTurn(transaction, turn);
		return await work(transaction);
	});
}
