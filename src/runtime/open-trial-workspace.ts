import { constants, existsSync, rmSync } from 'node:fs';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { openNamedFiles } from '../artifacts/named-files.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import { isPostgresUrl } from '../store/postgres-url.ts';
import { connectSqlite } from '../store/sqlite-connection.ts';
import { translateSqliteError } from '../store/sqlite-errors.ts';
import { findArtifacts, findDatabase, type WorkspacePlace } from './find-home.ts';
import { openWorkspace, type Workspace } from './open-workspace.ts';

/**
 * A workspace in which all can be tried: the database is a copy that is thrown away, stored files are read and neither
 * written nor deleted.
 *
 * @throws CounterfoilError USAGE for a database on a server, which cannot be copied for a trial; as `openWorkspace`
 */
export async function openTrialWorkspace(place: WorkspacePlace = {}): Promise<Workspace> {
	const database = findDatabase(place.db);
	if (isPostgresUrl(database)) {
		throw new CounterfoilError('USAGE', 'a dry run works on a copy of the database, which a server has none of', {
			hint: 'leave out --dry-run, or try it with a file: --db FILE',
		});
	}
	const folder = await mkdtemp(join(tmpdir(), 'counterfoil-dry-'));
	const copy = join(folder, 'counterfoil.db');
	const forget = removeWhateverHappens(folder);
	try {
		if (existsSync(database)) await copyDatabase(database, copy);
		else await requireRoomFor(database);
		const real = findArtifacts(place);
		const isThere = /^\w+:\/\//.test(real.artifacts) || existsSync(real.artifacts);
		const trial = await openWorkspace({ db: copy, artifacts: isThere ? real.artifacts : join(folder, 'artifacts') });
		return {
			...leaveFilesAlone(trial, real),
			paths: { ...trial.paths, database, ...real },
			async close() {
				await trial.close();
				await rm(folder, { recursive: true, force: true });
				forget();
			},
		};
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		forget();
		throw placeAt(database, error, copy);
	}
}

/** @throws CounterfoilError where it cannot be read, or the run that is tried could not write to it */
async function copyDatabase(database: string, copy: string): Promise<void> {
	try {
		await access(database, constants.W_OK);
		const source = connectSqlite(database, { readonly: true });
		await source.backup(copy).finally(() => source.close());
	} catch (error) {
		throw translateSqliteError(error, database);
	}
}

/** @throws CounterfoilError where the run that is tried could not make the database */
async function requireRoomFor(database: string): Promise<void> {
	let folder = dirname(database);
	while (!existsSync(folder)) folder = dirname(folder);
	try {
		// With its separator a file is no folder.
		await access(`${folder}${sep}`, constants.W_OK);
	} catch (error) {
		throw translateSqliteError(error, database);
	}
}

/** What is wrong with the copy is wrong with the database. */
function placeAt(database: string, error: unknown, copy: string): unknown {
	if (!(error instanceof CounterfoilError) || error.where !== copy) return error;
	return CounterfoilError.fromRecord({ ...error.toRecord(), where: database });
}

/**
 * A workspace for trying what changes no row: the database is only read, stored files are neither written nor deleted.
 *
 * @throws CounterfoilError NOT_FOUND where there is no database yet; as `openWorkspace`
 */
export async function openReadOnlyWorkspace(place: WorkspacePlace = {}): Promise<Workspace> {
	return leaveFilesAlone(await openWorkspace({ ...place, readonly: true }), findArtifacts(place));
}

function leaveFilesAlone(workspace: Workspace, { reports, spool }: ReturnType<typeof findArtifacts>): Workspace {
	return {
		...workspace,
		artifacts: { ...workspace.artifacts, put: refuse, delete: async () => undefined },
		reports: { ...openNamedFiles(reports), ...UNTOUCHED },
		spool: { ...openNamedFiles(spool), ...UNTOUCHED },
	};
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A copy of the database is not to stay behind: it goes with the process, however that ends but by SIGKILL. */
function removeWhateverHappens(folder: string): () => void {
	const remove = (): void => rmSync(folder, { recursive: true, force: true });
	const end = (signal: NodeJS.Signals): void => {
		remove();
		forget();
		process.kill(process.pid, signal);
	};
	const forget = (): void => {
		process.off('exit', remove);
		for (const signal of SIGNALS) process.off(signal, end);
	};
	process.on('exit', remove);
	for (const signal of SIGNALS) process.on(signal, end);
	return forget;
}

async function nothing(): Promise<void> {}

const UNTOUCHED = { write: nothing, writePieces: nothing, takeOver: nothing, drop: nothing };

function refuse(): Promise<never> {
	throw new CounterfoilError('USAGE', 'what would be stored as a file cannot be tried', {
		hint: 'leave out --dry-run; a copy of the database made before (db backup) can be gone back to',
	});
}
