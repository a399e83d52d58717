import type { RetrainSummary } from '../src/contracts/learning-plan.ts';
import type { ModelParts } from '../src/contracts/pipeline.ts';
import type { RunRequest, RunSummary } from '../src/contracts/run-config.ts';
import { type Activities, commonInput, required } from './step-input.ts';
import { describeTable, obtainTable } from './table-steps.ts';

type Finish = (
	request: RunRequest,
	activities: Activities,
	known: Partial<Omit<RunSummary, 'runId'>>,
) => Promise<RunSummary>;

/** A model learns from what has become known, and is compared with the one before. */
export async function runRetraining(request: RunRequest, activities: Activities, finish: Finish): Promise<RunSummary> {
	const { parts } = await loadParts(request, activities);
	const retrain = await learnFromLabels(request, parts, activities);
	return finish(request, activities, { modelId: retrain.modelId ?? parts.modelId, retrain });
}

/** The parts of the model of the request. */
async function loadParts(request: RunRequest, activities: Activities) {
	const { known, ...parts } = await activities.loadModel({
		...commonInput(request),
		modelId: required(request.modelId, 'modelId'),
	});
	return { known, parts };
}

async function learnFromLabels(
	request: RunRequest,
	parts: ModelParts,
	activities: Activities,
): Promise<RetrainSummary> {
	const common = commonInput(request);
	const { modelId } = parts;
	const plan = required(request.retrain ?? request.monitor?.retrain ?? null, 'retrain');
	const labels = await activities.gatherLabels({ ...common, modelId, asOf: plan.asOf });
	const counts = { labels: labels.labels, frauds: labels.frauds, newLabels: labels.newLabels };
	const nothing = { ...counts, modelId: null, version: null, isPromoted: false, comparison: null };
	if (labels.newLabels < plan.minNewLabels) return { ...nothing, skipped: 'too few new labels' };
	const trained = await activities.trainHead({ ...common, model: parts, labels, plan });
	if (trained.head === null) return { ...nothing, skipped: 'no fraud or nothing else' };
	const registered = await activities.registerHead({ ...common, modelId, labels, trained, plan });
	return { ...counts, ...registered, comparison: trained.comparison?.uri ?? null, skipped: null };
}

/** A data set is held against what the model was trained on; what has drifted is told, and can be learnt anew. */
export async function runMonitoring(request: RunRequest, activities: Activities, finish: Finish): Promise<RunSummary> {
	const common = commonInput(request);
	const plan = required(request.monitor ?? null, 'monitor');
	const { known, parts } = await loadParts(request, activities);
	const table = await obtainTable(request, activities, known);
	if (table.isQuarantined) return finish(request, activities, describeTable(table));
	const { datasetId, manifest } = table;
	const { modelId } = parts;
	const measured = await activities.measureDrift({ ...common, model: parts, manifest, plan });
	await activities.recordDrift({ ...common, datasetId, modelId, drift: measured.drift });
	const { isDrifted, columns } = measured;
	const { webhook } = plan;
	// Who is to be told may not answer for minutes, which is nothing to wait for with what is to be learnt.
	const [alert, retrain] = await bothToTheirEnd(
		isDrifted && webhook !== null
			? activities.sendAlert({ ...common, datasetId, modelId, drift: measured, webhook })
			: Promise.resolve(null),
		isDrifted && plan.retrain !== null ? learnFromLabels(request, parts, activities) : Promise.resolve(null),
	);
	return finish(request, activities, {
		...describeTable(table),
		modelId: retrain?.modelId ?? modelId,
		monitor: { isDrifted, columns, drift: measured.drift.uri, alertStatus: alert?.status ?? null },
		...(retrain === null ? {} : { retrain }),
	});
}

/** What both give, or what one of them threw once the other has come to its end, too. */
async function bothToTheirEnd<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
	await Promise.allSettled([one, other]);
	return [await one, await other];
}
