import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { NamedFiles } from '../artifacts/named-files.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import { DEFAULT_INPUT_LIMITS } from '../contracts/run-config.ts';
import { nearestFile } from './nearest-file.ts';
import { type RunFlags, toConfigFlags } from './run-options.ts';

/**
 * The absolute path of a table (or of a folder, or the pattern of its files), checked before anything is made or
 * started.
 *
 * @throws CounterfoilError INPUT_NOT_FOUND with the nearest file of the folder, INPUT_NOT_READABLE
 */
export async function checkInput(file: string): Promise<string> {
	if (isObjectAddress(file)) {
		const { openObjectInputs } = await import('../artifacts/object-inputs.ts');
		await openObjectInputs().find(file);
		return file;
	}
	const { findInputs, requireNoUrl } = await import('../ingest/find-inputs.ts');
	requireNoUrl(file);
	const path = resolve(file);
	const { isSeveral } = await findInputs(path);
	if (isSeveral) return path;
	try {
		if ((await stat(path)).isFile()) return path;
	} catch (cause) {
		const code = (cause as NodeJS.ErrnoException).code;
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			const nearest = await nearestFile(file);
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
		hint: 'name a file, a folder of files, or - for standard input',
	});
}

/**
 * `checkInput` for what only looks at a table: what is piped in is kept for no longer than `work` goes on.
 *
 * @throws CounterfoilError as `checkInput`, and as `spoolStdin` for `-`
 */
export async function withInput<T>(file: string, flags: RunFlags, work: (path: string) => Promise<T>): Promise<T> {
	if (file !== '-') return work(await checkInput(file));
	const { openNamedFiles } = await import('../artifacts/named-files.ts');
	const folder = await mkdtemp(join(tmpdir(), 'counterfoil-stdin-'));
	try {
		return await work(await spoolInto(openNamedFiles(folder), flags));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** Writes what is piped in to a file. @returns what it is called @throws CounterfoilError as `spoolStdin` */
export async function spoolInto(spool: NamedFiles, flags: RunFlags): Promise<string> {
	const { spoolStdin } = await import('./spool-stdin.ts');
	const { resolveConfig } = await import('../runtime/resolve-config.ts');
	const { limits } = await resolveConfig({ file: flags.config, flags: toConfigFlags(flags) });
	return spoolStdin(process.stdin, spool, limits?.decompressedBytes ?? DEFAULT_INPUT_LIMITS.decompressedBytes);
}
