import { type Kysely, PostgresAdapter, sql, type Transaction } from 'kysely';
import { Migrator, NO_MIGRATIONS } from 'kysely/migration';
import { BinaryTextPlugin } from '../../migrations/binary-text.ts';
import { MIGRATIONS } from '../../migrations/index.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Database } from './database.ts';
import { takeTurn } from './row-locks.ts';

/** The oldest version of PostgreSQL that has all of what the queries use. */
const OLDEST_POSTGRES = 13;
/** How long a process waits for another one that migrates. */
const MIGRATION_WAIT_MS = 10 * 60_000;

export interface MigrationState {
	/** In the order in which they were applied. */
	readonly applied: readonly string[];
	/** Known to this version of counterfoil and not yet applied. */
	readonly pending: readonly string[];
}

/**
 * Which migrations a database has.
 *
 * @throws DATABASE_NEWER if it has one that this version does not know.
 * @throws DATABASE_FOREIGN if it has tables, but not those of counterfoil.
 */
export async function readMigrationState(db: Kysely<Database>, path: string): Promise<MigrationState> {
	const known = Object.keys(MIGRATIONS).sort();
	const schema = await findSchema(db, path);
	const tables = (await db.introspection.getTables({ withInternalKyselyTables: true })).filter(
		// Extensions of PostgreSQL bring views along.
		(table) => schema === undefined || (table.schema === schema && !table.isView),
	);
	if (!tables.some((table) => table.name === 'kysely_migration')) {
		if (tables.length > 0) {
			throw new CounterfoilError('DATABASE_FOREIGN', 'The database belongs to another program.', {
				where: path,
				hint:
					schema === undefined
						? 'Name another file with --db; counterfoil makes it.'
						: 'Name another database with --db, or another schema with ?options=-csearch_path%3Dcounterfoil.',
			});
		}
		return { applied: [], pending: known };
	}
	const rows = await sql<{ name: string }>`select name from kysely_migration order by timestamp, name`.execute(db);
	const applied = rows.rows.map((row) => row.name);
	const unknown = applied.find((name) => !(name in MIGRATIONS));
	if (unknown !== undefined) {
		throw new CounterfoilError(
			'DATABASE_NEWER',
			`The database has the migration ${unknown}, which this version of counterfoil does not know.`,
			{ where: path, hint: 'Install the newer version of counterfoil, or name another database with --db.' },
		);
	}
	return { applied, pending: known.filter((name) => !applied.includes(name)) };
}

/** Whether a database has all that this version knows; one small query, for what is asked again and again. */
export async function isUpToDate(db: Kysely<Database>): Promise<boolean> {
	const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
	const applied = new Set(rows.map(({ name }) => name));
	return Object.keys(MIGRATIONS).every((name) => applied.has(name));
}

/** @throws DATABASE_OUTDATED if a migration is missing; DATABASE_NEWER; DATABASE_FOREIGN. */
export async function assertUpToDate(db: Kysely<Database>, path: string): Promise<void> {
	const { pending } = await readMigrationState(db, path);
	if (pending.length === 0) return;
	throw new CounterfoilError('DATABASE_OUTDATED', `The database lacks the migrations ${pending.join(', ')}.`, {
		where: path,
		hint: 'Run "counterfoil db migrate" with this --db.',
	});
}

/**
 * Applies what is missing, all of it in one transaction that takes the write lock first: of two processes
 * that start at once the second waits, then finds nothing left to do.
 *
 * @returns the names of the migrations that this call applied.
 */
export async function migrateToLatest(db: Kysely<Database>, path: string): Promise<string[]> {
	if ((await readMigrationState(db, path)).pending.length === 0) return [];
	return await runMigrations(db, (migrator) => migrator.migrateToLatest());
}

/** Undoes every migration, and with them all data. */
export async function revertMigrations(db: Kysely<Database>): Promise<string[]> {
	return await runMigrations(db, (migrator) => migrator.migrateTo(NO_MIGRATIONS));
}

function runMigrations(
	db: Kysely<Database>,
	run: (migrator: Migrator) => ReturnType<Migrator['migrateToLatest']>,
): Promise<string[]> {
	return db.transaction().execute(async (transaction) => {
		const schema = await findSchema(transaction, '');
		if (schema !== undefined) await prepareTurn(transaction);
		const migrator = new Migrator({
			db: schema === undefined ? transaction : transaction.withPlugin(new BinaryTextPlugin()),
			provider: { getMigrations: async () => ({ ...MIGRATIONS }) },
			...(schema === undefined ? {} : { migrationTableSchema: schema }),
		});
		const { error, results } = await run(migrator);
		// The migrator never throws; only an error that leaves the transaction undoes it.
		if (error !== undefined) throw error;
		return (results ?? []).map((result) => result.migrationName);
	});
}

/** Takes the turn of migrations, for which large tables may take their time. */
async function prepareTurn(transaction: Transaction<Database>): Promise<void> {
	await sql`set local statement_timeout = 0`.execute(transaction);
	await sql`set local lock_timeout = ${sql.lit(MIGRATION_WAIT_MS)}`.execute(transaction);
	await takeTurn(transaction, 'migrations');
}

/**
 * The schema of PostgreSQL that holds the tables; undefined on SQLite, which has none.
 *
 * @throws USAGE for a database that cannot hold what counterfoil stores.
 */
async function findSchema(db: Kysely<Database>, path: string): Promise<string | undefined> {
	if (!(db.getExecutor().adapter instanceof PostgresAdapter)) return undefined;
	const { rows } = await sql<{ schema: string | null; encoding: string; version: number }>`select
		current_schema() as schema, current_setting('server_encoding') as encoding,
		current_setting('server_version_num')::integer as version`.execute(db);
	const { schema, encoding, version } = rows[0] ?? { schema: null, encoding: '', version: 0 };
	if (version < OLDEST_POSTGRES * 10_000) {
		throw new CounterfoilError('USAGE', `The server is older than PostgreSQL ${OLDEST_POSTGRES}.`, { where: path });
	}
	if (encoding !== 'UTF8') {
		throw new CounterfoilError('USAGE', `The encoding of the database is ${encoding} instead of UTF8.`, {
			where: path,
			hint: 'Make one with: createdb --encoding=UTF8 --template=template0 NAME',
		});
	}
	if (schema === null) {
		throw new CounterfoilError('DATABASE_NOT_ACCESSIBLE', 'No schema of the search path exists.', {
			where: path,
			hint: 'Make it with: create schema NAME authorization USER',
		});
	}
	return schema;
}
