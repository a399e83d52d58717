import { opendir, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';

/** Names looked at for a suggestion; a folder with more is not a place to guess in. */
const MOST_NAMES = 10_000;

/**
 * The absolute path of a table, checked before anything is made or started.
 *
 * @throws CounterfoilError INPUT_NOT_FOUND with the nearest file of the folder, INPUT_NOT_READABLE, USAGE for `-`
 */
export async function checkInput(file: string): Promise<string> {
	if (file === '-') {
		throw new CounterfoilError('USAGE', 'a table is read from a file, not from standard input', {
			hint: 'a run that is interrupted goes on from its file; save it first',
		});
	}
	const path = resolve(file);
	try {
		if ((await stat(path)).isFile()) return path;
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			const nearest = await nearestFile(path);
			throw new CounterfoilError('INPUT_NOT_FOUND', 'there is no such file', {
				where: file,
				hint: nearest === null ? 'check the path; it is taken from the current folder' : `did you mean ${nearest}?`,
				cause,
			});
		}
		throw new CounterfoilError('INPUT_NOT_READABLE', `the file cannot be opened (${code ?? 'unknown reason'})`, {
			where: file,
			hint: 'check the permissions of the file and its folder',
			cause,
		});
	}
	throw new CounterfoilError('INPUT_NOT_READABLE', 'this is not a file', {
		where: file,
		hint: 'name one CSV, TSV or Arrow file',
	});
}

async function nearestFile(path: string): Promise<string | null> {
	const folder = dirname(path);
	const names: string[] = [];
	try {
		for await (const entry of await opendir(folder)) {
			if (entry.isFile()) names.push(entry.name);
			if (names.length > MOST_NAMES) return null;
		}
	} catch {
		return null;
	}
	return findNearest(basename(path), names.sort());
}
