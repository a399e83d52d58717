import { readFileSync } from 'node:fs';
import type { ActivityServices } from '../../activities/activity-services.ts';
import { openNamedFiles } from '../artifacts/named-files.ts';
import { openArtifactStore } from '../artifacts/open-artifact-store.ts';
import { openStore } from '../store/open-store.ts';
import { showDatabase } from '../store/postgres-url.ts';
import { findArtifacts, findDatabase, findHome, type WorkspacePlace } from './find-home.ts';

/** A database with the folders that belong to it: everything that commands work on. */
export interface Workspace extends ActivityServices {
	readonly paths: {
		/** Folder that holds everything below. */
		readonly home: string;
		/** The file, or the URL without its password. */
		readonly database: string;
		/** A folder, or an address in object storage; so is what follows. */
		readonly artifacts: string;
		readonly reports: string;
		readonly spool: string;
	};
	close(): Promise<void>;
}

/**
 * Opens (and makes, where it is missing) the workspace of a database.
 *
 * @param options.artifacts where what is no row is kept
 * @param options.db path of the database, or its URL on a PostgreSQL server; default: COUNTERFOIL_DB, else `.counterfoil/counterfoil.db`
 * @param options.readonly nothing is made or migrated; there must be a database
 * @throws CounterfoilError as `openStore` does
 */
export async function openWorkspace(
	options: WorkspacePlace & { readonly readonly?: boolean } = {},
): Promise<Workspace> {
	const database = findDatabase(options.db);
	const home = findHome(options.db);
	const paths = {
		home,
		database: showDatabase(database),
		...findArtifacts(options),
	};
	const store = await openStore({ path: database, readonly: options.readonly ?? false });
	try {
		const artifacts = await openArtifactStore(paths.artifacts);
		return {
			paths,
			store,
			artifacts,
			compute: { artifactRoot: paths.artifacts, backend: 'auto' },
			reports: openNamedFiles(paths.reports),
			spool: openNamedFiles(paths.spool),
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
