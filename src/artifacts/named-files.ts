import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { formatObjectAddress, isObjectAddress, parseObjectAddress } from '../contracts/object-address.ts';
import { describeWriteError } from './artifact-store.ts';
import { openObjectStorage } from './object-storage.ts';
import { joinKey } from './object-store.ts';

/**
 * Files by names that counterfoil gives them, where every process of a workspace finds them: reports, and tables that
 * it has written to be read. A file is seen whole or not at all.
 */
export interface NamedFiles {
	/** A folder, or an address in object storage. */
	readonly root: string;
	/** What a file is called outside: its path or its address. */
	addressOf(name: string): string;
	write(name: string, content: string): Promise<void>;
	/** Pieces of a content of any length. */
	writePieces(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
	/** Takes over a file of this machine, which is then no longer where it was; best one that lies in `drafts`. */
	takeOver(name: string, path: string): Promise<void>;
	/** A folder of this machine, for files that are to be taken over. */
	readonly drafts: string;
	/** Null if there is none. */
	read(name: string): Promise<string | null>;
	has(name: string): Promise<boolean>;
	/** Names of the files that are not in a folder of their own. */
	list(): Promise<string[]>;
	/** Deletes a file by what `addressOf` said of it. Does nothing if it is not there, or is none of these. */
	drop(address: string): Promise<void>;
}

/** @throws CounterfoilError CONFIG_INVALID for an address that is not valid */
export function openNamedFiles(root: string): NamedFiles {
	return isObjectAddress(root) ? inObjectStorage(root) : inFolder(root);
}

function inFolder(root: string): NamedFiles {
	const addressOf = (name: string) => join(root, name);
	async function writePieces(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
		const path = addressOf(name);
		const draft = `${path}.${randomUUID()}.part`;
		try {
			await mkdir(dirname(path), { recursive: true });
			await pipeline(Readable.from(pieces, { objectMode: false }), createWriteStream(draft, { mode: 0o600 }));
			await rename(draft, path);
		} catch (error) {
			await rm(draft, { force: true });
			throw describeWriteError(error, path);
		}
	}
	const read = (name: string) => readFile(addressOf(name), 'utf8').catch(unlessMissing(null));
	return {
		root,
		drafts: root,
		addressOf,
		writePieces,
		async takeOver(name, path) {
			await mkdir(dirname(addressOf(name)), { recursive: true });
			await rename(path, addressOf(name));
		},
		write: (name, content) => writePieces(name, piecesOf(content)),
		read,
		has: (name) => access(addressOf(name)).then(() => true, unlessMissing(false)),
		async list() {
			const entries = await readdir(root, { withFileTypes: true }).catch(unlessMissing([]));
			return entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.part')).map(({ name }) => name);
		},
		async drop(address) {
			if (!address.startsWith(root + sep)) return;
			await rm(address, { force: true });
			// A folder that was made for it alone; one that others are in stays.
			if (dirname(address) !== root) await rmdir(dirname(address)).catch(() => undefined);
		},
	};
}

function inObjectStorage(root: string): NamedFiles {
	const { bucket, key: prefix } = parseObjectAddress(root);
	const storage = openObjectStorage(root);
	const keyOf = (name: string) => joinKey(prefix, name);
	const folder = keyOf('');
	return {
		root,
		drafts: tmpdir(),
		async takeOver(name, path) {
			await storage.putPieces(keyOf(name), createReadStream(path));
			await rm(path);
		},
		addressOf: (name) => formatObjectAddress({ bucket, key: keyOf(name) }),
		writePieces: (name, pieces) => storage.putPieces(keyOf(name), pieces),
		write: (name, content) => storage.put(keyOf(name), Buffer.from(content)),
		async read(name) {
			const content = await storage.get(keyOf(name));
			return content === null ? null : Buffer.from(content).toString();
		},
		has: async (name) => (await storage.describe(keyOf(name))) !== null,
		async list() {
			const names: string[] = [];
			for await (const { key } of storage.list(folder)) {
				const name = key.slice(folder.length);
				if (name !== '' && !name.includes('/')) names.push(name);
			}
			return names;
		},
		async drop(address) {
			if (address.startsWith(formatObjectAddress({ bucket, key: folder }))) {
				await storage.delete(parseObjectAddress(address).key);
			}
		},
	};
}

async function* piecesOf(content: string): AsyncGenerator<Uint8Array> {
	yield Buffer.from(content);
}

function unlessMissing<Value>(value: Value): (error: NodeJS.ErrnoException) => Value {
	return (error) => {
		if (error.code === 'ENOENT') return value;
		throw error;
	};
}
