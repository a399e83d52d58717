import type { StepProgress } from '../contracts/steps.ts';

/** What a runner tells while a run goes on. */
export interface RunEvent {
	readonly type: 'started' | 'progress' | 'finished' | 'reused' | 'retried';
	/** Name of the step, with the shard where it has one: `scoreShard/3`. */
	readonly step: string;
	readonly progress?: StepProgress;
	/** Milliseconds since 1970. */
	readonly atMs: number;
}

export interface RunOptions {
	readonly signal: AbortSignal;
	readonly onEvent: (event: RunEvent) => void;
}
