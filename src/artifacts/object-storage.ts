import { setTimeout as sleep } from 'node:timers/promises';
import { CounterfoilError } from '../contracts/errors.ts';
import { formatObjectAddress, parseObjectAddress } from '../contracts/object-address.ts';
import { loadS3 } from './load-s3.ts';
import { describeStorageError, isNotThere, isPassing } from './storage-errors.ts';
import { abandonUploads, uploadParts } from './upload-parts.ts';

/** The objects of one bucket, by key. All of it throws STORAGE_UNREACHABLE, STORAGE_NOT_ACCESSIBLE or DISK_FULL. */
export interface ObjectStorage {
	readonly bucket: string;
	/** Seen whole or not at all. */
	put(key: string, content: Uint8Array): Promise<void>;
	/** The same for pieces of any size; 16 MiB of them are in memory at a time, more beyond 4 GB. */
	putPieces(key: string, pieces: AsyncIterable<Uint8Array>): Promise<void>;
	/** Null if there is none. */
	get(key: string): Promise<Uint8Array | null>;
	/**
	 * The bytes from a place on, as they come; a connection that breaks is taken up again where it broke, as long as the
	 * object is the same.
	 */
	read(key: string, from?: number): AsyncGenerator<Uint8Array>;
	/** Null if there is none. */
	describe(key: string): Promise<ObjectFacts | null>;
	/** By key, in the order of the server, which is that of their bytes. */
	list(prefix: string): AsyncGenerator<ObjectFacts>;
	/** Does nothing if it is not there. */
	delete(key: string): Promise<void>;
}

export interface ObjectFacts {
	readonly key: string;
	readonly bytes: number;
	/** Changes with the content. */
	readonly etag: string;
	readonly modifiedMs: number;
}

export interface ObjectStorageOptions {
	/** Larger content goes in parts. @default 16 MiB */
	readonly multipartBytes?: number;
	/** Uploads below `prefix` that were begun longer ago are taken back. @default a day */
	readonly staleUploadMs?: number;
}

/** Of all but the last part; servers take no less than 5 MiB, and no more than 10,000 parts. */
const PART_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 10_000;
/** Folders of an artifact root; uploads elsewhere in the bucket may be others'. */
const OWN_FOLDERS = ['sha256', 'reports', 'inputs'] as const;
/** Times that a connection may break without a byte having come in between. */
const READ_ATTEMPTS = 6;

/**
 * @param address `s3://bucket/prefix`; the prefix is where stale uploads are looked for, keys are whole
 * @throws CounterfoilError CONFIG_INVALID. Nothing is loaded, and nothing asked of the server yet.
 */
export function openObjectStorage(address: string, options: ObjectStorageOptions = {}): ObjectStorage {
	const { bucket, key: ownPrefix } = parseObjectAddress(address);
	const { multipartBytes = 2 * PART_BYTES, staleUploadMs = 24 * 60 * 60 * 1000 } = options;
	let loading: ReturnType<typeof loadS3> | undefined;
	// Many commands never touch an artifact, and the client takes a moment to load.
	const load = () => {
		loading ??= loadS3();
		return loading;
	};
	let hasCleared = false;

	const at = (Key: string) => ({ Bucket: bucket, Key });
	const fail = (key: string) => (error: unknown) => {
		throw describeStorageError(error, formatObjectAddress({ bucket, key }));
	};

	async function putParts(key: string, parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
		const loaded = await load();
		if (!hasCleared) {
			hasCleared = true;
			// Some keys may write and not list; the lifecycle of the bucket then has to clear up.
			for (const folder of OWN_FOLDERS) {
				const Prefix = `${ownPrefix === '' ? '' : `${ownPrefix.replace(/\/$/, '')}/`}${folder}/`;
				await abandonUploads(loaded, { Bucket: bucket, Prefix }, staleUploadMs).catch(() => undefined);
			}
		}
		await uploadParts(loaded, at(key), parts).catch(fail(key));
	}

	async function* read(key: string, from = 0): AsyncGenerator<Uint8Array> {
		const { s3, client } = await load();
		let position = from;
		let etag: string | undefined;
		let failures = 0;
		for (;;) {
			try {
				const answer = await client.send(
					new s3.GetObjectCommand({
						...at(key),
						...(position === 0 ? {} : { Range: `bytes=${position}-` }),
						...(etag === undefined ? {} : { IfMatch: etag }),
					}),
				);
				if (position > 0 && !(answer.ContentRange ?? '').startsWith(`bytes ${position}-`)) {
					// A server or proxy that sends the whole again: bytes must not be told twice.
					throw new CounterfoilError('STORAGE_NOT_ACCESSIBLE', 'The object storage does not send parts of objects.', {
						where: formatObjectAddress({ bucket, key }),
						hint: 'Use a server that knows the header Range, or one that does not break off.',
					});
				}
				etag = answer.ETag;
				const end = answer.ContentLength === undefined ? null : position + answer.ContentLength;
				for await (const piece of answer.Body as AsyncIterable<Uint8Array>) {
					position += piece.byteLength;
					failures = 0;
					yield piece;
				}
				if (end === null || position === end) return;
				throw Object.assign(new Error('cut short'), { code: 'ECONNRESET' });
			} catch (error) {
				failures++;
				// Without its tag nobody can say that the object is still the same.
				const mayGoOn = position === from || etag !== undefined;
				if (!isPassing(error) || !mayGoOn || failures === READ_ATTEMPTS) throw error;
				await sleep(100 * 2 ** failures);
			}
		}
	}

	return {
		bucket,
		async put(key, content) {
			if (content.byteLength > multipartBytes) return putParts(key, cut(content));
			const { s3, client } = await load();
			await client.send(new s3.PutObjectCommand({ ...at(key), Body: content })).catch(fail(key));
		},
		async putPieces(key, pieces) {
			const parts = join(pieces);
			const first = await parts.next();
			const second = await parts.next();
			if (first.done || second.done) await this.put(key, first.value ?? new Uint8Array());
			else await putParts(key, chain([first.value, second.value], parts));
		},
		async get(key) {
			const pieces: Uint8Array[] = [];
			try {
				for await (const piece of read(key)) pieces.push(piece);
			} catch (error) {
				return isNotThere(error) ? null : fail(key)(error);
			}
			return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces);
		},
		async *read(key, from) {
			try {
				yield* read(key, from);
			} catch (error) {
				fail(key)(error);
			}
		},
		async describe(key) {
			const { s3, client } = await load();
			try {
				const { ContentLength = 0, ETag = '', LastModified } = await client.send(new s3.HeadObjectCommand(at(key)));
				return { key, bytes: ContentLength, etag: ETag, modifiedMs: LastModified?.getTime() ?? 0 };
			} catch (error) {
				return isNotThere(error) ? null : fail(key)(error);
			}
		},
		async *list(prefix) {
			const { s3, client } = await load();
			const pages = s3.paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
			try {
				for await (const { Contents = [] } of pages) {
					for (const { Key, Size = 0, ETag = '', LastModified } of Contents) {
						if (Key !== undefined)
							yield { key: Key, bytes: Size, etag: ETag, modifiedMs: LastModified?.getTime() ?? 0 };
					}
				}
			} catch (error) {
				fail(prefix)(error);
			}
		},
		async delete(key) {
			const { s3, client } = await load();
			await client.send(new s3.DeleteObjectCommand(at(key))).catch((error: unknown) => {
				if (!isNotThere(error)) fail(key)(error);
			});
		},
	};
}

function* cut(content: Uint8Array): Generator<Uint8Array> {
	const size = Math.max(PART_BYTES, Math.ceil(content.byteLength / MOST_PARTS));
	for (let from = 0; from < content.byteLength; from += size) yield content.subarray(from, from + size);
}

/** Pieces as parts; they grow, so that 10,000 of them hold a terabyte. */
async function* join(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	let held: Uint8Array[] = [];
	let bytes = 0;
	let parts = 0;
	for await (const piece of pieces) {
		held.push(piece);
		bytes += piece.byteLength;
		if (bytes < PART_BYTES * (1 + Math.floor(parts / 500))) continue;
		yield Buffer.concat(held, bytes);
		held = [];
		bytes = 0;
		parts++;
	}
	if (bytes > 0) yield Buffer.concat(held, bytes);
}

async function* chain(first: readonly Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	yield* first;
	yield* rest;
}
