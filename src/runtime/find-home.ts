import { dirname, resolve } from 'node:path';

export const DEFAULT_DATABASE = '.counterfoil/counterfoil.db';

/** The database: the one named, else COUNTERFOIL_DB, else `.counterfoil/counterfoil.db`. */
export function findDatabase(db: string | undefined): string {
	return resolve(db ?? process.env.COUNTERFOIL_DB ?? DEFAULT_DATABASE);
}

/** The folder that holds the database and everything beside it. */
export function findHome(db: string | undefined): string {
	return dirname(findDatabase(db));
}
