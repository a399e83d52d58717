import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { CounterfoilError } from '../contracts/errors.ts';
import type { TableFormat } from '../ingest/write-table.ts';
import { BINARY_FORMATS } from '../runtime/output-format.ts';
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

/** @throws CounterfoilError OUTPUT_NOT_WRITABLE for a file that is a folder, or in one that is not there or not to be written */
export async function requireWritable(file: string): Promise<void> {
	const facts = await stat(file).catch(() => null);
	if (facts?.isDirectory() === true) {
		throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'this is a folder', { where: file, hint: 'name a file in it' });
	}
	try {
		await access(dirname(file), constants.W_OK);
	} catch (cause) {
		throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'the folder of the file is not there or may not be written', {
			where: file,
			hint: 'make the folder first, or name a file elsewhere',
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
