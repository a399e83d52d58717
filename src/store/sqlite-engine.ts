import type Sqlite from 'better-sqlite3';
import type { Kysely } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import { connectSqlite } from './sqlite-connection.ts';
import { translateSqliteError } from './sqlite-errors.ts';
import type { BulkTransaction, StoreEngine } from './store.ts';

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

	function bulk<T>(work: (bulk: BulkTransaction) => T): Promise<T> {
		return writer.connection().execute(async () => {
			try {
				return connection.transaction(() => work(bulkTransaction(connection))).immediate();
			} catch (error) {
				throw translateSqliteError(error, path);
			}
		});
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

	return { bulk, flush, copyTo, findDamage };
}

function bulkTransaction(connection: Sqlite.Database): BulkTransaction {
	return {
		prepareWrite: (statement) => {
			const prepared = connection.prepare<unknown[]>(statement);
			return (parameters) => prepared.run(...parameters).changes;
		},
		prepareRead: <Row>(statement: string) => {
			const prepared = connection.prepare<unknown[], Row>(statement);
			return (parameters) => prepared.get(...parameters);
		},
		prepareReadAll: <Row>(statement: string) => {
			const prepared = connection.prepare<unknown[], Row>(statement);
			return (parameters) => prepared.all(...parameters);
		},
	};
}
