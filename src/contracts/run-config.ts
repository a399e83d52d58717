import type { GenerationPlan } from './conditions.ts';
import type { MonitorPlan, MonitorSummary, RetrainPlan, RetrainSummary } from './learning-plan.ts';
import type { PrivacyRequest } from './privacy.ts';
import { type ColumnDeclaration, NO_POLICIES, type SchemaPolicies } from './schema-contract.ts';
import type { ColumnNulls, DateReading, NumberReading } from './value-reading.ts';

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
	/** Columns that give the label away: left out of training, and not shown to who reviews. @default none */
	readonly truth?: readonly string[];
	/** Columns that name who acts (first) and with whom or where: rows are scored against their past too. */
	readonly entity: readonly string[];
	/** Of a table that a model looks at: what the columns of the model's own were, where nothing is named. @default none */
	readonly usual?: UsualColumns;
	readonly dialect: DialectConfig;
	/** Limits on the input that differ from `DEFAULT_INPUT_LIMITS`. @default none */
	readonly limits?: Partial<InputLimits>;
	/** Share of rows that may be rejected before the run fails, 0 to 1. @default 0.1 */
	readonly maxRejectShare: number;
	/** Rows that may be rejected before the run fails; wins over the share. */
	readonly maxRejectRows?: number | null;
	/** `fail` ends the run at the first row that cannot be read. @default reject */
	readonly onError?: 'reject' | 'fail';
	/** What was said of the columns; absent where nothing was. */
	readonly schema?: SchemaConfig;
	readonly generator: {
		readonly kind: 'autoregressive' | 'mlp';
		/** Training steps; null: a fixed function of rows, width and backend. */
		readonly steps: number | null;
		/** Time that its training may take on this machine; turned once into steps. */
		readonly budgetSeconds: number | null;
		/** What its rows may give away of any row of the table; absent: no promise is made. */
		readonly privacy?: PrivacyRequest;
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

/** Columns by what they are; they are taken where a table has them. */
export type UsualColumns = Required<Pick<RunConfig, 'label' | 'key' | 'time' | 'truth'>>;

/** Those of them that a table has, and that nothing else was named for. */
export type TakenColumns = Partial<Omit<UsualColumns, 'time'>>;

export interface SchemaConfig {
	readonly policies: SchemaPolicies;
	/** Data set or model that a table is held against when it is taken in; null: the last data set of its name. */
	readonly against: string | null;
	/** All columns of the table, as a user has said that they are; absent where none has. */
	readonly declared?: readonly ColumnDeclaration[];
}

export const DEFAULT_SCHEMA: SchemaConfig = { policies: NO_POLICIES, against: null };

export type AlertPeriod = 'hour' | 'day' | 'week';

export interface DialectConfig {
	readonly delimiter: string | null;
	readonly quote: string | null;
	readonly header: boolean | null;
	readonly encoding: string | null;
	/** One ASCII character; null: the quote doubled, or a backslash where the text has it so. */
	readonly escape?: string | null;
	/** One ASCII character that begins lines of comment; '' for none. */
	readonly comment?: string | null;
	/** Lines before the table. */
	readonly skipRows?: number | null;
	/** False: the last lines are rows even if they look like totals. */
	readonly footer?: boolean | null;
	/** Decimal sign of numbers; absent: found. */
	readonly decimal?: '.' | ',';
	/** What stands between groups of digits; '' for nothing; absent: found. */
	readonly thousands?: string;
	/** Texts that are missing cells, besides the usual spellings. */
	readonly nulls?: readonly string[];
	/** The same of single columns. */
	readonly columnNulls?: readonly ColumnNulls[];
	readonly dateFormats?: readonly DateReading[];
	/** Columns that go by another name than the file has for them. */
	readonly rename?: readonly ColumnRename[];
	/** False: `NA`, `null`, `-` and the like are values. */
	readonly nullWords?: boolean;
	/** Where the numbers of a column do not tell how they are written: as those of the table of the model. */
	readonly usualNumbers?: readonly NumberReading[];
	/** The same for dates. */
	readonly usualDates?: readonly DateReading[];
}

export interface ColumnRename {
	/** In the file. */
	readonly column: string;
	/** In the table. */
	readonly name: string;
	/** Told of another table: here the column may have its name already. */
	readonly ifThere?: true;
}

/** What a file may make of the process that reads it. */
export interface InputLimits {
	/** Longest record, line or JSON object. */
	readonly recordBytes: number;
	/** Longest field. @default as long as the record */
	readonly fieldBytes?: number;
	/** Names of all columns together. */
	readonly headerBytes: number;
	readonly columns: number;
	/** Largest decompressed size of a file. */
	readonly decompressedBytes: number;
	/** Decompressed by stored bytes, looked at from 64 MiB on. */
	readonly compressionRatio: number;
	/** Memory of the process that reads. */
	readonly memoryMb: number;
	/** Time in which the reading has to get on. */
	readonly stallSeconds: number;
}

export const DEFAULT_INPUT_LIMITS: InputLimits = {
	recordBytes: 2 * 1024 ** 2,
	headerBytes: 256 * 1024,
	columns: 4_096,
	decompressedBytes: 64 * 1024 ** 3,
	compressionRatio: 200,
	memoryMb: 4_096,
	stallSeconds: 300,
};

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

export type RunKind = 'pipeline' | 'ingest' | 'train' | 'score' | 'augment' | 'retrain' | 'monitor';

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
	/** What the file has to be, as a schedule took it. @default whatever it is when it is read */
	readonly sourceSha256?: string;
	/** Name of the data set (pipeline, ingest, train, score); default: the file's name. */
	readonly datasetName: string | null;
	/** A data set already ingested (train; score instead of a source). */
	readonly datasetId: string | null;
	/** Parts that the discriminators of the score are trained in, side by side; the score is the same for any number. @default 1 */
	readonly scorerParts?: number;
	/** An existing model (score, augment, retrain, monitor). */
	readonly modelId: string | null;
	/** Rows to generate and what they must be (augment). */
	readonly augment: GenerationPlan | null;
	/** How to learn from labels (retrain). */
	readonly retrain?: RetrainPlan;
	/** What counts as drift, and what is done then (monitor). */
	readonly monitor?: MonitorPlan;
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
	/** URI of a SchemaComparison; null where there was nothing to compare with. */
	readonly comparison: string | null;
	/** The file was held back: nothing of it was loaded, trained on or scored. */
	readonly isQuarantined: boolean;
	readonly reportPath: string | null;
	/** Of a retraining. */
	readonly retrain?: RetrainSummary;
	/** Of a look at drift. */
	readonly monitor?: MonitorSummary;
}
