import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { ArtifactStore } from './artifact-store.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Stores a value as JSON. Keys keep the order they were made in, so equal values have one hash. */
export function putJson(artifacts: ArtifactStore, value: unknown): Promise<ArtifactRef> {
	return artifacts.put(encoder.encode(JSON.stringify(value)), { extension: 'json' });
}

/** Reads what `putJson` stored; the content is verified by its hash, so its type is what was written. */
export async function getJson<T>(artifacts: ArtifactStore, ref: { readonly uri: string }): Promise<T> {
	return JSON.parse(decoder.decode(await artifacts.get(ref.uri))) as T;
}

/** The reference that a stored URI stands for: content-addressed, it names the hash that is verified when it is read. */
export function refOf(uri: string): ArtifactRef {
	return { uri, sha256: /([0-9a-f]{64})/.exec(uri)?.[1] ?? '', bytes: 0 };
}
