import { createHash } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import type { RemoteFiles } from '../contracts/remote-files.ts';
import { requireAllowed, requireAllowedHandle, requireNoUrl } from './find-inputs.ts';

/** The bytes of a source as they are stored. */
export interface StoredBytes {
	readonly size: number;
	/** From the first to the last, once. */
	pieces(): AsyncGenerator<Buffer>;
	/** To read at any place; null where there is no file. */
	readonly handle: FileHandle | null;
	/**
	 * @param sha256 of what was read, from the first byte to the last
	 * @throws INPUT_CHANGED if the file has become another since it was opened
	 */
	requireUnchanged(sha256: string): Promise<void>;
	close(): Promise<void>;
}

export interface StoredOptions {
	/** Folders and addresses that tables may be read from; null: any. */
	readonly roots: readonly string[] | null;
	/** The way to addresses that are no files. @default none */
	readonly remote?: RemoteFiles;
}

const CHUNK_BYTES = 256 * 1024;

/** @throws INPUT_NOT_FOUND, INPUT_NOT_READABLE, INPUT_NOT_ALLOWED; those of the object storage */
export async function openStored(path: string, { roots, remote }: StoredOptions): Promise<StoredBytes> {
	if (remote !== undefined && isObjectAddress(path)) return openRemote(path, remote, roots);
	const { handle, opened } = await openRegularFile(path, roots);
	async function* pieces(): AsyncGenerator<Buffer> {
		for (;;) {
			const { bytesRead, buffer } = await readPiece(handle, path);
			if (bytesRead === 0) return;
			yield buffer.subarray(0, bytesRead);
		}
	}
	async function requireUnchanged(sha256: string): Promise<void> {
		const now = await handle.stat({ bigint: true });
		const isUntouched = now.size === opened.size && now.mtimeNs === opened.mtimeNs && now.ctimeNs === opened.ctimeNs;
		// To be renamed or given to somebody else is no change of what is in it.
		if (isUntouched || (await hashAll(handle, path)) === sha256) return;
		throw inputChanged(path);
	}
	return { size: Number(opened.size), pieces, handle, requireUnchanged, close: () => handle.close() };
}

/** The error for a file that is not, or not any more, what it was taken for. */
export function inputChanged(path: string): CounterfoilError {
	return new CounterfoilError('INPUT_CHANGED', 'The input was changed while it was read.', {
		where: path,
		hint: 'Run the same command again when nobody writes to the file; write to another name and rename it when it is whole.',
	});
}

async function hashAll(handle: FileHandle, path: string): Promise<string> {
	const hash = createHash('sha256');
	for (let position = 0; ; ) {
		const { bytesRead, buffer } = await readPiece(handle, path, position);
		if (bytesRead === 0) return hash.digest('hex');
		hash.update(buffer.subarray(0, bytesRead));
		position += bytesRead;
	}
}

async function openRemote(path: string, remote: RemoteFiles, roots: readonly string[] | null): Promise<StoredBytes> {
	await requireAllowed(path, roots);
	const file = await remote.describe(path);
	if (file === null) {
		throw new CounterfoilError('INPUT_NOT_FOUND', 'The input does not exist in the object storage.', { where: path });
	}
	const reading = remote.read(path);
	async function* pieces(): AsyncGenerator<Buffer> {
		let held: Uint8Array[] = [];
		let bytes = 0;
		for await (const piece of reading) {
			held.push(piece);
			bytes += piece.byteLength;
			// The format is told from the first piece, which a network may cut anywhere.
			if (bytes < CHUNK_BYTES) continue;
			yield Buffer.concat(held, bytes);
			held = [];
			bytes = 0;
		}
		if (bytes > 0) yield Buffer.concat(held, bytes);
	}
	const close = async () => void (await reading.return(undefined));
	// What is read of an object is one version of it.
	return { size: file.bytes, pieces, handle: null, requireUnchanged: async () => undefined, close };
}

/** A FIFO would block on opening and a device could be endless, so both are told apart before they are opened. */
async function openRegularFile(
	path: string,
	roots: readonly string[] | null,
): Promise<{ handle: FileHandle; opened: BigIntStats }> {
	requireNoUrl(path);
	await requireAllowed(path, roots);
	let handle: FileHandle | undefined;
	try {
		requireRegularFile(await stat(path), path);
		handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
		const opened = await handle.stat({ bigint: true });
		requireRegularFile(opened, path);
		await requireAllowedHandle(handle.fd, path, roots);
		return { handle, opened };
	} catch (error) {
		await handle?.close();
		if (error instanceof CounterfoilError) throw error;
		throw await describeOpenError(error, path);
	}
}

function requireRegularFile(
	stats: { isFile(): boolean; isDirectory(): boolean; isFIFO(): boolean },
	path: string,
): void {
	if (stats.isFile()) return;
	const [what, hint] = stats.isDirectory()
		? ['a folder', 'Name one file in it.']
		: stats.isFIFO()
			? ['a named pipe', 'Write its content to a file first.']
			: ['a device or socket', 'Name a regular file.'];
	throw new CounterfoilError('INPUT_NOT_READABLE', `The input is ${what}, not a file.`, { where: path, hint });
}

async function describeOpenError(error: unknown, path: string): Promise<CounterfoilError> {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (code === 'ENOENT' || code === 'ENOTDIR') {
		const nearest = await findNearestFile(path);
		return new CounterfoilError('INPUT_NOT_FOUND', 'The input file does not exist.', {
			where: path,
			hint: nearest === null ? 'Check the path.' : `Did you mean ${nearest}?`,
			cause: error,
		});
	}
	if (code === 'EACCES' || code === 'EPERM') {
		return new CounterfoilError('INPUT_NOT_READABLE', 'There is no permission to read the input file.', {
			where: path,
			hint: 'Give yourself read permission (chmod u+r) or copy the file.',
			cause: error,
		});
	}
	const reason = error instanceof Error ? error.message : String(error);
	return new CounterfoilError('INPUT_NOT_READABLE', `The input cannot be opened: ${reason}`, {
		where: path,
		cause: error,
	});
}

async function findNearestFile(path: string): Promise<string | null> {
	const folder = dirname(path);
	const names = await readdir(folder).catch(() => []);
	// A folder of a million files is not worth a suggestion.
	const nearest = names.length > 10_000 ? null : findNearest(basename(path), names);
	return nearest === null ? null : path.slice(0, path.length - basename(path).length) + nearest;
}

async function readPiece(
	handle: FileHandle,
	path: string,
	position: number | null = null,
): Promise<{ bytesRead: number; buffer: Buffer }> {
	try {
		return await handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position);
	} catch (error) {
		throw new CounterfoilError('INPUT_NOT_READABLE', 'The input file cannot be read to its end.', {
			where: path,
			cause: error,
		});
	}
}
