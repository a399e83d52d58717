import { getJson, putJson } from '../../artifacts/stored-json.ts';
import { alertTimeOf } from '../../contracts/alert-time.ts';
import type { TableAlert } from '../../contracts/inspection.ts';
import type { ShardRef, TableManifest } from '../../contracts/manifest.ts';
import type { ContractTerms, ProfileInput, ProfileOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import type { RunConfig } from '../../contracts/run-config.ts';
import { NO_POLICIES, type SchemaContract } from '../../contracts/schema-contract.ts';
import { compareContract } from '../../features/compare-contract.ts';
import { createDuplicateCounter } from '../../features/count-duplicates.ts';
import { declaredKinds, keepDeclared } from '../../features/declare-columns.ts';
import { finishProfile } from '../../features/finish-profile.ts';
import { planHistory } from '../../features/history/plan-history.ts';
import { mergeContracts } from '../../features/merge-contracts.ts';
import type { PartialProfile } from '../../features/profile-batch.ts';
import { requireColumns } from '../../features/require-columns.ts';
import { sampleBatches } from '../../features/sample-batches.ts';
import { makeContract } from '../../features/schema-contract.ts';
import { lookAtTable } from '../inspect-table.ts';
import { namedRoles } from '../named-roles.ts';
import { profileTable } from '../profile-table.ts';
import { readShard } from '../read-shards.ts';
import { requireTimeColumn } from '../record-times.ts';
import { requirePositive } from '../require-positive.ts';
import type { TaskEnvironment } from '../task-environment.ts';

/** Fewer than `inspect` looks at: here they are a by-product. */
const SAMPLED_ROWS = 2_500;
const COUNTED_ROWS = 100_000;
const LOOKED_AT_SHARDS = 3;

const NO_TERMS: ContractTerms = { policies: NO_POLICIES, isCompared: false, goesOnFrom: null, isQuarantined: false };

/** Finds out what each column holds: kinds, roles, ranges, levels. */
export async function profileTask(input: ProfileInput, environment: TaskEnvironment): Promise<ProfileOutput> {
	const { artifacts } = environment;
	const merged = await profileTable(environment, input.manifest);
	const { policies, isCompared, goesOnFrom, isQuarantined } = input.terms ?? NO_TERMS;
	const names = new Set(merged.columns.map(({ name }) => name));
	const before = goesOnFrom === null ? null : await getJson<SchemaContract>(artifacts, goesOnFrom);
	const declared = input.config.schema?.declared;
	const kinds = declaredKinds(before, declared, merged);
	const profile = finishProfile(merged, { ...namedRoles(input.config, isQuarantined ? names : null), kinds });
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
	const contract = keepDeclared(before === null ? own : goOn(before, own, merged), before, declared);
	const alerts = await findTableAlerts(environment, input, profile, merged);
	return {
		profile: await putJson(artifacts, profile),
		contract: await putJson(artifacts, contract),
		alerts: await putJson(artifacts, alerts),
	};
}

/** Refuses, before anything is stored, what later steps cannot work with. */
function requireUsable(profile: TableProfile, config: RunConfig): void {
	requirePositive(profile, config.labelPositive);
	const { entity, time } = config;
	// A budget of alerts needs dates; the past of entities also goes by numbers.
	const dates = alertTimeOf(config) ?? (entity.length === 0 ? time : null);
	if (dates !== null) requireTimeColumn(profile, dates);
	// Refused here, before anything is stored.
	if (entity.length > 0) planHistory(profile, entity, time);
}

/** What is worth knowing of the table; its rows are looked at in a few shards, spread over it. */
async function findTableAlerts(
	{ artifacts }: TaskEnvironment,
	{ manifest: ref, config }: ProfileInput,
	profile: TableProfile,
	statistics: PartialProfile,
): Promise<readonly TableAlert[]> {
	const manifest = await getJson<TableManifest>(artifacts, ref);
	const { shards } = manifest;
	const sample = sampleBatches(SAMPLED_ROWS);
	const duplicates = createDuplicateCounter(COUNTED_ROWS);
	const looks = Math.min(LOOKED_AT_SHARDS, shards.length);
	for (let look = 0; look < looks; look++) {
		const batch = await readShard(artifacts, manifest, shards[Math.floor((look * shards.length) / looks)] as ShardRef);
		sample.add(batch);
		duplicates.add(batch);
	}
	return lookAtTable({
		profile,
		statistics,
		sample: sample.batches(),
		duplicates: duplicates.counts(),
		labelPositive: config.labelPositive,
		entities: config.entity,
		nowMs: Date.now(),
	}).alerts;
}

/** The contract of a data set that has had tables before. */
function goOn(known: SchemaContract, own: SchemaContract, merged: PartialProfile): SchemaContract {
	const retyped = compareContract(known, merged, 'ingest').filter(({ type }) => type === 'retyped');
	return mergeContracts(known, own, new Set(retyped.map(({ column }) => column)));
}
