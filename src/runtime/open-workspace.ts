import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityServices } from '../../activities/activity-services.ts';
import { openFileStore } from '../artifacts/artifact-store.ts';
import { openStore } from '../store/open-store.ts';
import { showDatabase } from '../store/postgres-url.ts';
import { findDatabase, findHome, SPOOL_FOLDER } from './find-home.ts';

/** A database with the folders that belong to it: everything that commands work on. */
export interface Workspace extends ActivityServices {
	readonly paths: {
		/** Folder that holds everything below. */
		readonly home: string;
		/** The file, or the URL without its password. */
		readonly database: string;
		readonly artifacts: string;
		readonly reports: string;
	};
	close(): Promise<void>;
}

/**
 * Opens (and makes, where it is missing) the workspace of a database.
 *
 * @param options.db path of the database, or its URL on a PostgreSQL server; default: COUNTERFOIL_DB, else `.counterfoil/counterfoil.db`
 * @throws CounterfoilError as `openStore` does
 */
export async function openWorkspace(options: { readonly db?: string | undefined } = {}): Promise<Workspace> {
	const database = findDatabase(options.db);
	const home = findHome(options.db);
	const paths = {
		home,
		database: showDatabase(database),
		artifacts: join(home, 'artifacts'),
		reports: join(home, 'reports'),
	};
	const store = await openStore({ path: database });
	try {
		const artifacts = await openFileStore(paths.artifacts);
		return {
			paths,
			store,
			artifacts,
			compute: { artifactRoot: paths.artifacts, backend: 'auto' },
			reportsFolder: paths.reports,
			spoolFolder: join(home, SPOOL_FOLDER),
			version: readVersion(),
			close: () => store.close(),
		};
	} catch (error) {
		await store.close();
		throw error;
	}
}

/** The package's version, from the package.json above this file (one folder higher in the built package). */
export function readVersion(): string {
	for (const up of ['../..', '../../..']) {
		try {
			const text = readFileSync(new URL(`${up}/package.json`, import.meta.url), 'utf8');
			return (JSON.parse(text) as { readonly version: string }).version;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
		}
	}
	return '0.0.0';
}
