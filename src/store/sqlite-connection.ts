import Sqlite from 'better-sqlite3';
import {
	CompiledQuery,
	type DatabaseConnection,
	Kysely,
	SqliteAdapter,
	type SqliteDatabase,
	SqliteDialect,
	SqliteDriver,
	type SqliteStatement,
} from 'kysely';
import type { Database } from './database.ts';
import { translateSqliteError } from './sqlite-errors.ts';

/** How long a statement waits for another process before it gives up. */
const BUSY_TIMEOUT_MS = 5_000;
/** Between two tries to switch a new database to its journal. */
const WAL_RETRY_MS = 20;
/** Size to which the write-ahead log shrinks again after a large write, in bytes. */
const JOURNAL_SIZE_LIMIT = 64 * 2 ** 20;
/** Statements that a connection keeps prepared; those of the queue, triggers and all, take longer to parse than to run. */
const KEPT_STATEMENTS = 200;
const KEPT = /^\s*(select|insert|update|delete|with|begin|commit|rollback)\b/i;

export interface SqliteConnectionOptions {
	readonly readonly: boolean;
	/** @default 5000 */
	readonly busyTimeoutMs?: number;
}

/**
 * Opens one connection to a database file with the settings that every connection must have.
 *
 * Durability: with `synchronous = NORMAL` a commit survives a crash of the process, but a loss of power
 * may undo the last commits (never corrupt the file); `StoreEngine.flush` closes that gap.
 *
 * Nothing of the file is changed; `switchToWal` follows once it is known to be ours.
 */
export function connectSqlite(path: string, options: SqliteConnectionOptions): Sqlite.Database {
	try {
		// The timeout comes first: switching to WAL takes a lock itself.
		const connection = new Sqlite(path, {
			readonly: options.readonly,
			fileMustExist: options.readonly,
			timeout: options.busyTimeoutMs ?? BUSY_TIMEOUT_MS,
		});
		try {
			if (!options.readonly) {
				connection.pragma('synchronous = NORMAL');
				connection.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
			}
			connection.pragma('foreign_keys = ON');
			return connection;
		} catch (error) {
			connection.close();
			throw error;
		}
	} catch (error) {
		throw translateSqliteError(error, path);
	}
}

/**
 * Makes the write-ahead log the journal of a database, where it is not yet. SQLite does not wait for others here but reports a lock at
 * once (two processes that both held a read lock would wait for each other), so the waiting is done by trying again.
 */
export function switchToWal(connection: Sqlite.Database, path: string, timeoutMs = BUSY_TIMEOUT_MS): void {
	const pause = new Int32Array(new SharedArrayBuffer(4));
	for (const startMs = Date.now(); ; Atomics.wait(pause, 0, 0, WAL_RETRY_MS)) {
		try {
			connection.pragma('journal_mode = WAL');
			return;
		} catch (error) {
			const isBusy = error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
			if (!isBusy || Date.now() - startMs >= timeoutMs) throw translateSqliteError(error, path);
		}
	}
}

/** Kysely over a connection, with errors of the catalogue and write transactions that take the lock at once. */
export function createSqliteKysely(connection: Sqlite.Database): Kysely<Database> {
	return new Kysely<Database>({ dialect: new ImmediateSqliteDialect(withTranslatedErrors(connection)) });
}

class ImmediateSqliteDialect extends SqliteDialect {
	readonly #database: SqliteDatabase;

	constructor(database: SqliteDatabase) {
		super({ database });
		this.#database = database;
	}

	override createDriver(): SqliteDriver {
		return new ImmediateSqliteDriver({ database: this.#database });
	}

	override createAdapter(): SqliteAdapter {
		return new TransactionalSqliteAdapter();
	}
}

/**
 * Kysely begins transactions as DEFERRED. One that reads first and writes later then fails at once with
 * SQLITE_BUSY if another process wrote in between, without waiting; IMMEDIATE waits its turn.
 */
class ImmediateSqliteDriver extends SqliteDriver {
	override async beginTransaction(connection: DatabaseConnection): Promise<void> {
		await connection.executeQuery(CompiledQuery.raw('begin immediate'));
	}
}

/** SQLite can undo changes of the schema; Kysely leaves that unused, which would leave half a migration behind. */
class TransactionalSqliteAdapter extends SqliteAdapter {
	override get supportsTransactionalDdl(): boolean {
		return true;
	}
}

function withTranslatedErrors(connection: Sqlite.Database): SqliteDatabase {
	const translated = <T>(action: () => T): T => {
		try {
			return action();
		} catch (error) {
			throw translateSqliteError(error, connection.name);
		}
	};
	const kept = new Map<string, Sqlite.Statement<unknown[]>>();
	const prepare = (statement: string): Sqlite.Statement<unknown[]> => {
		const known = kept.get(statement);
		if (known !== undefined && !known.busy) {
			// What was used last is dropped last.
			kept.delete(statement);
			kept.set(statement, known);
			return known;
		}
		const prepared = connection.prepare<unknown[]>(statement);
		if (!KEPT.test(statement)) return prepared;
		kept.set(statement, prepared);
		if (kept.size > KEPT_STATEMENTS) kept.delete(kept.keys().next().value as string);
		return prepared;
	};
	return {
		close: () => translated(() => connection.close()),
		prepare: (statement: string): SqliteStatement => {
			const prepared = translated(() => prepare(statement));
			return {
				reader: prepared.reader,
				all: (parameters) => translated(() => prepared.all(...parameters)),
				run: (parameters) => translated(() => prepared.run(...parameters)),
				*iterate(parameters) {
					try {
						yield* prepared.iterate(...parameters);
					} catch (error) {
						throw translateSqliteError(error, connection.name);
					}
				},
			};
		},
	};
}
