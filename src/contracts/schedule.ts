import type { ErrorRecord } from './errors.ts';
import type { RunRequest } from './run-config.ts';

/** What can be done again and again. */
export const SCHEDULE_KINDS = ['pipeline', 'score', 'augment', 'retrain', 'monitor'] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/** What each run of a schedule is asked to do; the rest of its request comes from the source. */
export type ScheduledTask = Pick<
	RunRequest,
	'seed' | 'config' | 'datasetName' | 'modelId' | 'augment' | 'retrain' | 'monitor'
> & {
	readonly kind: ScheduleKind;
	readonly scorerParts: number;
};

/** Where new data come from; null: what is done needs a model alone. */
export type ScheduleSource =
	| {
			readonly type: 'files';
			/** Absolute path of a folder, a file, a pattern, or one with the date in it: `{yyyy}`, `{MM}`, `{dd}`, `{HH}`. */
			readonly pattern: string;
			/** Files that were changed later than so long ago may still be written. */
			readonly settleSeconds: number;
	  }
	| {
			readonly type: 'query';
			/** A select on the database of counterfoil. */
			readonly sql: string;
			/** Column that only grows: of it, what is above the last value is new. */
			readonly column: string;
	  }
	| null;

/** Days that something is kept; null: for ever. */
export interface Retention {
	readonly scoresDays: number | null;
	/** Column shards of the tables that were read. */
	readonly shardsDays: number | null;
	/** The journals of runs, with what each step gave. */
	readonly runsDays: number | null;
}

export interface Schedule {
	readonly scheduleId: string;
	readonly task: ScheduledTask;
	readonly source: ScheduleSource;
	readonly retention: Retention;
}

export interface TakeDueInput {
	readonly scheduleId: string;
	/** The workflow that takes it: asked again, it gets what it has taken and not done. */
	readonly tick: string;
	/** When it was due; dates in patterns after it are left for later. */
	readonly dueAtMs: number;
}
/** A run that is due. */
export interface DueRun {
	readonly workflowId: string;
	readonly request: RunRequest;
}
export interface TakeDueOutput {
	/** A few; to be asked again until there are none. */
	readonly runs: readonly DueRun[];
}

export interface NoteDueInput {
	readonly scheduleId: string;
	readonly runId: string;
	/** `later`: at the next tick it is as if it had not been taken. */
	readonly state: 'done' | 'failed' | 'later';
	readonly error: ErrorRecord | null;
}

export interface CleanUpInput {
	readonly scheduleId: string;
}
export interface CleanUpOutput {
	readonly scores: number;
	readonly files: number;
	readonly steps: number;
}

/** What a schedule does beside the runs that it starts. */
export interface ScheduleSteps {
	takeDue(input: TakeDueInput): Promise<TakeDueOutput>;
	noteDue(input: NoteDueInput): Promise<void>;
	cleanUp(input: CleanUpInput): Promise<CleanUpOutput>;
}

/** What the workflow `scheduled` ends with. */
export interface ScheduledSummary {
	readonly done: number;
	readonly failed: number;
	readonly later: number;
}
