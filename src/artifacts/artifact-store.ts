import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import { artifactUri, hashOf, missing, placeOf, requireContent } from './artifact-uri.ts';

/**
 * Files named by the hash of their content: shards, models, synthetic tables, reports. The same content is
 * stored once; what is stored is never changed. A URI is `artifact:sha256/ab/abcdef....arrow`: where the file is
 * within a store, whichever store that is.
 */
export interface ArtifactStore {
	/**
	 * Once it resolves, the content survives a loss of power.
	 * @param extension of the file name, 1 to 16 lower-case letters and digits, e.g. `arrow`.
	 * @throws DISK_FULL, OUTPUT_NOT_WRITABLE; in object storage STORAGE_UNREACHABLE, STORAGE_NOT_ACCESSIBLE.
	 */
	put(content: Uint8Array, options: { readonly extension: string }): Promise<ArtifactRef>;
	/** @throws ARTIFACT_MISSING, ARTIFACT_CORRUPT if the content does not have its hash. */
	get(uri: string): Promise<Uint8Array>;
	has(uri: string): Promise<boolean>;
	/** Does nothing if it is not there. */
	delete(uri: string): Promise<void>;
	/** Path of the file, where the store has files: to hand to a program that reads it. */
	pathOf?(uri: string): string;
}

/** Files of writers that died; a write takes seconds. */
const STALE_MS = 60 * 60 * 1000;

/**
 * A store in a folder, which is made if it does not exist.
 *
 * @throws OUTPUT_NOT_WRITABLE if the folder cannot be made.
 */
export async function openFileStore(rootDir: string): Promise<ArtifactStore> {
	const temporary = join(rootDir, 'tmp');
	await mkdir(temporary, { recursive: true }).catch((error) => {
		throw describeWriteError(error, rootDir);
	});
	const root = await realpath(rootDir);
	await removeStale(temporary);

	const pathOf = (uri: string) => join(root, placeOf(uri).place);

	/** The path of an existing file; links that lead out of the root are not followed. */
	async function findFile(uri: string): Promise<string> {
		const path = pathOf(uri);
		try {
			const real = await realpath(path);
			if (real.startsWith(root + sep)) return real;
		} catch (error) {
			throw missing(uri, error);
		}
		throw missing(uri);
	}

	async function read(uri: string): Promise<Uint8Array> {
		const path = await findFile(uri);
		const content = await readFile(path).catch((error) => {
			throw missing(uri, error);
		});
		return requireContent(uri, content);
	}

	return {
		pathOf,
		get: read,
		async put(content, { extension }) {
			const sha256 = hashOf(content);
			const uri = artifactUri(sha256, extension);
			const path = pathOf(uri);
			const ref = { uri, sha256, bytes: content.byteLength };
			if (await read(uri).then(Boolean, () => false)) return ref;
			const draft = join(root, 'tmp', randomUUID());
			try {
				await mkdir(dirname(path), { recursive: true });
				await writeDurably(draft, content);
				await rename(draft, path);
				await syncFolder(dirname(path));
				await syncFolder(dirname(dirname(path)));
			} catch (error) {
				await rm(draft, { force: true });
				throw describeWriteError(error, path);
			}
			return ref;
		},
		async has(uri) {
			return findFile(uri).then(
				() => true,
				() => false,
			);
		},
		async delete(uri) {
			await rm(pathOf(uri), { force: true });
		},
	};
}

async function writeDurably(path: string, content: Uint8Array): Promise<void> {
	const handle = await open(path, 'wx');
	try {
		await handle.writeFile(content);
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** A new name is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
	const handle: FileHandle = await open(path, 'r');
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

async function removeStale(folder: string): Promise<void> {
	for (const name of await readdir(folder)) {
		const path = join(folder, name);
		const stats = await stat(path).catch(() => null);
		if (stats !== null && Date.now() - stats.mtimeMs > STALE_MS) await rm(path, { force: true });
	}
}

/** What a file system says of a file that cannot be written. */
export function describeWriteError(error: unknown, where: string): CounterfoilError {
	if (error instanceof CounterfoilError) return error;
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return new CounterfoilError('DISK_FULL', 'There is no space left for a stored file.', {
			where,
			hint: 'Free some space, then run the same command again: it goes on where it was.',
			cause: error,
		});
	}
	return new CounterfoilError('OUTPUT_NOT_WRITABLE', 'A stored file cannot be written.', {
		where,
		hint: 'Check that the folder exists and that you may write to it.',
		cause: error,
	});
}
