import { getJson } from '../artifacts/stored-json.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import { createProfiler, type PartialProfile } from '../features/profile-batch.ts';
import { readShards } from './read-shards.ts';
import { reportProgress, type TaskEnvironment } from './task-environment.ts';

/** Statistics of a stored table: those made when it was written, or shard by shard. Memory does not grow with its rows. */
export async function profileTable(environment: TaskEnvironment, manifestRef: ArtifactRef): Promise<PartialProfile> {
	const manifest = await getJson<TableManifest>(environment.artifacts, manifestRef);
	if (manifest.statistics !== undefined) return getJson<PartialProfile>(environment.artifacts, manifest.statistics);
	const profiler = createProfiler(manifest.names, manifest.source?.reading?.wordsAreValues === true);
	for await (const { batch, firstRow } of readShards(environment.artifacts, manifest)) {
		profiler.add(batch);
		reportProgress(environment, 'looking at the columns', firstRow + batch.rows, manifest.rows);
	}
	return profiler.profile();
}
