import { getJson } from '../src/artifacts/stored-json.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';
import type {
	GainInterval,
	ModelComparison,
	RegisterHeadInput,
	RegisterHeadOutput,
} from '../src/contracts/learning.ts';
import { listMetrics, putMetrics } from '../src/store/model-metrics.ts';
import { getModel, insertModel } from '../src/store/models.ts';
import { promoteModel } from '../src/store/promotions.ts';
import { updateRun } from '../src/store/runs.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';

/** Measures of generated rows and of the score, which a head changes nothing of. */
const KEPT_METRICS: readonly string[] = ['privacy_epsilon', 'privacy_delta', 'release', 'sign_check_auroc'];

/** Enters a model with a new head: all other parts are those of the model that it was retrained from. */
export const registerHead: Activity<RegisterHeadInput, RegisterHeadOutput> = async ({ store, artifacts }, input) => {
	const { trained, plan, labels } = input;
	const parent = await getModel(store, input.modelId);
	const { head } = trained;
	if (head === null) throw new CounterfoilError('INTERNAL', 'there is no head to register', { where: input.modelId });
	// The name goes on standing for the model that was in use, until another is promoted.
	if (!(await hasActive(input, store)))
		await promoteModel(store, parent.model_id, { reason: 'base', actor: plan.actor });
	const { version: _version, stage: _stage, ...parts } = parent;
	const model = await insertModel(store, {
		...parts,
		model_id: `model-${input.runId}`,
		head_uri: head.uri,
		head_sha256: head.sha256,
		parent_model_id: parent.model_id,
		labels_known_at: labels.asOf,
		comparison_uri: trained.comparison?.uri ?? null,
		trained_at: timestamp(),
	});
	const comparison = trained.comparison === null ? null : await getJson<ModelComparison>(artifacts, trained.comparison);
	const kept = (await listMetrics(store, parent.model_id)).filter(({ metric }) => KEPT_METRICS.includes(metric));
	const shared = { part: '', floor: null, ceiling: null, note: null };
	await putMetrics(store, model.model_id, [
		...kept.map(({ model_id: _, ...metric }) => metric),
		{ ...shared, metric: 'labels', value: labels.labels, note: `of which ${labels.frauds} fraud` },
		...(comparison === null ? [] : describeComparison(comparison)),
	]);
	const isPromoted = await promoteBy(input, store, model.model_id);
	await updateRun(store, input.runId, { modelId: model.model_id });
	return { modelId: model.model_id, version: model.version, isPromoted };
};

/** By the rule only over the model that it was compared with. @returns whether it is active */
async function promoteBy(
	{ plan: { promote, actor }, trained, modelId }: RegisterHeadInput,
	store: Parameters<typeof getModel>[0],
	own: string,
): Promise<boolean> {
	if (promote === 'never' || (promote === 'rule' && !trained.isBetter)) return false;
	const why = promote === 'always' ? ({ reason: 'hand' } as const) : ({ reason: 'rule', insteadOf: modelId } as const);
	return (await promoteModel(store, own, { ...why, actor })).model_id === own;
}

async function hasActive({ modelId }: RegisterHeadInput, store: Parameters<typeof getModel>[0]): Promise<boolean> {
	const { name } = await getModel(store, modelId);
	return (await getModel(store, name)).stage === 'active';
}

function describeComparison({ budget, old, new: own, ceiling, ...gains }: ModelComparison) {
	const gain = ({ mean, low, high }: GainInterval) =>
		`${mean < 0 ? '' : '+'}${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}] against the model before`;
	const shared = { part: 'later records', floor: null };
	return [
		{
			...shared,
			metric: `precision_at_${budget}_a_day`,
			value: own.precisionAtBudget,
			ceiling,
			note: gain(gains.precisionGain),
		},
		{
			...shared,
			metric: 'average_precision_a_day',
			value: own.averagePrecision,
			ceiling: 1,
			note: gain(gains.averagePrecisionGain),
		},
		{
			part: 'later records, model before',
			floor: null,
			metric: `precision_at_${budget}_a_day`,
			value: old.precisionAtBudget,
			ceiling,
			note: null,
		},
	];
}
