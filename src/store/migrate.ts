import { type Kysely, sql } from 'kysely';
import { Migrator, NO_MIGRATIONS } from 'kysely/migration';
import { MIGRATIONS } from '../../migrations/index.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Database } from './database.ts';

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
	const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
	if (!tables.some((table) => table.name === 'kysely_migration')) {
		if (tables.length > 0) {
			throw new CounterfoilError('DATABASE_FOREIGN', 'The database belongs to another program.', {
				where: path,
				hint: 'Name another file with --db; counterfoil makes it.',
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
		const migrator = new Migrator({ db: transaction, provider: { getMigrations: async () => ({ ...MIGRATIONS }) } });
		const { error, results } = await run(migrator);
		// The migrator never throws; only an error that leaves the transaction undoes it.
		if (error !== undefined) throw error;
		return (results ?? []).map((result) => result.migrationName);
	});
}
