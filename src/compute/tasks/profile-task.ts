import { getJson, putJson } from '../../artifacts/stored-json.ts';
import { CounterfoilError } from '../../contracts/errors.ts';
import type { ArtifactRef, ContractTerms, ProfileInput, ProfileOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import type { RunConfig } from '../../contracts/run-config.ts';
import { NO_POLICIES, type SchemaContract } from '../../contracts/schema-contract.ts';
import { compareContract } from '../../features/compare-contract.ts';
import { finishProfile, type ProfileOptions } from '../../features/finish-profile.ts';
import { planHistory } from '../../features/history/plan-history.ts';
import { mergeContracts } from '../../features/merge-contracts.ts';
import type { PartialProfile } from '../../features/profile-batch.ts';
import { requireColumns } from '../../features/require-columns.ts';
import { makeContract } from '../../features/schema-contract.ts';
import { profileTable } from '../profile-table.ts';
import { labelKey } from '../read-labels.ts';
import { requireTimeColumn } from '../record-times.ts';
import type { TaskEnvironment } from '../task-environment.ts';

const NO_TERMS: ContractTerms = { policies: NO_POLICIES, isCompared: false, goesOnFrom: null, isQuarantined: false };

/** Finds out what each column holds: kinds, roles, ranges, levels. */
export async function profileTask(input: ProfileInput, environment: TaskEnvironment): Promise<ProfileOutput> {
	const { artifacts } = environment;
	const merged = await profileTable(environment, input.manifest);
	const { policies, isCompared, goesOnFrom, isQuarantined } = input.terms ?? NO_TERMS;
	const names = new Set(merged.columns.map(({ name }) => name));
	const profile = finishProfile(merged, namedColumns(input.config, isQuarantined ? names : null));
	if (!isCompared) {
		requireColumns(
			names,
			policies.columns.map(({ column }) => column),
		);
	}
	if (!isQuarantined) requireUsable(profile, input.config);
	const own = makeContract(profile, merged, {
		table: policies.table,
		// Columns that the table before had, and this one has no more, are known to have been meant.
		columns: policies.columns.filter(({ column }) => !isCompared || names.has(column)),
	});
	const contract = goesOnFrom === null ? own : await goOn(environment, goesOnFrom, own, merged);
	return { profile: await putJson(artifacts, profile), contract: await putJson(artifacts, contract) };
}

/** The roles that were asked for, of columns that are there; those of all columns where none are told. */
function namedColumns({ label, key, ignore }: RunConfig, there: ReadonlySet<string> | null): ProfileOptions {
	const isThere = (column: string) => there === null || there.has(column);
	return {
		...(label === null || !isThere(label) ? {} : { label }),
		...(key === null || !isThere(key) ? {} : { key }),
		ignore: ignore.filter(isThere),
	};
}

/** Refuses, before anything is stored, what later steps cannot work with. */
function requireUsable(profile: TableProfile, config: RunConfig): void {
	requirePositive(profile, config.labelPositive);
	const { entity, time, alertsPer } = config;
	// A budget of alerts needs dates; the past of entities also goes by numbers.
	if (time !== null && (entity.length === 0 || alertsPer !== null)) requireTimeColumn(profile, time);
	// Refused here, before anything is stored.
	if (entity.length > 0) planHistory(profile, entity, time);
}

/** The contract of a data set that has had tables before. */
async function goOn(
	{ artifacts }: TaskEnvironment,
	from: ArtifactRef,
	own: SchemaContract,
	merged: PartialProfile,
): Promise<SchemaContract> {
	const known = await getJson<SchemaContract>(artifacts, from);
	const retyped = compareContract(known, merged, 'ingest').filter(({ type }) => type === 'retyped');
	return mergeContracts(known, own, new Set(retyped.map(({ column }) => column)));
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
