import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { SPOOL_FOLDER } from '../runtime/find-home.ts';

/**
 * Writes standard input to a file of the workspace, so that a run can read it twice and go on after a crash. The
 * same content is the same file.
 *
 * @param home folder of the workspace.
 * @returns the absolute path; its name is `stdin`.
 * @throws CounterfoilError USAGE where nothing is piped in, INPUT_TOO_LARGE, TABLE_EMPTY, DISK_FULL
 */
export async function spoolStdin(
	stdin: AsyncIterable<Buffer> & { readonly isTTY?: boolean },
	home: string,
	maxBytes: number,
): Promise<string> {
	if (stdin.isTTY === true) {
		throw new CounterfoilError('USAGE', 'nothing is piped in', {
			hint: 'name a file, or pipe one in: cat payments.csv | counterfoil run -',
		});
	}
	const folder = join(home, SPOOL_FOLDER);
	const temporary = join(folder, `${randomUUID()}.part`);
	const hash = createHash('sha256');
	let bytes = 0;
	try {
		await mkdir(folder, { recursive: true });
		const file = await open(temporary, 'wx', 0o600);
		try {
			for await (const piece of stdin) {
				bytes += piece.length;
				if (bytes > maxBytes) {
					throw new CounterfoilError('INPUT_TOO_LARGE', `standard input holds more than ${maxBytes} bytes`, {
						hint: 'save it to a file, or allow more with --limit decompressed=100GiB',
					});
				}
				hash.update(piece);
				await file.write(piece);
			}
		} finally {
			await file.close();
		}
		if (bytes === 0) throw new CounterfoilError('TABLE_EMPTY', 'standard input is empty', { where: '-' });
		const path = join(folder, hash.digest('hex').slice(0, 16), 'stdin');
		await mkdir(dirname(path), { recursive: true });
		await rename(temporary, path);
		return path;
	} catch (error) {
		await rm(temporary, { force: true });
		if (error instanceof CounterfoilError) throw error;
		throw new CounterfoilError('DISK_FULL', 'standard input cannot be written to the workspace', {
			where: folder,
			cause: error,
		});
	}
}

/** Deletes what was spooled, once a run has no more use for it; until then the run can be taken up again. */
export async function dropSpooled(source: string | undefined, home: string): Promise<void> {
	if (source === undefined || dirname(dirname(source)) !== join(home, SPOOL_FOLDER)) return;
	await rm(dirname(source), { recursive: true, force: true });
}
