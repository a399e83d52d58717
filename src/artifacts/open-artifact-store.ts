import { isObjectAddress } from '../contracts/object-address.ts';
import { type ArtifactStore, openFileStore } from './artifact-store.ts';
import { openObjectStore } from './object-store.ts';

/**
 * Opens the store of a root: a folder, or `s3://bucket/prefix` of any S3-compatible object storage.
 *
 * @throws CounterfoilError as `openFileStore` and `openObjectStore` do
 */
export async function openArtifactStore(root: string): Promise<ArtifactStore> {
	return isObjectAddress(root) ? openObjectStore(root) : openFileStore(root);
}
