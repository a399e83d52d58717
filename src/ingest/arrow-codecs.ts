import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { CompressionType, compressionRegistry } from 'apache-arrow';
import { CounterfoilError } from '../contracts/errors.ts';
import { measureLz4Frame } from './lz4-frame.ts';

/** Largest decompressed buffer of one column of a record batch. */
const MAX_BUFFER_BYTES = 2 ** 30;

/**
 * Gives apache-arrow the codecs that it leaves to its user: zstd of Node, LZ4 by a native package that is loaded
 * when it is first needed. A buffer is decompressed only if it can become what it claims, and has to become that.
 */
export function registerArrowCodecs(): void {
	if (compressionRegistry.get(CompressionType.ZSTD) !== null) return;
	compressionRegistry.set(CompressionType.ZSTD, {
		decode(data) {
			const length = claimedLength(data);
			return requireLength(zlib.zstdDecompressSync(data, { maxOutputLength: Math.max(1, length) }), length);
		},
	});
	let lz4: typeof import('lz4-napi') | undefined;
	compressionRegistry.set(CompressionType.LZ4_FRAME, {
		decode(data) {
			const length = claimedLength(data);
			const frame = measureLz4Frame(data);
			// The decoder allocates what the blocks hold, whatever that is.
			if (frame.mostContentBytes > length + frame.blockBytes) throw new RangeError('a buffer is larger than it claims');
			lz4 ??= loadLz4();
			return requireLength(lz4.decompressFrameSync(asBuffer(data.subarray(0, frame.bytes))), length);
		},
	});
}

/** Message.fbs: the decompressed length stands as int64 before the compressed bytes, which the library cuts off. */
function claimedLength(data: Uint8Array): number {
	const length = Number(new DataView(data.buffer, data.byteOffset - 8, 8).getBigInt64(0, true));
	if (length < 0 || length > MAX_BUFFER_BYTES) throw new RangeError('a buffer claims an impossible length');
	return length;
}

function requireLength(bytes: Uint8Array, length: number): Uint8Array {
	if (bytes.length !== length) throw new RangeError('a buffer does not have the length that it claims');
	return bytes;
}

function asBuffer(data: Uint8Array): Buffer {
	return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function loadLz4(): typeof import('lz4-napi') {
	try {
		return createRequire(import.meta.url)('lz4-napi');
	} catch (cause) {
		throw new CounterfoilError('ARROW_COMPRESSION_UNSUPPORTED', 'LZ4 cannot be decompressed on this machine.', {
			hint: 'Install it (npm install lz4-napi), or write the file with zstd: pyarrow.feather.write_feather(table, path, compression="zstd")',
			cause,
		});
	}
}
