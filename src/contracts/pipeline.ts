import type { GenerationPlan, GenerationTarget } from './conditions.ts';
import type { ErrorRecord } from './errors.ts';

/**
 * The steps of a pipeline as plain types. What crosses a step is an id, a URI, a hash or a count: never
 * rows. Both runners (in-process and Temporal) carry out the same steps on the same types.
 */

/** A stored file: where it is and what it must contain. */
export interface ArtifactRef {
	readonly uri: string;
	readonly sha256: string;
	readonly bytes: number;
}

/** The choices of a run, all resolved: a run is a function of (data, config, seed, version). */
export interface RunConfig {
	/** Column that is set aside for evaluation only. */
	readonly label: string | null;
	/** Value of the label that counts as the anomaly; null: the rarer of its two values, or `1`/`true`. */
	readonly labelPositive: string | null;
	/** Column that names a record. */
	readonly key: string | null;
	/** Column that tells when a record happened: dates, or for the past of entities also seconds; null: in order of the rows. */
	readonly time: string | null;
	/** Columns that are left out of training. */
	readonly ignore: readonly string[];
	/** Columns that name who acts (first) and with whom or where: rows are scored against their past too. */
	readonly entity: readonly string[];
	readonly dialect: DialectConfig;
	/** Share of rows that may be rejected before the run fails, 0 to 1. @default 0.1 */
	readonly maxRejectShare: number;
	readonly generator: {
		readonly kind: 'autoregressive' | 'mlp';
		/** Training steps; null: a fixed function of rows, width and backend. */
		readonly steps: number | null;
		/** Time that its training may take on this machine; turned once into steps. */
		readonly budgetSeconds: number | null;
	};
	readonly scoring: {
		/** The rows are known to be normal: nothing is trimmed. */
		readonly normalOnly: boolean;
		/** The score is the mean of the ranks of ours and of the baselines. */
		readonly ensemble: boolean;
	};
	/** Whether other detectors score the same rows, to stand beside ours. */
	readonly baselines: boolean;
	/** Synthetic rows to generate in a pipeline run; null: as many as there are records, at most 10,000. */
	readonly syntheticRows: number | null;
	/** Alerts of a run, or of each `alertsPer`; null: 1 % of the records, at least 1, at most 100, or all above a threshold. */
	readonly alertBudget: number | null;
	/** What the budget is for, by the time of the records (UTC); null: the run. */
	readonly alertsPer: AlertPeriod | null;
	/** Score from which on a record may be an alert, 0 to 1. */
	readonly alertThreshold: number | null;
	readonly backend: 'auto' | 'node' | 'wasm';
}

export type AlertPeriod = 'hour' | 'day' | 'week';

export interface DialectConfig {
	readonly delimiter: string | null;
	readonly quote: string | null;
	readonly header: boolean | null;
	readonly encoding: string | null;
}

export const DEFAULT_CONFIG: RunConfig = {
	label: null,
	labelPositive: null,
	key: null,
	time: null,
	ignore: [],
	entity: [],
	dialect: { delimiter: null, quote: null, header: null, encoding: null },
	maxRejectShare: 0.1,
	generator: { kind: 'autoregressive', steps: null, budgetSeconds: null },
	scoring: { normalOnly: false, ensemble: false },
	baselines: true,
	syntheticRows: null,
	alertBudget: null,
	alertsPer: null,
	alertThreshold: null,
	backend: 'auto',
};

export type RunKind = 'pipeline' | 'ingest' | 'train' | 'score' | 'augment';

/** What a run is asked to do; the input of the workflows. */
export interface RunRequest {
	readonly runId: string;
	readonly kind: RunKind;
	/** Same command, same key: an unfinished run with this key is taken up again. */
	readonly runKey: string;
	readonly seed: number;
	readonly config: RunConfig;
	/** Absolute path of the table (pipeline, ingest, score). */
	readonly source: string | null;
	/** Name of the data set (pipeline, ingest, train, score); default: the file's name. */
	readonly datasetName: string | null;
	/** A data set already ingested (train; score instead of a source). */
	readonly datasetId: string | null;
	/** Parts that the discriminators of the score are trained in, side by side; the score is the same for any number. @default 1 */
	readonly scorerParts?: number;
	/** An existing model (score, augment). */
	readonly modelId: string | null;
	/** Rows to generate and what they must be (augment). */
	readonly augment: GenerationPlan | null;
}

/** Every step knows its run; a step over shards also its shard. */
interface StepInput {
	readonly runId: string;
	readonly seed: number;
	readonly config: RunConfig;
}

export interface IngestInput extends StepInput {
	readonly source: string;
}
export interface IngestOutput {
	readonly manifest: ArtifactRef;
	readonly shards: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
}

export interface ProfileInput extends StepInput {
	readonly manifest: ArtifactRef;
}
export interface ProfileOutput {
	readonly profile: ArtifactRef;
}

export interface RegisterDatasetInput extends StepInput {
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	readonly name: string | null;
}
export interface RegisterDatasetOutput {
	readonly datasetId: string;
}

export interface PublishRecordsInput extends StepInput {
	readonly datasetId: string;
	readonly manifest: ArtifactRef;
	readonly shard: number;
}
export interface CountOutput {
	readonly rows: number;
}

export interface AddHistoryInput extends StepInput {
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	/** What a model keeps of the history it was trained with, to score by it; null: fitted on this table. */
	readonly fitted: ArtifactRef | null;
}
/** The past of the entities of each row of a table. */
export interface AddHistoryOutput {
	/** A FittedHistory. */
	readonly fitted: ArtifactRef;
	/** A TableHistory. */
	readonly rows: ArtifactRef;
	/** Whether the pasts go on from where the training table ended. */
	readonly continued: boolean;
}

export interface FitFeaturesInput extends StepInput {
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
}
export interface FitFeaturesOutput {
	/** What the score sees. */
	readonly features: ArtifactRef;
	/** What is generated: the same and the label. */
	readonly generated: ArtifactRef;
}

export interface TrainInput extends StepInput {
	readonly manifest: ArtifactRef;
	readonly features: ArtifactRef;
}
/** What every step of fitting the score is given. */
export interface FitScoreInput extends TrainInput {
	readonly history: AddHistoryOutput | null;
}
export interface KeepRowsOutput {
	/** The rows that the fits may use. */
	readonly kept: ArtifactRef;
}
export interface TrainMembersInput extends FitScoreInput {
	readonly kept: ArtifactRef;
	/** Which of the parts, from 0. */
	readonly shard: number;
	readonly parts: number;
}
export interface TrainMembersOutput {
	readonly members: ArtifactRef;
}
export interface TrainScorerInput extends FitScoreInput {
	/** What was trained in parts; null: everything is done in this step. */
	readonly trained: { readonly kept: ArtifactRef; readonly members: readonly ArtifactRef[] } | null;
}
/** How long to train; null where the defaults hold. */
export interface TrainingPlan {
	readonly steps: number;
	/** Of the discriminator that judges the rows; null where there is none. */
	readonly judgeSteps: number | null;
}
export interface TrainGeneratorInput extends TrainInput {
	readonly profile: ArtifactRef;
	readonly plan: TrainingPlan | null;
}
export interface TrainGeneratorOutput {
	/** Generator weights with all that turns them into rows. */
	readonly generator: ArtifactRef;
	/** Of a plain GAN; null where the discriminator is a part of the generator. */
	readonly discriminator: ArtifactRef | null;
	/** Losses and other curves for the report. */
	readonly history: ArtifactRef;
	readonly steps: number;
	readonly backend: string;
}
export interface TrainScorerOutput {
	readonly scorer: ArtifactRef;
	readonly backend: string;
	readonly signCheck: SignCheck;
}
/** Injected noise rows against real rows: noise must have the higher surprise. */
export interface SignCheck {
	readonly meanReal: number;
	readonly meanNoise: number;
	/** Probability that a noise row has a higher surprise than a real row. */
	readonly auroc: number;
}

export interface RegisterModelInput extends StepInput {
	readonly datasetId: string;
	readonly profile: ArtifactRef;
	readonly features: ArtifactRef;
	readonly history: AddHistoryOutput | null;
	readonly generator: TrainGeneratorOutput;
	readonly scorer: TrainScorerOutput;
}
export interface RegisterModelOutput {
	readonly modelId: string;
}

/** The parts of a stored model that later steps need. */
export interface ModelParts {
	readonly modelId: string;
	readonly profile: ArtifactRef;
	readonly features: ArtifactRef;
	readonly generator: ArtifactRef;
	readonly scorer: ArtifactRef;
	/** A FittedHistory; null where the model knows no entities. */
	readonly history: ArtifactRef | null;
	/** The table that it was trained on, and the seed by which rows of it were held out. */
	readonly training: { readonly manifest: ArtifactRef; readonly seed: number };
	/** Whether rows of its generator were judged before, and found fit to be handed out. */
	readonly isReleased: boolean;
}
export interface LoadModelInput extends StepInput {
	readonly modelId: string;
}

export interface LoadDatasetInput extends StepInput {
	readonly datasetId: string;
}
export interface LoadDatasetOutput {
	readonly datasetId: string;
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	readonly shards: number;
	readonly rows: number;
	readonly rowsRejected: number;
}

export interface CheckSchemaInput extends StepInput {
	readonly manifest: ArtifactRef;
	/** Profile of the table that the model was trained on. */
	readonly profile: ArtifactRef;
}

export interface ScoreShardInput extends StepInput {
	readonly manifest: ArtifactRef;
	/** The TableHistory of the table; null where the model knows no entities. */
	readonly history: ArtifactRef | null;
	readonly model: ModelParts;
	readonly shard: number;
}
/** Scores of one shard; rows count from 0 in the table. */
export interface ScoreShardOutput {
	readonly scores: ArtifactRef;
	readonly firstRow: number;
	readonly rows: number;
}

export interface DecideAlertsInput extends StepInput {
	readonly scores: readonly ScoreShardOutput[];
	readonly rows: number;
}
/** Which rows are alerts. */
export interface AlertCut {
	/** The rule as src/scoring/alert-rule has it. */
	readonly rule: ArtifactRef;
	readonly alerts: number;
	/** Surprise from which on rows are alerts; null where no single figure tells. */
	readonly surprise: number | null;
}

export interface PublishScoresInput extends StepInput {
	readonly datasetId: string;
	readonly modelId: string;
	readonly shard: number;
	readonly scores: ScoreShardOutput;
	readonly cut: AlertCut;
}

export interface PublishQueueInput extends StepInput {
	readonly datasetId: string;
}
export interface PublishQueueOutput {
	readonly queueId: string;
	readonly opened: number;
	readonly appended: number;
}

export interface GenerateInput extends StepInput {
	readonly model: ModelParts;
	readonly plan: GenerationPlan;
}
export interface GenerateOutput {
	readonly table: ArtifactRef;
	readonly shards: number;
	readonly rows: number;
}
export interface JudgeReleaseInput extends StepInput {
	readonly model: ModelParts;
	readonly table: ArtifactRef;
	readonly plan: GenerationPlan;
}
/** Whether the rows of a table may be handed out. */
export interface JudgeReleaseOutput {
	readonly verdict: 'release' | 'refuse';
	/** Why not, in words. */
	readonly reasons: readonly string[];
	/** Why they are handed out all the same. */
	readonly override: string | null;
}
export interface RegisterSyntheticInput extends StepInput {
	readonly modelId: string;
	readonly table: ArtifactRef;
	readonly rows: number;
	readonly plan: GenerationPlan;
	/** Null: the evaluation of the run judges it. */
	readonly release: JudgeReleaseOutput | null;
}
export interface RegisterSyntheticOutput {
	readonly syntheticTableId: string;
}
export interface PublishSyntheticInput extends StepInput {
	readonly syntheticTableId: string;
	readonly table: ArtifactRef;
	readonly shard: number;
	readonly into: GenerationTarget;
}
export interface PlaceTableInput extends StepInput {
	readonly syntheticTableId: string;
	readonly name: string;
	/** Whether an earlier generated table of this name goes. */
	readonly replace: boolean;
}

export interface EvaluateInput extends StepInput {
	readonly manifest: ArtifactRef;
	/** The TableHistory of the table; null where the model knows no entities. */
	readonly history: ArtifactRef | null;
	readonly model: ModelParts;
	readonly synthetic: ArtifactRef;
	readonly scores: readonly ScoreShardOutput[];
	/** Alerts of the run. */
	readonly alerts: number;
}
export interface EvaluateOutput {
	readonly evaluation: ArtifactRef;
}

export interface RecordEvaluationInput extends StepInput {
	readonly modelId: string;
	readonly evaluation: ArtifactRef;
}

export interface WriteReportInput extends StepInput {
	readonly datasetId: string;
	readonly profile: ArtifactRef;
	readonly history: ArtifactRef;
	readonly evaluation: ArtifactRef;
	readonly signCheck: SignCheck;
	readonly cut: AlertCut;
}
export interface WriteReportOutput {
	/** Path of the HTML file for people to open. */
	readonly path: string;
}

export interface BeginRunInput {
	readonly request: RunRequest;
	readonly workflowId: string;
}

export interface FailRunInput {
	readonly runId: string;
	readonly error: ErrorRecord;
}

export interface FinishRunInput extends StepInput {
	readonly datasetId: string | null;
	readonly modelId: string | null;
}

export interface ExplainInput {
	readonly manifest: ArtifactRef;
	/** The TableHistory of the table; null where the model knows no entities. */
	readonly history: ArtifactRef | null;
	readonly model: Omit<ModelParts, 'training' | 'isReleased'>;
	/** Counted from 0. */
	readonly row: number;
}
export interface ExplainOutput {
	/** JSON of the reasons, as `scores.reasons` holds them. */
	readonly reasons: string;
}

export interface AdviseAugmentationInput {
	/** The table that the model was trained on. */
	readonly manifest: ArtifactRef;
	/** Of the model, for the features that it makes. */
	readonly generator: ArtifactRef;
	/** How the generators of the folds are trained: as the model was. */
	readonly training: RunConfig['generator'];
	readonly label: string;
	/** The rare class as the table writes it; null: the rarest value. */
	readonly value: string | null;
	/** `f1`, `ap` or `recall@0.9`. */
	readonly target: string;
	readonly folds: number;
	readonly repeats: number;
	/** Longer tables are sampled. */
	readonly maxRows: number;
	readonly seed: number;
}
export interface AdviseAugmentationOutput {
	readonly label: string;
	readonly value: string;
	/** JSON of the AugmentationAdvice. */
	readonly advice: string;
}

/** Every step by name. `Compute` ones run in child processes and take the compute task queue. */
export interface ComputeSteps {
	ingest(input: IngestInput): Promise<IngestOutput>;
	profile(input: ProfileInput): Promise<ProfileOutput>;
	addHistory(input: AddHistoryInput): Promise<AddHistoryOutput>;
	fitFeatures(input: FitFeaturesInput): Promise<FitFeaturesOutput>;
	planTraining(input: TrainInput): Promise<TrainingPlan>;
	trainGenerator(input: TrainGeneratorInput): Promise<TrainGeneratorOutput>;
	keepRows(input: FitScoreInput): Promise<KeepRowsOutput>;
	trainMembers(input: TrainMembersInput): Promise<TrainMembersOutput>;
	trainScorer(input: TrainScorerInput): Promise<TrainScorerOutput>;
	checkSchema(input: CheckSchemaInput): Promise<CountOutput>;
	scoreShard(input: ScoreShardInput): Promise<ScoreShardOutput>;
	generate(input: GenerateInput): Promise<GenerateOutput>;
	judgeRelease(input: JudgeReleaseInput): Promise<JudgeReleaseOutput>;
	evaluate(input: EvaluateInput): Promise<EvaluateOutput>;
}
/** What compute processes can be asked for: the steps of runs, and what is no part of a run. */
export interface ComputeTasks extends ComputeSteps {
	explain(input: ExplainInput): Promise<ExplainOutput>;
	adviseAugmentation(input: AdviseAugmentationInput): Promise<AdviseAugmentationOutput>;
}
export interface IoSteps {
	registerDataset(input: RegisterDatasetInput): Promise<RegisterDatasetOutput>;
	publishRecords(input: PublishRecordsInput): Promise<CountOutput>;
	registerModel(input: RegisterModelInput): Promise<RegisterModelOutput>;
	loadModel(input: LoadModelInput): Promise<ModelParts>;
	loadDataset(input: LoadDatasetInput): Promise<LoadDatasetOutput>;
	decideAlerts(input: DecideAlertsInput): Promise<AlertCut>;
	publishScores(input: PublishScoresInput): Promise<CountOutput>;
	publishQueue(input: PublishQueueInput): Promise<PublishQueueOutput>;
	registerSynthetic(input: RegisterSyntheticInput): Promise<RegisterSyntheticOutput>;
	publishSynthetic(input: PublishSyntheticInput): Promise<CountOutput>;
	placeTable(input: PlaceTableInput): Promise<CountOutput>;
	recordEvaluation(input: RecordEvaluationInput): Promise<CountOutput>;
	writeReport(input: WriteReportInput): Promise<WriteReportOutput>;
}
export interface Steps extends ComputeSteps, IoSteps {}

export type StepName = keyof Steps;

// An object, so that the compiler misses a step that is not in it.
const isComputeStep = {
	ingest: true,
	profile: true,
	addHistory: true,
	fitFeatures: true,
	planTraining: true,
	trainGenerator: true,
	keepRows: true,
	trainMembers: true,
	trainScorer: true,
	checkSchema: true,
	scoreShard: true,
	generate: true,
	judgeRelease: true,
	evaluate: true,
} as const satisfies Record<keyof ComputeSteps, true>;

/** The steps that run in child processes. */
export const COMPUTE_STEPS: ReadonlySet<string> = new Set(Object.keys(isComputeStep));

/** Name of a step in the journal and for people, with the shard where there is one: `scoreShard/3`. */
export function labelStep(name: string, input: unknown): string {
	const shard = typeof input === 'object' && input !== null && 'shard' in input ? input.shard : undefined;
	return shard === undefined ? name : `${name}/${shard}`;
}

/** Outside the journal: they open and close the run itself. */
export interface RunControl {
	beginRun(input: BeginRunInput): Promise<void>;
	finishRun(input: FinishRunInput): Promise<void>;
	failRun(input: FailRunInput): Promise<void>;
}

/** What a run ends with; ids and counts for whoever started it. */
export interface RunSummary {
	readonly runId: string;
	readonly datasetId: string | null;
	readonly modelId: string | null;
	readonly syntheticTableId: string | null;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
	readonly alerts: number;
	readonly syntheticRows: number;
	/** Where the pasts of the entities begin: with this table, or with the one the model was trained on; null: no entities. */
	readonly history: 'begun' | 'continued' | null;
	readonly reportPath: string | null;
}

/** What a step says while it goes on: shown to people, and what the next attempt goes on from. */
export interface StepProgress {
	readonly done: number;
	readonly total: number;
	/** What is being done, for people: `training`, `trimming`. */
	readonly phase: string;
	readonly checkpoint: ArtifactRef | null;
}

/** What a runner gives to a step besides its input. */
export interface StepContext {
	/** Name in the journal, with the shard where there is one: `scoreShard/3`. */
	readonly step: string;
	/** 1 for the first attempt of the step; writes are fenced by it. */
	readonly attempt: number;
	/** The last progress of the attempt before, to go on from. */
	readonly previous: StepProgress | null;
	readonly signal: AbortSignal;
	report(progress: StepProgress): void;
}

/** Task queues of the Temporal workers. */
export const IO_TASK_QUEUE = 'counterfoil-io';
export const COMPUTE_TASK_QUEUE = 'counterfoil-compute';
