import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { CounterfoilError } from '../contracts/errors.ts';

/**
 * Writes beside a file and puts it in place when it is whole; what is not a regular file is written to directly.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL
 */
export async function replaceFile(path: string, send: (to: Writable) => Promise<void>): Promise<void> {
	const existing = await stat(path).catch(() => null);
	const draft = existing === null || existing.isFile() ? `${path}.${randomUUID()}.partial` : null;
	try {
		if (draft === null) return await send(createWriteStream(path));
		// Flushed, so that not even a loss of power leaves an empty file in place of a whole one.
		await send(createWriteStream(draft, { flags: 'wx', flush: true }));
		await rename(draft, path);
	} catch (error) {
		// What went wrong first is told, not that there is nothing to clean up either.
		if (draft !== null) await rm(draft, { force: true }).catch(() => undefined);
		throw describeWriteError(error, path);
	}
}

/** The error of the catalogue for what the file system reports; anything else as it is. */
export function describeWriteError(error: unknown, where: string): unknown {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return new CounterfoilError('DISK_FULL', 'There is no space left for the table.', {
			where,
			hint: 'Free some space or name another place.',
			cause: error,
		});
	}
	if (error instanceof CounterfoilError || !/^E[A-Z]+$/.test(code)) return error;
	return new CounterfoilError('OUTPUT_NOT_WRITABLE', 'The table cannot be written there.', {
		where,
		hint: 'Check that the folder exists and that you may write to it.',
		cause: error,
	});
}
