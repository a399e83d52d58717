/** What can be said to a run on Temporal while it goes on, by name; programs in other languages may use them too. */
export const PROGRESS_QUERY = 'progress';
export const PAUSE_UPDATE = 'pause';
export const RESUME_UPDATE = 'resume';
export const CANCEL_UPDATE = 'cancel';

export type RunState = 'running' | 'paused' | 'stopping';

/** The answer to the query `progress`. */
export interface RunProgress {
	readonly state: RunState;
	/** Steps under way, with the shard where there is one: `scoreShard/3`. */
	readonly running: readonly string[];
	/** Steps that are done. */
	readonly finished: number;
}

/** Search attributes of runs, of type Keyword; set where the namespace has them. Names of data sets are no data. */
export const SEARCH_ATTRIBUTES = {
	dataset: 'CounterfoilDataset',
	kind: 'CounterfoilKind',
	status: 'CounterfoilStatus',
} as const;

/** What is noted with every run on Temporal, whatever the namespace has. */
export interface RunMemo {
	readonly runId: string;
	readonly dataset: string;
	readonly kind: string;
	readonly status: string;
}

/** What a run takes along when its workflow goes on under a new history. */
export interface CarriedRun {
	/** What finished steps gave, by their label. */
	readonly outputs: Readonly<Record<string, unknown>>;
	/** Finished shards, from the first, of steps over all shards of a table. */
	readonly shards: Readonly<Record<string, number>>;
	/** Steps that are done. */
	readonly finished: number;
	readonly isPaused: boolean;
}
