import { getJson } from '../artifacts/stored-json.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import { mergeProfiles } from '../features/merge-profiles.ts';
import { type PartialProfile, profileBatch } from '../features/profile-batch.ts';
import { readShards } from './read-shards.ts';
import { reportProgress, type TaskEnvironment } from './task-environment.ts';

/** Statistics of a stored table, shard by shard; memory does not grow with its rows. */
export async function profileTable(environment: TaskEnvironment, manifestRef: ArtifactRef): Promise<PartialProfile> {
	const manifest = await getJson<TableManifest>(environment.artifacts, manifestRef);
	let merged: PartialProfile = { rows: 0, columns: [] };
	for await (const { batch, firstRow } of readShards(environment.artifacts, manifest)) {
		const shard = profileBatch(batch);
		merged = firstRow === 0 ? shard : mergeProfiles([merged, shard]);
		reportProgress(environment, 'looking at the columns', firstRow + batch.rows, manifest.rows);
	}
	return merged;
}
