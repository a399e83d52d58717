import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { NamedFiles } from '../artifacts/named-files.ts';
import { CounterfoilError } from '../contracts/errors.ts';

/**
 * Writes standard input to a file of the workspace, so that a run can read it twice and go on after a crash. The
 * same content is the same file.
 *
 * @param spool where such files are; the run drops it once it has no more use for it.
 * @returns what the file is called; its name is `stdin`.
 * @throws CounterfoilError USAGE where nothing is piped in, INPUT_TOO_LARGE, TABLE_EMPTY, DISK_FULL
 */
export async function spoolStdin(
	stdin: AsyncIterable<Buffer> & { readonly isTTY?: boolean },
	spool: NamedFiles,
	maxBytes: number,
): Promise<string> {
	if (stdin.isTTY === true) {
		throw new CounterfoilError('USAGE', 'nothing is piped in', {
			hint: 'name a file, or pipe one in: cat payments.csv | counterfoil run -',
		});
	}
	// Its name is known when all of it has come.
	const temporary = join(spool.drafts, `counterfoil-stdin-${randomUUID()}.part`);
	const hash = createHash('sha256');
	let bytes = 0;
	try {
		await mkdir(spool.drafts, { recursive: true });
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
		if (bytes === 0)
			throw new CounterfoilError('TABLE_EMPTY', 'standard input is empty', {
				where: '-',
				hint: 'pipe a table into it, or name a file in place of -',
			});
		const name = `${hash.digest('hex').slice(0, 16)}/stdin`;
		await spool.takeOver(name, temporary);
		return spool.addressOf(name);
	} catch (error) {
		if (error instanceof CounterfoilError) throw error;
		throw new CounterfoilError('DISK_FULL', 'standard input cannot be written to a temporary file', {
			where: spool.drafts,
			cause: error,
		});
	} finally {
		await rm(temporary, { force: true });
	}
}
