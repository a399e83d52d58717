import { dirname, join, resolve } from 'node:path';
import { joinKey } from '../artifacts/object-store.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import { databaseFile } from '../store/database-file.ts';
import { isPostgresUrl } from '../store/postgres-url.ts';

export const DEFAULT_DATABASE = '.counterfoil/counterfoil.db';

/**
 * The database: the one named, else COUNTERFOIL_DB, else `.counterfoil/counterfoil.db`. A path, or a URL of PostgreSQL.
 *
 * @throws CounterfoilError USAGE for URLs of anything else
 */
export function findDatabase(db: string | undefined): string {
	const named = db ?? (process.env.COUNTERFOIL_DB || DEFAULT_DATABASE);
	return isPostgresUrl(named) ? named : databaseFile(named);
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

/** What says where a workspace is; all of it has a default. */
export interface WorkspacePlace {
	readonly db?: string | undefined;
	/** A folder, or `s3://bucket/prefix`. @default COUNTERFOIL_ARTIFACTS, else `artifacts` beside the database */
	readonly artifacts?: string | undefined;
}

/** Where what is no row of the database is kept. */
export interface ArtifactPlaces {
	readonly artifacts: string;
	readonly reports: string;
	/** Tables that counterfoil itself has written to be read. */
	readonly spool: string;
}

/** A root that was named is shared by several machines, so everything is within it. */
export function findArtifacts({ db, artifacts }: WorkspacePlace): ArtifactPlaces {
	const named = artifacts ?? (process.env.COUNTERFOIL_ARTIFACTS || undefined);
	if (named === undefined) {
		const home = findHome(db);
		return { artifacts: join(home, 'artifacts'), reports: join(home, 'reports'), spool: join(home, 'inputs') };
	}
	const root = isObjectAddress(named) ? named : resolve(named);
	const within = (name: string) => (isObjectAddress(root) ? joinKey(root, name) : join(root, name));
	return { artifacts: root, reports: within('reports'), spool: within('inputs') };
}
