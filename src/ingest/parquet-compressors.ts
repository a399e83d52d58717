import { brotliDecompressSync, unzipSync, zstdDecompressSync } from 'node:zlib';
import type { CompressionCodec, Compressors } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

type Decompress = (input: Uint8Array, outputLength: number) => Uint8Array;

/** None writes more than the page says it holds; the decoder refuses what holds less. */
export const parquetCompressors: Compressors = Object.fromEntries(
	Object.entries<Decompress>({
		...compressors,
		GZIP: (input, length) => unzipSync(input, { maxOutputLength: length }),
		BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: length }),
		ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: length }),
		// A page of nothing but missing values is empty, also where it claims to be compressed.
	} satisfies Partial<Record<CompressionCodec, Decompress>>).map(([codec, decompress]) => [
		codec,
		(input: Uint8Array, length: number) => (length === 0 ? new Uint8Array(0) : decompress(input, length)),
	]),
);
