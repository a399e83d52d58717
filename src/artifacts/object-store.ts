import { parseObjectAddress } from '../contracts/object-address.ts';
import type { ArtifactStore } from './artifact-store.ts';
import { artifactUri, hashOf, isPlace, missing, placeOf, requireContent } from './artifact-uri.ts';
import { type ObjectStorageOptions, openObjectStorage } from './object-storage.ts';

/**
 * A store in a bucket of object storage, by keys `prefix/sha256/ab/abcdef....arrow`. What is stored is seen whole or not
 * at all. Content that is there already is written again: that costs no more than to see that it is whole, and mends it
 * where it is not.
 *
 * @param root `s3://bucket/prefix`
 * @throws CounterfoilError CONFIG_INVALID; the rest when it is asked for something
 */
export function openObjectStore(root: string, options: ObjectStorageOptions = {}): ArtifactStore {
	const { key: prefix } = parseObjectAddress(root);
	const storage = openObjectStorage(root, options);
	const keyOf = (uri: string) => joinKey(prefix, placeOf(uri).place);
	return {
		async put(content, { extension }) {
			const sha256 = hashOf(content);
			const uri = artifactUri(sha256, extension);
			await storage.put(keyOf(uri), content);
			return { uri, sha256, bytes: content.byteLength };
		},
		async get(uri) {
			const content = await storage.get(keyOf(uri));
			if (content === null) throw missing(uri);
			return requireContent(uri, content);
		},
		async has(uri) {
			return isPlace(uri) && (await storage.describe(keyOf(uri))) !== null;
		},
		delete: async (uri) => storage.delete(keyOf(uri)),
	};
}

export function joinKey(prefix: string, place: string): string {
	return prefix === '' || prefix.endsWith('/') ? `${prefix}${place}` : `${prefix}/${place}`;
}
