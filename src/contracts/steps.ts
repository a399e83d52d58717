import type {
	GenerateInput,
	GenerateOutput,
	JudgeReleaseInput,
	JudgeReleaseOutput,
	PlaceTableInput,
	PublishSyntheticInput,
	RegisterSyntheticInput,
	RegisterSyntheticOutput,
} from './generation-steps.ts';
import type {
	GatherLabelsInput,
	GatherLabelsOutput,
	MeasureDriftInput,
	MeasureDriftOutput,
	RecordDriftInput,
	RegisterHeadInput,
	RegisterHeadOutput,
	SendAlertInput,
	SendAlertOutput,
	TrainHeadInput,
	TrainHeadOutput,
} from './learning.ts';
import type {
	AddHistoryInput,
	AddHistoryOutput,
	AlertCut,
	ArtifactRef,
	CheckSchemaInput,
	CheckSchemaOutput,
	CountOutput,
	DecideAlertsInput,
	EvaluateInput,
	EvaluateOutput,
	FindContractInput,
	FindContractOutput,
	FinishRunInput,
	FitFeaturesInput,
	FitFeaturesOutput,
	FitScoreInput,
	IngestInput,
	IngestOutput,
	KeepRowsOutput,
	LoadDatasetInput,
	LoadDatasetOutput,
	LoadModelInput,
	LoadModelOutput,
	ProfileInput,
	ProfileOutput,
	PublishQueueInput,
	PublishQueueOutput,
	PublishRecordsInput,
	PublishScoresInput,
	RecordEvaluationInput,
	RefuseTableInput,
	RegisterDatasetInput,
	RegisterDatasetOutput,
	RegisterModelInput,
	RegisterModelOutput,
	ScoreShardInput,
	ScoreShardOutput,
	TrainGeneratorInput,
	TrainGeneratorOutput,
	TrainInput,
	TrainingPlan,
	TrainMembersInput,
	TrainMembersOutput,
	TrainScorerInput,
	TrainScorerOutput,
	WriteReportInput,
	WriteReportOutput,
} from './pipeline.ts';
import type { BeginRunInput, FailRunInput } from './run-control.ts';
import type {
	AdviseAugmentationInput,
	AdviseAugmentationOutput,
	ExplainInput,
	ExplainOutput,
	InspectInput,
	InspectOutput,
	ReadColumnsInput,
	ReadColumnsOutput,
} from './task-inputs.ts';

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
	checkSchema(input: CheckSchemaInput): Promise<CheckSchemaOutput>;
	scoreShard(input: ScoreShardInput): Promise<ScoreShardOutput>;
	trainHead(input: TrainHeadInput): Promise<TrainHeadOutput>;
	measureDrift(input: MeasureDriftInput): Promise<MeasureDriftOutput>;
	generate(input: GenerateInput): Promise<GenerateOutput>;
	judgeRelease(input: JudgeReleaseInput): Promise<JudgeReleaseOutput>;
	evaluate(input: EvaluateInput): Promise<EvaluateOutput>;
}
/** What compute processes can be asked for: the steps of runs, and what is no part of a run. */
export interface ComputeTasks extends ComputeSteps {
	explain(input: ExplainInput): Promise<ExplainOutput>;
	adviseAugmentation(input: AdviseAugmentationInput): Promise<AdviseAugmentationOutput>;
	inspect(input: InspectInput): Promise<InspectOutput>;
	readColumns(input: ReadColumnsInput): Promise<ReadColumnsOutput>;
}
export interface IoSteps {
	refuseTable(input: RefuseTableInput): Promise<never>;
	findContract(input: FindContractInput): Promise<FindContractOutput>;
	registerDataset(input: RegisterDatasetInput): Promise<RegisterDatasetOutput>;
	publishRecords(input: PublishRecordsInput): Promise<CountOutput>;
	registerModel(input: RegisterModelInput): Promise<RegisterModelOutput>;
	loadModel(input: LoadModelInput): Promise<LoadModelOutput>;
	loadDataset(input: LoadDatasetInput): Promise<LoadDatasetOutput>;
	gatherLabels(input: GatherLabelsInput): Promise<GatherLabelsOutput>;
	registerHead(input: RegisterHeadInput): Promise<RegisterHeadOutput>;
	recordDrift(input: RecordDriftInput): Promise<CountOutput>;
	sendAlert(input: SendAlertInput): Promise<SendAlertOutput>;
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
	trainHead: true,
	measureDrift: true,
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
