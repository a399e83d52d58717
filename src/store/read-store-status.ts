import { existsSync, statSync } from 'node:fs';
import { type Kysely, sql } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import { type MigrationState, readMigrationState } from './migrate.ts';
import { isPostgresUrl, parsePostgresUrl } from './postgres-url.ts';
import { connectSqlite, createSqliteKysely } from './sqlite-connection.ts';
import type { Store } from './store.ts';

/** How a database is, whether its tables are up to date or not. */
export interface StoreStatus extends MigrationState {
	readonly dialect: Store['dialect'];
	/** The file, or the URL without its password. */
	readonly path: string;
	/** Of SQLite or the PostgreSQL server. */
	readonly version: string;
	readonly bytes: number;
	/** What is worth knowing, in words. */
	readonly remarks: readonly string[];
}

/**
 * Looks at a database and changes nothing.
 *
 * @param database path or URL
 * @throws as `openStore` does, but for DATABASE_OUTDATED
 */
export async function readStoreStatus(database: string): Promise<StoreStatus> {
	return isPostgresUrl(database) ? await readPostgresStatus(database) : await readSqliteStatus(database);
}

async function readSqliteStatus(path: string): Promise<StoreStatus> {
	if (!existsSync(path)) {
		throw new CounterfoilError('NOT_FOUND', 'There is no database yet.', {
			where: path,
			hint: 'Run "counterfoil db migrate" or name the database with --db.',
		});
	}
	const connection = connectSqlite(path, { readonly: true });
	try {
		const db = createSqliteKysely(connection);
		const { rows } = await sql<{ version: string }>`select sqlite_version() as version`.execute(db);
		const state = await readMigrationState(db, path);
		const version = rows[0]?.version ?? 'unknown';
		return { dialect: 'sqlite', path, version, bytes: statSync(path).size, remarks: [], ...state };
	} finally {
		connection.close();
	}
}

async function readPostgresStatus(url: string): Promise<StoreStatus> {
	const { createPostgresKysely, createPostgresPool } = await import('./postgres-connection.ts');
	const address = parsePostgresUrl(url);
	const db = createPostgresKysely(createPostgresPool({ ...address, poolSize: 1 }, { readonly: true }));
	try {
		const state = await readMigrationState(db, address.shown);
		const { version, bytes, remarks } = await readServer(db, state);
		return { dialect: 'postgres', path: address.shown, version, bytes, remarks, ...state };
	} finally {
		await db.destroy();
	}
}

async function readServer(
	db: Kysely<Database>,
	state: MigrationState,
): Promise<Pick<StoreStatus, 'version' | 'bytes' | 'remarks'>> {
	const isMade = state.applied.length > 0;
	const { rows } = await sql<{
		version: string;
		bytes: number;
		is_open: boolean;
		can_create: boolean;
		can_write: boolean;
	}>`select current_setting('server_version') as version, pg_database_size(current_database()) as bytes,
		coalesce(not ssl and not inet_server_addr() <<= '127.0.0.0/8' and inet_server_addr() <> '::1', false) as is_open,
		has_schema_privilege(current_schema(), 'create') as can_create,
		${isMade ? sql`has_table_privilege('runs', 'insert')` : sql`true`} as can_write
		from pg_stat_ssl where pid = pg_backend_pid()`.execute(db);
	const [row] = rows;
	if (row === undefined) return { version: 'unknown', bytes: 0, remarks: [] };
	const remarks = [
		...(row.is_open ? ['the connection is not encrypted (?sslmode=verify-full)'] : []),
		...(row.can_write ? [] : ['the user may not write']),
		...(row.can_create ? [] : ['the user may not make tables, which migrations and --table do']),
	];
	return { version: row.version, bytes: row.bytes, remarks };
}
