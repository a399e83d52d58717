import { globSync } from 'node:fs';
import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { isObjectAddress, parseObjectAddress } from '../contracts/object-address.ts';
import type { RemoteFiles } from '../contracts/remote-files.ts';

/** The files that a source stands for. */
export interface FoundInputs {
	/** In the order in which they are read: by name. */
	readonly paths: readonly string[];
	/** A folder or a pattern: its files are one table, even if there is just one. */
	readonly isSeveral: boolean;
}

/** A folder with more is no table. */
const MOST_FILES = 100_000;

/**
 * The files behind a path, a folder (its own files, not those of folders in it; names that begin with a dot or an
 * underscore are left out) or a pattern such as `payments-*.csv`. A path that exists is a path, whatever it looks
 * like.
 *
 * @param remote the way to addresses of object storage, where there is one.
 * @throws INPUT_NOT_READABLE for other URLs, INPUT_NOT_FOUND where nothing is found.
 */
export async function findInputs(source: string, remote?: RemoteFiles): Promise<FoundInputs> {
	if (remote !== undefined && isObjectAddress(source)) {
		const { files, isSeveral } = await remote.find(source);
		return { paths: files.map(({ path }) => path), isSeveral };
	}
	requireNoUrl(source);
	const facts = await stat(source).catch(() => null);
	if (facts?.isDirectory()) return listed(source, await listFolder(source), 'The folder has no files to read.');
	if (facts !== null || !/[*?[{]/.test(source)) return { paths: [source], isSeveral: false };
	const paths: string[] = [];
	for (const entry of globSync(source, { withFileTypes: true })) {
		if (entry.isDirectory() || isLeftOut(entry.name)) continue;
		paths.push(join(entry.parentPath, entry.name));
		if (paths.length > MOST_FILES) break;
	}
	return listed(source, paths, 'No file matches the pattern.');
}

async function listFolder(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { withFileTypes: true });
	return entries
		.filter((entry) => !entry.isDirectory() && !isLeftOut(entry.name))
		.map((entry) => join(folder, entry.name));
}

function isLeftOut(name: string): boolean {
	return name.startsWith('.') || name.startsWith('_');
}

function listed(source: string, paths: string[], nothing: string): FoundInputs {
	if (paths.length === 0) {
		throw new CounterfoilError('INPUT_NOT_FOUND', nothing, {
			where: source,
			hint: 'To read the files of folders within a folder: "folder/**/*.csv", in quotes.',
		});
	}
	if (paths.length > MOST_FILES) {
		throw new CounterfoilError('INPUT_TOO_LARGE', `There are more than ${MOST_FILES} files.`, { where: source });
	}
	// By code units, so that the order is the same everywhere.
	return { paths: paths.sort(), isSeveral: true };
}

/** @throws INPUT_NOT_READABLE: nothing is fetched. */
export function requireNoUrl(source: string): void {
	if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return;
	const isFile = /^file:/i.test(source);
	throw new CounterfoilError('INPUT_NOT_READABLE', 'Tables are read from files, not from URLs.', {
		where: source,
		hint: isFile
			? 'Name the path itself.'
			: 'Fetch the file first, e.g. curl -o table.csv URL, or pipe it: curl URL | ... -; s3://bucket/key is read as it is.',
	});
}

/**
 * Refuses files outside of the folders that inputs may be read from, wherever links lead.
 *
 * @param roots null: any file may be read.
 * @throws INPUT_NOT_ALLOWED
 */
export async function requireAllowed(path: string, roots: readonly string[] | null): Promise<void> {
	if (roots === null) return;
	if (isObjectAddress(path)) {
		if (roots.some((root) => isObjectAddress(root) && holdsAddress(root, path))) return;
		throw notAllowed(path);
	}
	// What does not exist is judged by its name alone, so that nobody learns what exists elsewhere.
	const real = await realpath(path).catch(() => resolve(path));
	for (const root of roots) {
		if (isObjectAddress(root)) continue;
		if (isWithin(await realpath(root).catch(() => resolve(root)), real)) return;
	}
	throw notAllowed(path);
}

/** The same for a pattern: the folder in which its first wildcard stands, so that nothing elsewhere is even listed. */
export async function requireAllowedPattern(pattern: string, roots: readonly string[] | null): Promise<void> {
	const literal = pattern.replace(/[*?[{].*$/s, '');
	await requireAllowed(literal === pattern ? pattern : literal.slice(0, literal.lastIndexOf('/') + 1) || '.', roots);
}

/** The same for a file that was opened, since its path may lead elsewhere by now; Linux only. */
export async function requireAllowedHandle(fd: number, path: string, roots: readonly string[] | null): Promise<void> {
	if (roots === null) return;
	const real = await readlink(`/proc/self/fd/${fd}`).catch(() => null);
	if (real !== null) await requireAllowed(real, roots).catch(() => Promise.reject(notAllowed(path)));
}

/** Keys have no way up, so that names tell all. */
function holdsAddress(root: string, path: string): boolean {
	const [outer, inner] = [parseObjectAddress(root), parseObjectAddress(path)];
	const folder = outer.key === '' || outer.key.endsWith('/') ? outer.key : `${outer.key}/`;
	return outer.bucket === inner.bucket && (inner.key === outer.key || inner.key.startsWith(folder));
}

function isWithin(root: string, path: string): boolean {
	const way = relative(root, path);
	return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(root, way) === path);
}

function notAllowed(path: string): CounterfoilError {
	return new CounterfoilError(
		'INPUT_NOT_ALLOWED',
		'The input is outside of the folders that tables may be read from.',
		{
			where: path,
			hint: 'Put it into one of them, or start the worker with --input-root FOLDER.',
		},
	);
}
