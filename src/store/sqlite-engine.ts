import type Sqlite from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import { quoteName } from './quote-name.ts';
import { connectSqlite } from './sqlite-connection.ts';
import { translateSqliteError } from './sqlite-errors.ts';
import { sqliteTables } from './sqlite-tables.ts';
import type { BulkRows, BulkTransaction, StoreEngine, StoreTransaction } from './store.ts';

/** Pages copied between two turns of the event loop; 64 MiB at the usual 4 KiB. */
const PAGES_PER_BACKUP_STEP = 16_384;
/** A copy starts again when another process writes; after so many passes it takes the rest in one go. */
const BACKUP_PASSES = 3;

/**
 * @param connection the connection that `writer` uses; it is only touched while `writer` is held, so that
 *   a bulk transaction never meets one of the query builder.
 */
export function createSqliteEngine(connection: Sqlite.Database, writer: Kysely<Database>): StoreEngine {
	const path = connection.name;

	function bulk<T>(work: (bulk: BulkTransaction) => Promise<T>): Promise<T> {
		return writer.transaction().execute((transaction) => work(bulkTransaction(transaction, connection)));
	}

	async function flush(): Promise<void> {
		await writer.connection().execute(async () => {
			try {
				// A checkpoint syncs the log first, even where readers keep it from finishing.
				connection.pragma('wal_checkpoint(PASSIVE)');
			} catch (error) {
				throw translateSqliteError(error, path);
			}
		});
	}

	async function copyTo(target: string): Promise<void> {
		const source = connectSqlite(path, { readonly: true });
		try {
			let copied = 0;
			await source.backup(target, {
				progress: ({ totalPages }) => {
					copied += PAGES_PER_BACKUP_STEP;
					return copied > BACKUP_PASSES * totalPages ? totalPages : PAGES_PER_BACKUP_STEP;
				},
			});
		} catch (error) {
			throw translateSqliteError(error, target);
		} finally {
			source.close();
		}
	}

	async function findDamage(): Promise<string[]> {
		const source = connectSqlite(path, { readonly: true });
		try {
			const integrity = source.pragma('integrity_check') as { integrity_check: string }[];
			const orphans = source.pragma('foreign_key_check') as { table: string; parent: string }[];
			const pairs = new Map<string, number>();
			for (const { table, parent } of orphans) {
				const pair = `${table} refer to ${parent}`;
				pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
			}
			return [
				...integrity.map((row) => row.integrity_check).filter((message) => message !== 'ok'),
				...[...pairs].map(([pair, count]) => `${count} rows of ${pair} that do not exist`),
			];
		} catch (error) {
			const translated = translateSqliteError(error, path);
			// Damage that keeps the check itself from going on is what it was looking for.
			if (translated instanceof CounterfoilError && translated.code === 'DATABASE_CORRUPT') return [String(error)];
			throw translated;
		} finally {
			source.close();
		}
	}

	return { bulk, flush, copyTo, findDamage, tables: sqliteTables };
}

function bulkTransaction(transaction: StoreTransaction, connection: Sqlite.Database): BulkTransaction {
	const insertAll = ({ table, columns, rows }: BulkRows): void => {
		const names = columns.map(quoteName).join(', ');
		const insert = connection.prepare<unknown[]>(
			`insert into ${quoteName(table)} (${names}) values (?${', ?'.repeat(columns.length - 1)})`,
		);
		for (const row of rows) insert.run(...row);
	};
	return {
		transaction,
		insert: async (rows) => {
			try {
				insertAll(rows);
			} catch (error) {
				throw translateSqliteError(error, connection.name);
			}
		},
		insertUnlessTaken: async (rows) => {
			connection.exec('savepoint unless_taken');
			try {
				insertAll(rows);
				connection.exec('release unless_taken');
				return true;
			} catch (error) {
				const isTaken =
					error instanceof Error &&
					'code' in error &&
					/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(String(error.code));
				if (!isTaken) throw translateSqliteError(error, connection.name);
				connection.exec('rollback to unless_taken');
				connection.exec('release unless_taken');
				return false;
			}
		},
	};
}
