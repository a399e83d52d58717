import { basename } from 'node:path';
import { getJson } from '../src/artifacts/stored-json.ts';
import { formatCondition, type GenerationPlan } from '../src/contracts/conditions.ts';
import type { RegisterSyntheticInput, RegisterSyntheticOutput } from '../src/contracts/generation-steps.ts';
import type { TableManifest } from '../src/contracts/manifest.ts';
import { putMetrics } from '../src/store/model-metrics.ts';
import { describeProvenance } from '../src/store/provenance.ts';
import { insertSyntheticTable } from '../src/store/synthetic-tables.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';

/** The conditions as people write them, and what else the rows were made by. */
function describePlan({
	conditions,
	balance,
	temperature,
	complete,
	withoutConstraints,
}: GenerationPlan): Record<string, unknown> {
	return {
		...(conditions.length === 0 ? {} : { where: conditions.map(formatCondition) }),
		...(balance === null ? {} : { balance }),
		...(temperature === 1 ? {} : { temperature }),
		...(complete === null ? {} : { complete: basename(complete) }),
		...(withoutConstraints.length === 0 ? {} : { withoutConstraints }),
	};
}

/** Of the rows of a pipeline, until its evaluation has judged them. */
const NOT_JUDGED = { verdict: 'refuse', reasons: ['they have not been judged yet'], override: null };

/** Enters a generated table into the database, with its origin. */
export const registerSynthetic: Activity<RegisterSyntheticInput, RegisterSyntheticOutput> = async (services, input) => {
	const manifest = await getJson<TableManifest>(services.artifacts, input.table);
	const { modelId, rows, seed, release } = input;
	const isPending = release === null && input.plan.complete === null;
	const made = describePlan(input.plan);
	const request = { rows, ...made, ...(input.plan.withKeys ? { keys: true } : {}) };
	const { version } = services;
	const provenance = await describeProvenance(services.store, { modelId, version, request, seed, release });
	const table = await insertSyntheticTable(services.store, {
		synthetic_table_id: `synthetic-${input.runId}`,
		model_id: modelId,
		run_id: input.runId,
		rows,
		columns_json: JSON.stringify(manifest.names),
		conditions_json: JSON.stringify(made),
		release_json: isPending ? JSON.stringify(NOT_JUDGED) : release === null ? null : JSON.stringify(release),
		seed,
		artifact_uri: input.table.uri,
		sha256: input.table.sha256,
		created_at: timestamp(),
		provenance_json: JSON.stringify(provenance),
	});
	// The next table need not be judged from the ground up.
	if (input.release?.verdict === 'release') {
		const metric = { metric: 'release', part: '', value: 1, floor: null, ceiling: null, note: null };
		await putMetrics(services.store, input.modelId, [metric]);
	}
	return { syntheticTableId: table.synthetic_table_id };
};
