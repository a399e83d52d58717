import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RemoteFiles } from '../contracts/remote-files.ts';
import { type Compression, type DecompressLimits, decompress, sniffCompression } from './decompress.ts';
import { openStored } from './open-stored.ts';
import { type SourceFormat, sniffFormat } from './sniff-format.ts';
import type { StoredPrefix } from './table-source.ts';

/** A file that was opened, decompressed on the way, and hashed as it is stored. */
export interface OpenSource {
	readonly path: string;
	readonly format: SourceFormat;
	readonly compression: Compression;
	/** The first decompressed bytes, at most `HEAD_BYTES`, or as many as a header may have. */
	readonly head: Buffer;
	/** Whether `head` is all there is. */
	readonly isHeadWhole: boolean;
	/** The decompressed bytes from the first to the last, once. */
	bytes(): AsyncGenerator<Buffer>;
	/**
	 * The decompressed bytes as a file that can be read at any place, instead of `bytes()`: the file itself once
	 * it was hashed, or a temporary copy without a name.
	 *
	 * @param look is shown the bytes on the way.
	 */
	asFile(look?: (piece: Buffer) => void): Promise<FileHandle>;
	/** Size and SHA-256 (hex) of the file as stored; the hash is null before the last byte was read. */
	stored(): { readonly bytes: number; readonly sha256: string | null };
	/** @throws INPUT_CHANGED if the file, read to its end, has become another meanwhile */
	requireUnchanged(): Promise<void>;
	/** The bytes of the file that were read so far. */
	prefix(): StoredPrefix;
	/** Bytes after the end of the compressed data, which were left out. */
	trailingBytes(): number;
	close(): Promise<void>;
}

export interface OpenSourceOptions extends DecompressLimits {
	/** Named by the user; only text has one. */
	readonly encoding?: string;
	/** Named by the user; only delimited text has one. */
	readonly delimiter?: string;
	/** More than `HEAD_BYTES` for a longer head. @default HEAD_BYTES */
	readonly maxHeaderBytes?: number;
	/** Folders and addresses that tables may be read from. @default any */
	readonly inputRoots?: readonly string[];
	/** The way to tables that are in no file system. @default none */
	readonly remote?: RemoteFiles;
	readonly onProgress?: (bytesRead: number, bytesTotal: number) => void;
	readonly signal?: AbortSignal;
}

/** What the format and the dialect are found from. */
export const HEAD_BYTES = 256 * 1024;

/**
 * Opens a regular file, or one of object storage, for reading from the first byte to the last.
 *
 * @throws INPUT_NOT_FOUND, INPUT_NOT_READABLE, INPUT_NOT_ALLOWED, INPUT_COMPRESSION_DAMAGED, INPUT_TOO_LARGE, CANCELLED; the
 * last three also while the bytes are read.
 */
export async function openSource(path: string, options: OpenSourceOptions = {}): Promise<OpenSource> {
	const { inputRoots: roots = null, remote } = options;
	const input = await openStored(path, { roots, ...(remote === undefined ? {} : { remote }) });
	const { size, handle } = input;
	const hash = createHash('sha256');
	let bytesRead = 0;
	let sha256: string | null = null;
	let trailing = 0;

	async function* storedBytes(): AsyncGenerator<Buffer> {
		for await (const piece of input.pieces()) {
			if (options.signal?.aborted) throw new CounterfoilError('CANCELLED', 'Reading was cancelled.', { where: path });
			hash.update(piece);
			bytesRead += piece.length;
			options.onProgress?.(bytesRead, Math.max(size, bytesRead));
			yield piece;
		}
		sha256 = hash.digest('hex');
	}

	try {
		const stored = storedBytes();
		const first = await stored.next();
		const firstPiece = first.done ? Buffer.alloc(0) : first.value;
		const compression = sniffCompression(firstPiece);
		const whole = prepend([firstPiece], stored);
		const plain =
			compression === 'none' ? whole : decompress(whole, compression, path, options, (bytes) => (trailing += bytes));
		const { head, pieces, isWhole } = await readHead(plain, Math.max(HEAD_BYTES, options.maxHeaderBytes ?? 0));
		const format = sniffFormat(head, path, options.encoding !== undefined, options.delimiter !== undefined);
		let isTaken = false;
		let copy: FileHandle | undefined;
		function takeBytes(): AsyncGenerator<Buffer> {
			if (isTaken) throw new CounterfoilError('INTERNAL', 'The bytes of a source can be read only once.');
			isTaken = true;
			return prepend(pieces, plain);
		}
		return {
			path,
			format,
			compression,
			head,
			isHeadWhole: isWhole,
			bytes: takeBytes,
			async asFile(look) {
				const plainFile = compression === 'none' ? handle : null;
				if (plainFile === null) copy = await openTemporary();
				for await (const piece of takeBytes()) {
					look?.(piece);
					await copy?.write(piece).catch(describeSpoolError);
				}
				return plainFile ?? (copy as FileHandle);
			},
			stored: () => ({ bytes: sha256 === null ? size : bytesRead, sha256 }),
			requireUnchanged: async () => {
				if (sha256 !== null) await input.requireUnchanged(sha256);
			},
			prefix: () => ({ bytes: bytesRead, sha256: sha256 ?? hash.copy().digest('hex') }),
			trailingBytes: () => trailing,
			async close() {
				await copy?.close();
				await input.close();
			},
		};
	} catch (error) {
		await input.close();
		throw error;
	}
}

/** A file that is gone when it is closed, whatever becomes of the process. */
async function openTemporary(): Promise<FileHandle> {
	const path = join(tmpdir(), `counterfoil-${randomUUID()}`);
	const handle = await open(path, 'wx+', 0o600).catch(describeSpoolError);
	await rm(path);
	return handle;
}

function describeSpoolError(error: unknown): never {
	throw new CounterfoilError('DISK_FULL', 'There is no space for a temporary copy of the input.', {
		where: tmpdir(),
		hint: 'Free some space, name another folder in TMPDIR, or name a plain, uncompressed file.',
		cause: error,
	});
}

async function* prepend(pieces: readonly Buffer[], rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
	yield* pieces;
	yield* rest;
}

async function readHead(
	bytes: AsyncGenerator<Buffer>,
	most: number,
): Promise<{ head: Buffer; pieces: readonly Buffer[]; isWhole: boolean }> {
	const pieces: Buffer[] = [];
	let length = 0;
	while (length <= most) {
		const { value, done } = await bytes.next();
		if (done) break;
		pieces.push(value);
		length += value.length;
	}
	const isWhole = length <= most;
	return { head: Buffer.concat(pieces, length).subarray(0, most), pieces, isWhole };
}
