import { once } from 'node:events';
import { createGunzip } from 'node:zlib';
import { CounterfoilError } from '../contracts/errors.ts';

export interface InflateLimits {
	/** @default 64 GiB */
	readonly maxDecompressedBytes?: number;
	/** Decompressed bytes per stored byte, looked at from `RATIO_FROM_BYTES` on. @default 200 */
	readonly maxCompressionRatio?: number;
}

const RATIO_FROM_BYTES = 64 * 1024 * 1024;

/**
 * Decompresses all members of a gzip file. What follows the last member is left out and its size handed
 * to `onTrailing`; the stored bytes are read to their end all the same, so that their hash is whole.
 *
 * @throws INPUT_COMPRESSION_DAMAGED where the data is cut short or fails its checksum, INPUT_TOO_LARGE over
 * a limit.
 */
export async function* inflateGzip(
	stored: AsyncGenerator<Buffer>,
	where: string,
	limits: InflateLimits,
	onTrailing: (bytes: number) => void,
): AsyncGenerator<Buffer> {
	const maxBytes = limits.maxDecompressedBytes ?? 64 * 1024 ** 3;
	const maxRatio = limits.maxCompressionRatio ?? 200;
	const inflater = createGunzip({ chunkSize: 256 * 1024 });
	let storedBytes = 0;
	let hasEnded = false;

	// zlib stops taking input at the end of the last member, so a write may never be acknowledged.
	const ended = once(inflater, 'close').catch(() => undefined);
	async function feed(): Promise<void> {
		try {
			for await (const piece of stored) {
				storedBytes += piece.length;
				if (!hasEnded && !inflater.write(piece))
					await Promise.race([once(inflater, 'drain').catch(() => undefined), ended]);
			}
			if (!hasEnded) inflater.end();
		} catch (error) {
			inflater.destroy(error instanceof Error ? error : new Error(String(error)));
		}
	}

	const feeding = feed();
	let inflatedBytes = 0;
	try {
		for await (const piece of inflater as AsyncIterable<Buffer>) {
			inflatedBytes += piece.length;
			if (inflatedBytes > maxBytes) throw tooLarge(where, `more than ${maxBytes} bytes`);
			if (inflatedBytes > RATIO_FROM_BYTES && inflatedBytes > maxRatio * storedBytes) {
				throw tooLarge(where, `more than ${maxRatio} times the size of the file`);
			}
			yield piece;
		}
		hasEnded = true;
		inflater.destroy();
		await feeding;
		onTrailing(storedBytes - inflater.bytesWritten);
	} catch (error) {
		if (error instanceof CounterfoilError) throw error;
		throw describeDamage(error, where);
	} finally {
		hasEnded = true;
		inflater.destroy();
	}
}

function tooLarge(where: string, what: string): CounterfoilError {
	return new CounterfoilError('INPUT_TOO_LARGE', `The file decompresses to ${what}.`, {
		where,
		hint: 'If the file is to be trusted, decompress it first (gunzip -k) and name the plain file.',
	});
}

function describeDamage(error: unknown, where: string): CounterfoilError {
	const reason = error instanceof Error ? error.message : '';
	const code = 'INPUT_COMPRESSION_DAMAGED';
	if (reason === 'unexpected end of file') {
		return new CounterfoilError(code, 'The gzip data is cut short.', {
			where,
			hint: 'Fetch the file again, or keep what is there: gzip -dc FILE > part.csv',
			cause: error,
		});
	}
	if (reason === 'incorrect header check' || reason === 'unknown compression method') {
		return new CounterfoilError(code, 'The gzip data is followed by bytes that are not gzip.', {
			where,
			hint: 'If they do not matter, decompress the file first: gzip -dc FILE > table.csv',
			cause: error,
		});
	}
	return new CounterfoilError(code, `The gzip data is damaged: ${reason}.`, {
		where,
		hint: 'Check the file with: gzip -t FILE',
		cause: error,
	});
}
