import { dirname, resolve } from 'node:path';
import { isPostgresUrl } from '../store/postgres-url.ts';

/** Beside the database: tables that counterfoil itself has written to be read. */
export const SPOOL_FOLDER = 'inputs';
export const DEFAULT_DATABASE = '.counterfoil/counterfoil.db';

/** The database: the one named, else COUNTERFOIL_DB, else `.counterfoil/counterfoil.db`. A path, or a URL of PostgreSQL. */
export function findDatabase(db: string | undefined): string {
	const named = db ?? (process.env.COUNTERFOIL_DB || DEFAULT_DATABASE);
	return isPostgresUrl(named) ? named : resolve(named);
}

/**
 * The folder that holds everything but the rows of the database: models, tables, reports. That of the database file;
 * with PostgreSQL COUNTERFOIL_HOME, else `.counterfoil`.
 */
export function findHome(db: string | undefined): string {
	const database = findDatabase(db);
	return isPostgresUrl(database)
		? resolve(process.env.COUNTERFOIL_HOME || dirname(DEFAULT_DATABASE))
		: dirname(database);
}
