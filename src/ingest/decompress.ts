import { once } from 'node:events';
import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { CounterfoilError } from '../contracts/errors.ts';
import { splitZstd } from './split-zstd.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

export interface DecompressLimits {
	/** @default 64 GiB */
	readonly maxDecompressedBytes?: number;
	/** Decompressed bytes per stored byte, looked at from `RATIO_FROM_BYTES` on. @default 200 */
	readonly maxCompressionRatio?: number;
}

const RATIO_FROM_BYTES = 64 * 1024 * 1024;
const CHUNK_BYTES = 256 * 1024;

/** Tells the compression by the first bytes. */
export function sniffCompression(start: Buffer): Compression {
	if (start.length >= 2 && start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
	const magic = start.length >= 4 ? start.readUInt32LE(0) : 0;
	// The first frame may be one to be skipped, as pzstd writes it.
	return magic === 0xfd2fb528 || (magic & 0xfffffff0) >>> 0 === 0x184d2a50 ? 'zstd' : 'none';
}

/**
 * Decompresses all members of a gzip file or all frames of a zstd file. What follows the last of them is left out
 * and its size handed to `onTrailing`; the stored bytes are read to their end all the same, so that their hash is
 * whole.
 *
 * @throws INPUT_COMPRESSION_DAMAGED where the data is cut short or fails its checksum, INPUT_TOO_LARGE over
 * a limit.
 */
export async function* decompress(
	stored: AsyncGenerator<Buffer>,
	compression: 'gzip' | 'zstd',
	where: string,
	limits: DecompressLimits,
	onTrailing: (bytes: number) => void,
): AsyncGenerator<Buffer> {
	const maxBytes = limits.maxDecompressedBytes ?? 64 * 1024 ** 3;
	const maxRatio = limits.maxCompressionRatio ?? 200;
	const isGzip = compression === 'gzip';
	const inflater: Transform & { readonly bytesWritten: number } = isGzip
		? zlib.createGunzip({ chunkSize: CHUNK_BYTES })
		: zlib.createZstdDecompress({ chunkSize: CHUNK_BYTES });
	let storedBytes = 0;
	let hasEnded = false;

	async function* count(): AsyncGenerator<Buffer> {
		for await (const piece of stored) {
			storedBytes += piece.length;
			yield piece;
		}
	}

	// zlib stops taking input at the end of the last member, so a write may never be acknowledged.
	const ended = once(inflater, 'close').catch(() => undefined);
	async function feed(): Promise<void> {
		try {
			for await (const piece of isGzip ? count() : splitZstd(count(), where, onTrailing)) {
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
			if (inflatedBytes > maxBytes) throw tooLarge(where, `more than ${maxBytes} bytes`, 'decompressed=100GiB');
			if (inflatedBytes > RATIO_FROM_BYTES && inflatedBytes > maxRatio * storedBytes) {
				throw tooLarge(where, `more than ${maxRatio} times the size of the file`, 'ratio=1000');
			}
			yield piece;
		}
		hasEnded = true;
		inflater.destroy();
		await feeding;
		if (isGzip) onTrailing(storedBytes - inflater.bytesWritten);
	} catch (error) {
		if (error instanceof CounterfoilError) throw error;
		throw isGzip ? describeGzipDamage(error, where) : describeZstdDamage(error, where);
	} finally {
		hasEnded = true;
		inflater.destroy();
	}
}

function tooLarge(where: string, what: string, limit: string): CounterfoilError {
	return new CounterfoilError('INPUT_TOO_LARGE', `The file decompresses to ${what}.`, {
		where,
		hint: `If the file is to be trusted, allow more with --limit ${limit}.`,
	});
}

function describeZstdDamage(error: unknown, where: string): CounterfoilError {
	const reason = error instanceof Error ? error.message : String(error);
	return new CounterfoilError('INPUT_COMPRESSION_DAMAGED', `The zstd data is damaged: ${reason}.`, {
		where,
		hint: 'Check the file with: zstd -t FILE',
		cause: error,
	});
}

function describeGzipDamage(error: unknown, where: string): CounterfoilError {
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
