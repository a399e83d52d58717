import { CounterfoilError } from '../contracts/errors.ts';
import type { RunSummary } from '../contracts/run-config.ts';
import type { StepProgress } from '../contracts/steps.ts';
import type { RunEvent, RunOptions } from '../runtime/run-event.ts';

/** Work that has been started and goes on by itself. */
export interface Job<Result> {
	/** Names it in the database, for `counterfoil runs show`, and as a workflow on Temporal. */
	readonly runId: string;
	/** The same had been asked for before without coming to its end: what was done then is not done again. */
	readonly isResumed: boolean;
	/** How far it is at this moment. */
	progress(): JobProgress;
	/**
	 * What came of it.
	 *
	 * @throws CounterfoilError CANCELLED, or what the work failed with
	 */
	result(): Promise<Result>;
	/**
	 * Stops it, and waits until it has stopped; the same request goes on where it was. Does nothing once it is over.
	 */
	cancel(): Promise<void>;
}

export interface JobProgress {
	readonly state: 'running' | 'done' | 'failed';
	/** Steps that are under way, with how far they are where they tell. */
	readonly running: readonly { readonly step: string; readonly progress: StepProgress | null }[];
	/** Steps that are done. */
	readonly finished: number;
}

/** What a job can be watched and stopped by from outside. */
export interface JobHooks {
	/** Stops the job when it is aborted. */
	readonly signal?: AbortSignal | undefined;
	readonly onEvent?: ((event: RunEvent) => void) | undefined;
}

/**
 * Starts work and follows it.
 *
 * @param work carries the run out; stops when its signal is aborted
 * @param finish makes the result of what the run came to
 */
export function startJob<Result>(
	run: { readonly runId: string; readonly resumed: boolean },
	work: (options: RunOptions) => Promise<RunSummary>,
	finish: (summary: RunSummary) => Promise<Result>,
	hooks: JobHooks,
): Job<Result> {
	const stop = new AbortController();
	const running = new Map<string, StepProgress | null>();
	let finished = 0;
	let state: JobProgress['state'] = 'running';

	function follow(event: RunEvent): void {
		if (event.type === 'finished' || event.type === 'reused') {
			running.delete(event.step);
			finished++;
		} else running.set(event.step, event.progress ?? running.get(event.step) ?? null);
		hooks.onEvent?.(event);
	}

	async function carryOut(): Promise<Result> {
		const abort = () => stop.abort();
		hooks.signal?.addEventListener('abort', abort, { once: true });
		if (hooks.signal?.aborted === true) abort();
		try {
			const result = await finish(await work({ signal: stop.signal, onEvent: follow }));
			state = 'done';
			return result;
		} catch (error) {
			state = 'failed';
			throw CounterfoilError.from(error);
		} finally {
			running.clear();
			hooks.signal?.removeEventListener('abort', abort);
		}
	}

	const outcome = carryOut();
	// Whoever asks for the result is told of a failure; nobody having asked yet is no reason to end the process.
	outcome.catch(() => undefined);
	return {
		runId: run.runId,
		isResumed: run.resumed,
		progress: () => ({
			state,
			running: Array.from(running, ([step, progress]) => ({ step, progress })),
			finished,
		}),
		result: () => outcome,
		async cancel() {
			stop.abort();
			await outcome.catch(() => undefined);
		},
	};
}
