import type { ErrorRecord } from './errors.ts';
import type { PrivacyRecord } from './privacy.ts';
import type { RunConfig, TakenColumns } from './run-config.ts';
import type { SchemaPolicies } from './schema-contract.ts';

/**
 * What goes into each step of a pipeline and what comes out, as plain types. Both runners (in-process and Temporal) carry
 * out the same steps on the same types. What crosses a step is an id, a URI, a hash or a count: never rows.
 */

/** A stored file: where it is and what it must contain. */
export interface ArtifactRef {
	readonly uri: string;
	readonly sha256: string;
	readonly bytes: number;
}

/** Every step knows its run; a step over shards also its shard. */
export interface StepInput {
	readonly runId: string;
	readonly seed: number;
	readonly config: RunConfig;
}

export interface IngestInput extends StepInput {
	/** Path of a file or folder, or a pattern. */
	readonly source: string;
	/** SHA-256 (hex) that the file has to have. @default any */
	readonly sha256?: string;
	/** Of several files those that are left out without being opened. @default none */
	readonly refusedFiles?: readonly RefusedFile[];
}
export interface RefusedFile {
	readonly path: string;
	/** Code of an error. */
	readonly code: string;
	readonly message: string;
}
export interface IngestOutput {
	readonly manifest: ArtifactRef;
	readonly shards: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
	/** Why the table is not taken in: more rows cannot be read than may be. */
	readonly refused?: ErrorRecord;
	/** Columns that are what they were in the table of the model; absent: none, or others were named. */
	readonly usual?: TakenColumns;
}

/** Keeps the rejects of a table that is not taken in, and ends the run with the reason. */
export interface RefuseTableInput extends StepInput {
	readonly manifest: ArtifactRef;
	readonly name: string | null;
	readonly refused: ErrorRecord;
}

export interface FindContractInput extends StepInput {
	readonly source: string;
	readonly name: string | null;
}
/** What a table is held against when it is taken in. */
export interface FindContractOutput {
	readonly known: KnownContract | null;
	/** Those that were asked for, and those of the contract. */
	readonly policies: SchemaPolicies;
}
export interface KnownContract {
	/** A SchemaContract. */
	readonly contract: ArtifactRef;
	/** What it belongs to, in words. */
	readonly against: string;
}
export interface CheckSchemaInput extends StepInput {
	readonly manifest: ArtifactRef;
	readonly known: KnownContract;
	readonly policies: SchemaPolicies;
	readonly purpose: 'ingest' | 'score';
	/** Its records are in the database: no row may be left out. */
	readonly isStored: boolean;
}
export interface CheckSchemaOutput {
	/** The table as the policies leave it. */
	readonly manifest: ArtifactRef;
	readonly shards: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
	/** A SchemaComparison. */
	readonly comparison: ArtifactRef;
	readonly isQuarantined: boolean;
	/** Why the table is not taken in: the policies leave out more rows than may be. */
	readonly refused?: ErrorRecord;
}

export interface ProfileInput extends StepInput {
	readonly manifest: ArtifactRef;
	/** What its contract begins with. @default nothing */
	readonly terms?: ContractTerms;
}
export interface ContractTerms {
	readonly policies: SchemaPolicies;
	/** Whether the table was held against another contract. */
	readonly isCompared: boolean;
	/** The SchemaContract that its own goes on from; null where it starts anew. */
	readonly goesOnFrom: ArtifactRef | null;
	/** Whether nothing of it is used: the columns that were named need not be there. */
	readonly isQuarantined: boolean;
}
export interface ProfileOutput {
	readonly profile: ArtifactRef;
	/** A SchemaContract. */
	readonly contract: ArtifactRef;
	/** A list of TableAlert. */
	readonly alerts: ArtifactRef;
}

export interface RegisterDatasetInput extends StepInput {
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	readonly contract: ArtifactRef;
	readonly alerts: ArtifactRef;
	/** A SchemaComparison; null where there was nothing to compare with. */
	readonly comparison: ArtifactRef | null;
	readonly isQuarantined: boolean;
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
	/** Number of the table where there are several. */
	readonly shard?: number;
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
	/** Null where no promise was made to the rows. */
	readonly privacy: PrivacyRecord | null;
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
	/** A SchemaContract; null for data sets of versions that stored none. */
	readonly contract: ArtifactRef | null;
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
	/** What labels have taught, and the labels that are known when rows are scored; absent where nothing has. */
	readonly head?: { readonly state: ArtifactRef; readonly news: ArtifactRef | null };
	/** The table that it was trained on, and the seed by which rows of it were held out. */
	readonly training: { readonly manifest: ArtifactRef; readonly seed: number };
	/** Whether rows of its generator were judged before, and found fit to be handed out. */
	readonly isReleased: boolean;
}
export interface LoadModelInput extends StepInput {
	readonly modelId: string;
}
export interface LoadModelOutput extends ModelParts {
	/** What tables that it scores are held against. */
	readonly known: KnownContract;
}
export interface LoadDatasetInput extends StepInput {
	readonly datasetId: string;
}
export interface LoadDatasetOutput {
	readonly datasetId: string;
	readonly manifest: ArtifactRef;
	readonly profile: ArtifactRef;
	readonly contract: ArtifactRef | null;
	readonly shards: number;
	readonly rows: number;
	readonly rowsRejected: number;
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
	/** How many shards of the run were scored; what each gave is in its journal. */
	readonly shards: number;
	readonly rows: number;
}
/** Which rows are alerts. */
export interface AlertCut {
	/** The rule as src/scoring/alert-rule has it. */
	readonly rule: ArtifactRef;
	/** The list of ScoreShardOutput in the order of the shards. */
	readonly scores: ArtifactRef;
	readonly alerts: number;
	/** Surprise from which on rows are alerts; null where no single figure tells. */
	readonly surprise: number | null;
}

export interface PublishScoresInput extends StepInput {
	readonly datasetId: string;
	readonly modelId: string;
	readonly shard: number;
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

export interface EvaluateInput extends StepInput {
	readonly manifest: ArtifactRef;
	/** The TableHistory of the table; null where the model knows no entities. */
	readonly history: ArtifactRef | null;
	readonly model: ModelParts;
	readonly synthetic: ArtifactRef;
	/** The list of ScoreShardOutput in the order of the shards. */
	readonly scores: ArtifactRef;
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

export interface FinishRunInput extends StepInput {
	readonly datasetId: string | null;
	readonly modelId: string | null;
}
