import { posix } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { formatObjectAddress, parseObjectAddress } from '../contracts/object-address.ts';
import type { RemoteFile, RemoteFiles } from '../contracts/remote-files.ts';
import { type ObjectFacts, type ObjectStorage, openObjectStorage } from './object-storage.ts';

/** A prefix with more is no table. */
const MOST_FILES = 100_000;

/** Tables in the buckets of object storage, by their addresses `s3://bucket/key`. */
export function openObjectInputs(): RemoteFiles {
	const storages = new Map<string, ObjectStorage>();
	function storageOf(bucket: string): ObjectStorage {
		const known = storages.get(bucket) ?? openObjectStorage(formatObjectAddress({ bucket, key: '' }));
		storages.set(bucket, known);
		return known;
	}

	async function describe(address: string): Promise<RemoteFile | null> {
		const { bucket, key } = parseObjectAddress(address);
		if (key === '' || key.endsWith('/')) return null;
		const facts = await storageOf(bucket).describe(key);
		return facts === null ? null : fileOf(bucket, facts);
	}

	return {
		describe,
		async find(address) {
			const { bucket, key } = parseObjectAddress(address);
			// A key that exists is a file, whatever it looks like.
			const file = await describe(address);
			if (file !== null) return { files: [file], isSeveral: false };
			const isPattern = /[*?[{]/.test(key);
			const folder = key === '' || key.endsWith('/') ? key : `${key}/`;
			const prefix = isPattern ? key.replace(/[^/]*[*?[{].*$/s, '') : folder;
			const isMeant = (name: string) =>
				isPattern ? posix.matchesGlob(name, key) : !name.slice(folder.length).includes('/');
			const files: RemoteFile[] = [];
			for await (const facts of storageOf(bucket).list(prefix)) {
				if (isLeftOut(facts.key) || !isMeant(facts.key)) continue;
				files.push(fileOf(bucket, facts));
				if (files.length > MOST_FILES) {
					throw new CounterfoilError('INPUT_TOO_LARGE', `There are more than ${MOST_FILES} files.`, { where: address });
				}
			}
			if (files.length === 0) {
				throw new CounterfoilError(
					'INPUT_NOT_FOUND',
					'There is no such file in the object storage, nor any below it.',
					{
						where: address,
						hint: 'Check the bucket and the key; patterns are as for files, in quotes.',
					},
				);
			}
			// By code units, as files are.
			return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), isSeveral: true };
		},
		async *read(address) {
			const { bucket, key } = parseObjectAddress(address);
			yield* storageOf(bucket).read(key);
		},
	};
}

function fileOf(bucket: string, { key, bytes, modifiedMs, etag }: ObjectFacts): RemoteFile {
	return { path: formatObjectAddress({ bucket, key }), bytes, modifiedMs, etag };
}

/** What stands for a folder, and what is not meant to be read. */
function isLeftOut(key: string): boolean {
	return key.endsWith('/') || /^[._]/.test(posix.basename(key));
}
