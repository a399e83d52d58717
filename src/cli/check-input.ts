import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import { DEFAULT_INPUT_LIMITS } from '../contracts/run-config.ts';
import { nearestFile } from './nearest-file.ts';
import { type RunFlags, toConfigFlags } from './run-options.ts';

/**
 * The absolute path of a table (or of a folder, or the pattern of its files), checked before anything is made or
 * started. What is piped in is written to a file of the workspace first.
 *
 * @throws CounterfoilError INPUT_NOT_FOUND with the nearest file of the folder, INPUT_NOT_READABLE, and those of
 * `spoolStdin` for `-`
 */
export async function checkInput(file: string, flags: RunFlags): Promise<string> {
	if (file === '-') {
		if (flags.dryRun === true) {
			throw new CounterfoilError('USAGE', 'a dry run stores nothing, and standard input can be read only once', {
				hint: 'save it to a file and name that',
			});
		}
		const { findArtifacts } = await import('../runtime/find-home.ts');
		return spoolInto(findArtifacts(flags).spool, flags);
	}
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
 * @throws CounterfoilError as `checkInput`
 */
export async function withInput<T>(file: string, flags: RunFlags, work: (path: string) => Promise<T>): Promise<T> {
	if (file !== '-') return work(await checkInput(file, flags));
	const folder = await mkdtemp(join(tmpdir(), 'counterfoil-stdin-'));
	try {
		return await work(await spoolInto(folder, flags));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function spoolInto(folder: string, flags: RunFlags): Promise<string> {
	const { openNamedFiles } = await import('../artifacts/named-files.ts');
	const { spoolStdin } = await import('./spool-stdin.ts');
	const { resolveConfig } = await import('../runtime/resolve-config.ts');
	const { limits } = await resolveConfig({ file: flags.config, flags: toConfigFlags(flags) });
	const maxBytes = limits?.decompressedBytes ?? DEFAULT_INPUT_LIMITS.decompressedBytes;
	return spoolStdin(process.stdin, openNamedFiles(folder), maxBytes);
}
