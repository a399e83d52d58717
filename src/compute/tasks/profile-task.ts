import { getJson, putJson } from '../../artifacts/stored-json.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { ProfileInput, ProfileOutput } from '../../contracts/pipeline.ts';
import { finishProfile } from '../../features/finish-profile.ts';
import { mergeProfiles } from '../../features/merge-profiles.ts';
import { type PartialProfile, profileBatch } from '../../features/profile-batch.ts';
import { readShards } from '../read-shards.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Finds out what each column holds: kinds, roles, ranges, levels. */
export async function profileTask(input: ProfileInput, environment: TaskEnvironment): Promise<ProfileOutput> {
	const { artifacts } = environment;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	let merged: PartialProfile | null = null;
	for await (const { batch, firstRow } of readShards(artifacts, manifest)) {
		const shard = profileBatch(batch);
		merged = merged === null ? shard : mergeProfiles([merged, shard]);
		reportProgress(environment, 'profiling', firstRow + batch.rows, manifest.rows);
	}
	const { label, key, ignore } = input.config;
	const profile = finishProfile(merged ?? { rows: 0, columns: [] }, {
		...(label === null ? {} : { label }),
		...(key === null ? {} : { key }),
		ignore,
	});
	return { profile: await putJson(artifacts, profile), fingerprint: profile.fingerprint, rows: profile.rows };
}
