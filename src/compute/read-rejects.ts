import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { RejectedRow } from '../ingest/table-source.ts';

/** A row that was not loaded; of one that could be read the byte in its file is not known. */
export type StoredReject = Omit<RejectedRow, 'byteOffset'> & { readonly byteOffset: number | null };

/** The rejected rows of a table, in the order of the file. */
export async function readRejects(artifacts: ArtifactStore, refs: readonly ArtifactRef[]): Promise<StoredReject[]> {
	const rejects: StoredReject[] = [];
	for (const ref of refs) {
		const lines = new TextDecoder().decode(await artifacts.get(ref.uri)).split('\n');
		for (const line of lines) if (line !== '') rejects.push(JSON.parse(line) as StoredReject);
	}
	return rejects;
}
