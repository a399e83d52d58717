import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { Writable } from 'node:stream';
import { CounterfoilError } from '../contracts/errors.ts';
import type { TableFormat } from '../ingest/write-table.ts';
import { BINARY_FORMATS } from '../runtime/output-format.ts';
import { quoteArgument } from './command-name.ts';
import { escapeControlsInText } from './escape-controls.ts';
import type { Terminal } from './terminal.ts';

/**
 * Refuses before any work what would fail when the rows are written.
 *
 * @param out path of a file, or `-` for standard output
 * @throws CounterfoilError USAGE, OUTPUT_NOT_WRITABLE
 */
export async function checkOutput(out: string, format: TableFormat, terminal: Terminal): Promise<void> {
	if (out !== '-') return requireWritable(out);
	requirePlain(terminal);
	if (BINARY_FORMATS.includes(format) && terminal.stdout.isTTY === true) {
		throw new CounterfoilError('USAGE', `${format} is not for reading on a terminal`, {
			hint: 'write it to a file with --out FILE, or into a pipe',
		});
	}
}

/** @throws CounterfoilError USAGE where standard output has the document of `--json` already */
export function requirePlain({ json }: Terminal): void {
	if (!json) return;
	throw new CounterfoilError('USAGE', 'what is written and the document of --json cannot both go to standard output', {
		hint: 'write it to a file with --out FILE',
	});
}

/**
 * @throws CounterfoilError USAGE for a file in a folder that is not there; OUTPUT_NOT_WRITABLE for a folder, and for a
 * file in one that may not be written
 */
export async function requireWritable(file: string): Promise<void> {
	const facts = await stat(file).catch(() => null);
	if (facts?.isDirectory() === true) {
		throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'this is a folder', { where: file, hint: 'name a file in it' });
	}
	const folder = dirname(file);
	try {
		await access(folder, constants.W_OK);
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') {
			throw new CounterfoilError('USAGE', `there is no folder ${folder}`, {
				where: file,
				hint: `make it first (mkdir -p ${quoteArgument(folder)}), or name a file elsewhere`,
			});
		}
		throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'the folder of the file may not be written', {
			where: file,
			hint: 'change its rights, or name a file elsewhere',
			cause,
		});
	}
}

/** @throws CounterfoilError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE */
export async function requireNewFile(file: string): Promise<void> {
	await requireWritable(file);
	if ((await stat(file).catch(() => null)) === null) return;
	throw new CounterfoilError('OUTPUT_EXISTS', 'there is a file of this name already', {
		where: file,
		hint: 'name another, or remove it first',
	});
}

/**
 * For files that a command can write anew with `--force`. What is no file, such as /dev/null, can always be written to.
 *
 * @throws CounterfoilError OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE, USAGE
 */
export async function requireUnwritten(file: string, force = false): Promise<void> {
	await requireWritable(file);
	if (force || (await stat(file).catch(() => null))?.isFile() !== true) return;
	throw new CounterfoilError('OUTPUT_EXISTS', 'there is a file of this name already', {
		where: file,
		hint: 'name another with --out FILE, or write it anew with --force',
	});
}

/**
 * For what is written in one format: an ending says what a file is.
 *
 * @param endings in lower case, with their point; a file without one is taken as it is.
 * @throws CounterfoilError USAGE
 */
export function requireEnding(file: string, endings: readonly string[], otherwise: string): void {
	const ending = extname(file).toLowerCase();
	if (ending === '' || endings.includes(ending)) return;
	throw new CounterfoilError('USAGE', `what is written is no ${ending.slice(1)} file`, {
		where: file,
		hint: `name a file that ends in ${endings[0]}; ${otherwise}`,
	});
}

/** @throws CounterfoilError USAGE for a file that is to be a page, by an ending of another format */
export function requirePageEnding(file: string): void {
	requireEnding(file, ['.html', '.htm'], 'a browser prints it as PDF, and --json has its figures');
}

/** For what is written only to see what it would be. */
export function nowhere(): Writable {
	return new Writable({ write: (_chunk, _encoding, done) => done() });
}

/** Standard output; what a terminal would obey is shown there instead. */
export function openStandardOutput(terminal: Terminal): Writable {
	const stdout = terminal.stdout as unknown as Writable;
	if (terminal.stdout.isTTY !== true) return stdout;
	const decoder = new TextDecoder();
	return new Writable({
		write(chunk: Uint8Array, _, done) {
			stdout.write(escapeControlsInText(decoder.decode(chunk, { stream: true })), done);
		},
	});
}
