import type { GenerationPlan } from '../src/contracts/conditions.ts';
import type {
	AddHistoryOutput,
	AlertCut,
	ArtifactRef,
	FitScoreInput,
	ModelParts,
	TrainGeneratorInput,
	TrainGeneratorOutput,
	TrainScorerOutput,
} from '../src/contracts/pipeline.ts';
import type { RunRequest, RunSummary } from '../src/contracts/run-config.ts';
import { inWindow } from './in-window.ts';
import { runMonitoring, runRetraining } from './retrain-steps.ts';
import { type Activities, commonInput, required } from './step-input.ts';
import { describeTable, ingestTable, obtainTable, type StoredTable } from './table-steps.ts';

interface TrainedModel {
	readonly parts: ModelParts;
	readonly generator: TrainGeneratorOutput;
	readonly scorer: TrainScorerOutput;
}

/** Shards of a run that are scored side by side: enough for the workers of a cluster, few enough for one history. */
const SHARDS_AT_ONCE = 32;
/** Shards of a run that are written side by side; each holds a connection of the database. */
const WRITES_AT_ONCE = 4;

/** Rows as the generator draws them, into `synthetic_rows`. */
export const DEFAULT_PLAN: Omit<GenerationPlan, 'rows'> = {
	conditions: [],
	balance: null,
	temperature: 1,
	complete: null,
	withoutConstraints: [],
	withKeys: false,
	override: null,
	into: { kind: 'rows' },
};

/** Runs what the request asks for, from its first step to its last. */
export async function runSteps(request: RunRequest, activities: Activities): Promise<RunSummary> {
	switch (request.kind) {
		case 'pipeline':
			return runPipeline(request, activities);
		case 'ingest':
			return runIngest(request, activities);
		case 'train':
			return runTraining(request, activities);
		case 'score':
			return runScoring(request, activities);
		case 'augment':
			return runAugmentation(request, activities);
		case 'retrain':
			return runRetraining(request, activities, finish);
		case 'monitor':
			return runMonitoring(request, activities, finish);
	}
}

async function runPipeline(request: RunRequest, activities: Activities): Promise<RunSummary> {
	const common = commonInput(request);
	const table = await ingestTable(request, activities);
	if (table.isQuarantined) return finish(request, activities, describeTable(table));
	const history = await addHistory(request, table, activities);
	const model = await trainModel(request, table, history, activities);
	const cut = await scoreTable(request, table, model.parts, history, activities);
	const rows = request.config.syntheticRows ?? Math.min(table.rows, 10_000);
	const synthetic = await generateTable(request, model.parts, { ...DEFAULT_PLAN, rows }, activities);
	const { evaluation } = await activities.evaluate({
		...common,
		manifest: table.manifest,
		history: history?.rows ?? null,
		model: model.parts,
		synthetic: synthetic.table,
		scores: cut.scores,
		alerts: cut.alerts,
	});
	await activities.recordEvaluation({ ...common, modelId: model.parts.modelId, evaluation });
	await activities.publishQueue({ ...common, datasetId: table.datasetId });
	const report = await activities.writeReport({
		...common,
		datasetId: table.datasetId,
		profile: table.profile,
		history: model.generator.history,
		evaluation,
		signCheck: model.scorer.signCheck,
		cut,
	});
	return finish(request, activities, {
		...describeTable(table),
		modelId: model.parts.modelId,
		syntheticTableId: synthetic.syntheticTableId,
		alerts: cut.alerts,
		syntheticRows: rows,
		history: toldHistory(history),
		reportPath: report.path,
	});
}

async function runIngest(request: RunRequest, activities: Activities): Promise<RunSummary> {
	const table = await ingestTable(request, activities);
	return finish(request, activities, describeTable(table));
}

async function runTraining(request: RunRequest, activities: Activities): Promise<RunSummary> {
	const table = await obtainTable(request, activities);
	if (table.isQuarantined) return finish(request, activities, describeTable(table));
	const history = await addHistory(request, table, activities);
	const model = await trainModel(request, table, history, activities);
	return finish(request, activities, {
		...describeTable(table),
		modelId: model.parts.modelId,
		history: toldHistory(history),
	});
}

async function runScoring(request: RunRequest, activities: Activities): Promise<RunSummary> {
	const common = commonInput(request);
	const { known, ...stored } = await activities.loadModel({ ...common, modelId: required(request.modelId, 'modelId') });
	const parts = await withLabels(request, stored, activities);
	const table = await obtainTable(request, activities, known);
	if (table.isQuarantined) return finish(request, activities, describeTable(table));
	const { manifest } = table;
	const { profile, history: fitted } = parts;
	const history = fitted === null ? null : await activities.addHistory({ ...common, manifest, profile, fitted });
	const cut = await scoreTable({ ...request, config: table.config }, table, parts, history, activities);
	await activities.publishQueue({ ...common, datasetId: table.datasetId });
	return finish(request, activities, {
		...describeTable(table),
		modelId: parts.modelId,
		alerts: cut.alerts,
		history: toldHistory(history),
	});
}

/** What is known of records by now, for a model that looks at it. */
async function withLabels(request: RunRequest, parts: ModelParts, activities: Activities): Promise<ModelParts> {
	const { head, modelId } = parts;
	if (head === undefined) return parts;
	const { news } = await activities.gatherLabels({ ...commonInput(request), modelId, asOf: null });
	return { ...parts, head: { ...head, news } };
}

async function runAugmentation(request: RunRequest, activities: Activities): Promise<RunSummary> {
	const plan = required(request.augment, 'augment');
	const { known: _, ...parts } = await activities.loadModel({
		...commonInput(request),
		modelId: required(request.modelId, 'modelId'),
	});
	const synthetic = await generateTable(request, parts, plan, activities);
	return finish(request, activities, {
		modelId: parts.modelId,
		syntheticTableId: synthetic.syntheticTableId,
		syntheticRows: synthetic.rows,
	});
}

/** The pasts of the entities, if the request names any. */
async function addHistory(
	request: RunRequest,
	{ manifest, profile }: StoredTable,
	activities: Activities,
): Promise<AddHistoryOutput | null> {
	if (request.config.entity.length === 0) return null;
	return activities.addHistory({ ...commonInput(request), manifest, profile, fitted: null });
}

function toldHistory(history: AddHistoryOutput | null): RunSummary['history'] {
	if (history === null) return null;
	return history.continued ? 'continued' : 'begun';
}

async function trainModel(
	request: RunRequest,
	table: StoredTable,
	history: AddHistoryOutput | null,
	activities: Activities,
): Promise<TrainedModel> {
	const common = commonInput(request);
	const { manifest, profile } = table;
	const { features, generated } = await activities.fitFeatures({ ...common, manifest, profile });
	// Side by side: neither needs the other, and each takes one core.
	const [generator, scorer] = await Promise.all([
		trainGenerator(request, { ...common, manifest, features: generated, profile }, activities),
		trainScorer(request, { ...common, manifest, features, history }, activities),
	]);
	const { modelId } = await activities.registerModel({
		...common,
		datasetId: table.datasetId,
		profile,
		contract: table.contract,
		features,
		history,
		generator,
		scorer,
	});
	const parts: ModelParts = {
		modelId,
		profile,
		features,
		generator: generator.generator,
		scorer: scorer.scorer,
		history: history?.fitted ?? null,
		training: { manifest, seed: request.seed },
		isReleased: false,
	};
	return { parts, generator, scorer };
}

/** A time budget is turned into steps once, and the steps are what a resumed run goes by. */
async function trainGenerator(
	request: RunRequest,
	input: Omit<TrainGeneratorInput, 'plan'>,
	activities: Activities,
): Promise<TrainGeneratorOutput> {
	const plan = request.config.generator.budgetSeconds === null ? null : await activities.planTraining(input);
	return activities.trainGenerator({ ...input, plan });
}

/** In one step, or its discriminators in parts that spread over workers. */
async function trainScorer(
	request: RunRequest,
	input: FitScoreInput,
	activities: Activities,
): Promise<TrainScorerOutput> {
	const { scorerParts: parts = 1 } = request;
	if (parts === 1) return activities.trainScorer({ ...input, trained: null });
	const { kept } = await activities.keepRows(input);
	const trained = await Promise.all(
		Array.from({ length: parts }, (_, shard) => activities.trainMembers({ ...input, kept, shard, parts })),
	);
	return activities.trainScorer({ ...input, trained: { kept, members: trained.map(({ members }) => members) } });
}

async function scoreTable(
	request: RunRequest,
	table: StoredTable,
	model: ModelParts,
	history: AddHistoryOutput | null,
	activities: Activities,
): Promise<AlertCut> {
	const common = commonInput(request);
	const { manifest, shards, rows, datasetId } = table;
	await inWindow(shards, SHARDS_AT_ONCE, (shard) =>
		activities.scoreShard({ ...common, manifest, history: history?.rows ?? null, model, shard }),
	);
	// The cut is known before anything is written, because a written score is never updated.
	const cut = await activities.decideAlerts({ ...common, shards, rows });
	await inWindow(shards, WRITES_AT_ONCE, (shard) =>
		activities.publishScores({ ...common, datasetId, modelId: model.modelId, shard, cut }),
	);
	return cut;
}

async function generateTable(
	request: RunRequest,
	model: ModelParts,
	plan: GenerationPlan,
	activities: Activities,
): Promise<{ readonly syntheticTableId: string; readonly table: ArtifactRef; readonly rows: number }> {
	const common = commonInput(request);
	const { table, shards, rows } = await activities.generate({ ...common, model, plan });
	// Rows of a pipeline stay in the database beside the evaluation that judges them.
	// Completed rows are those of whoever gave them.
	const isJudged = request.kind === 'augment' && plan.complete === null;
	const release = isJudged ? await activities.judgeRelease({ ...common, model, table, plan }) : null;
	const { syntheticTableId } = await activities.registerSynthetic({
		...common,
		modelId: model.modelId,
		table,
		rows,
		plan,
		release,
	});
	const { into } = plan;
	// A file is written from the shards by whoever asked for it.
	const published = into.kind === 'file' ? 0 : shards;
	await inWindow(published, 1, (shard) =>
		activities.publishSynthetic({ ...common, syntheticTableId, table, shard, into }),
	);
	if (into.kind === 'table') {
		const { name, replace } = into;
		await activities.placeTable({ ...common, syntheticTableId, name, replace });
	}
	return { syntheticTableId, table, rows };
}

async function finish(
	request: RunRequest,
	activities: Activities,
	known: Partial<Omit<RunSummary, 'runId'>>,
): Promise<RunSummary> {
	const summary: RunSummary = {
		runId: request.runId,
		datasetId: null,
		modelId: null,
		syntheticTableId: null,
		rowsLoaded: 0,
		rowsRejected: 0,
		alerts: 0,
		syntheticRows: 0,
		history: null,
		comparison: null,
		isQuarantined: false,
		reportPath: null,
		...known,
	};
	await activities.finishRun({ ...commonInput(request), datasetId: summary.datasetId, modelId: summary.modelId });
	return summary;
}
