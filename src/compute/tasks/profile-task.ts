import { putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ProfileInput, ProfileOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { finishProfile } from '../../features/finish-profile.ts';
import { planHistory } from '../../features/history/plan-history.ts';
import { profileTable } from '../profile-table.ts';
import { labelKey } from '../read-labels.ts';
import { requireTimeColumn } from '../record-times.ts';
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
	requirePositive(profile, input.config.labelPositive);
	const { entity, time, alertsPer } = input.config;
	// A budget of alerts needs dates; the past of entities also goes by numbers.
	if (time !== null && (entity.length === 0 || alertsPer !== null)) requireTimeColumn(profile, time);
	// Refused here, before anything is stored.
	if (entity.length > 0) planHistory(profile, entity, time);
	return { profile: await putJson(artifacts, profile) };
}

/** Where all values of the label are known, the one that counts as the anomaly has to be among them. */
function requirePositive({ columns }: TableProfile, positive: string | null): void {
	const label = columns.find(({ role }) => role === 'label');
	if (label === undefined || positive === null || label.levels.length < label.distinct) return;
	const wanted = labelKey(label.kind, positive);
	if (label.levels.some(({ level }) => labelKey(label.kind, level) === wanted)) return;
	throw new CounterfoilError('CONFIG_INVALID', 'the label has no such value', {
		where: `column "${label.name}"`,
		hint: `it has ${label.distinct} different values; name the one of the anomalies with --label-positive`,
	});
}
