import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type Sqlite from 'better-sqlite3';
import { CounterfoilError } from '../contracts/errors.ts';
import { databaseFile } from './database-file.ts';
import { assertUpToDate, migrateToLatest, readMigrationState } from './migrate.ts';
import { isPostgresUrl } from './postgres-url.ts';
import { connectSqlite, createSqliteKysely, switchToWal } from './sqlite-connection.ts';
import { createSqliteEngine } from './sqlite-engine.ts';
import { translateSqliteError } from './sqlite-errors.ts';
import type { Store } from './store.ts';

export interface OpenStoreOptions {
	/**
	 * A path, or a `file:` URL: the file and its folder are made where they are missing. Or the `postgres:` URL of a
	 * database on a server, which must be there.
	 */
	readonly path: string;
	/** Opens an existing database for reading only. @default false */
	readonly readonly?: boolean;
	/** Brings the schema up to date; without it an older schema is refused. @default true */
	readonly migrate?: boolean;
	/** How long a statement waits for another process, in milliseconds. @default 5000, on PostgreSQL 30000 */
	readonly busyTimeoutMs?: number;
}

/**
 * Opens the database.
 *
 * @example
 * const store = await openStore({ path: '.counterfoil/counterfoil.db' });
 * try {
 *   const runs = await store.reader.selectFrom('runs').selectAll().execute();
 * } finally {
 *   await store.close();
 * }
 *
 * @throws NOT_FOUND, DATABASE_LOCKED, DATABASE_CORRUPT, DATABASE_NEWER, DATABASE_FOREIGN,
 *   DATABASE_OUTDATED, DATABASE_NOT_ACCESSIBLE, DISK_FULL
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
	const readonly = options.readonly ?? false;
	const migrate = options.migrate ?? true;
	if (isPostgresUrl(options.path)) {
		// Nothing of PostgreSQL is loaded by those who do not use it.
		const { openPostgresStore } = await import('./open-postgres-store.ts');
		return await openPostgresStore({ url: options.path, readonly, migrate, lockTimeoutMs: options.busyTimeoutMs });
	}
	const path = databaseFile(options.path);
	prepareFolder(path, readonly);
	const timeout = options.busyTimeoutMs === undefined ? {} : { busyTimeoutMs: options.busyTimeoutMs };

	const connections: Sqlite.Database[] = [];
	try {
		const writing = connectSqlite(path, { readonly, ...timeout });
		connections.push(writing);
		const writer = createSqliteKysely(writing);
		if (readonly || !migrate) await assertUpToDate(writer, path);
		// The database of another program is refused before anything of it is changed.
		else await readMigrationState(writer, path);
		if (!readonly) {
			switchToWal(writing, path, options.busyTimeoutMs);
			if (migrate) await migrateToLatest(writer, path);
		}
		const reading = connectSqlite(path, { readonly: true, ...timeout });
		connections.push(reading);
		const reader = createSqliteKysely(reading);
		return {
			dialect: 'sqlite',
			path,
			readonly,
			writer,
			reader,
			engine: createSqliteEngine(writing, writer),
			close: async () => {
				// The last connection to close empties the log into the database, which only a writer can.
				await reader.destroy();
				reading.close();
				await writer.destroy();
				writing.close();
			},
		};
	} catch (error) {
		for (const connection of connections) connection.close();
		throw error;
	}
}

function prepareFolder(path: string, readonly: boolean): void {
	if (readonly) {
		if (existsSync(path)) return;
		throw new CounterfoilError('NOT_FOUND', 'There is no database yet.', {
			where: path,
			hint: 'Run "counterfoil demo" or "counterfoil run FILE" first, or name the database with --db.',
		});
	}
	try {
		mkdirSync(dirname(path), { recursive: true });
	} catch (error) {
		throw translateSqliteError(error, path);
	}
}
