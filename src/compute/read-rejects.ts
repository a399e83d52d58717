import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { RejectedRow } from '../ingest/table-source.ts';

/** The rejected rows of a table, in the order of the file. */
export async function readRejects(artifacts: ArtifactStore, refs: readonly ArtifactRef[]): Promise<RejectedRow[]> {
	const rejects: RejectedRow[] = [];
	for (const ref of refs) {
		const lines = new TextDecoder().decode(await artifacts.get(ref.uri)).split('\n');
		for (const line of lines) if (line !== '') rejects.push(JSON.parse(line) as RejectedRow);
	}
	return rejects;
}
