import { putJson } from '../../artifacts/stored-json.ts';
import type { ProfileInput, ProfileOutput } from '../../contracts/pipeline.ts';
import { finishProfile } from '../../features/finish-profile.ts';
import { profileTable } from '../profile-table.ts';
import type { TaskEnvironment } from '../task-environment.ts';

/** Finds out what each column holds: kinds, roles, ranges, levels. */
export async function profileTask(input: ProfileInput, environment: TaskEnvironment): Promise<ProfileOutput> {
	const { artifacts } = environment;
	const merged = await profileTable(environment, input.manifest);
	const { label, key, ignore } = input.config;
	const profile = finishProfile(merged, {
		...(label === null ? {} : { label }),
		...(key === null ? {} : { key }),
		ignore,
	});
	return { profile: await putJson(artifacts, profile), fingerprint: profile.fingerprint, rows: profile.rows };
}
