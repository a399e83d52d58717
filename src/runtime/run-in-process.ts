import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { runSteps } from '../../workflows/pipeline-steps.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RunRequest, RunSummary } from '../contracts/run-config.ts';
import { COMPUTE_STEPS, labelStep, type RunControl, type Steps } from '../contracts/steps.ts';
import { claimRun, createRun, failRun, heartbeatRun, interruptRun } from '../store/runs.ts';
import type { Workspace } from './open-workspace.ts';
import type { RunEvent, RunOptions } from './run-event.ts';
import { type ActivityName, createStepRunner } from './step-runner.ts';

/** What a heartbeat may meet while the run goes on. */
const PASSING: readonly string[] = [
	'DATABASE_LOCKED',
	'DATABASE_TIMEOUT',
	'DATABASE_UNREACHABLE',
	'STORAGE_UNREACHABLE',
];
const HEARTBEAT_MS = 2_000;
/** Times that a step is tried when its failure may pass by itself. */
const MAX_ATTEMPTS = 3;
/** Times the number of attempts: what is away for a moment is back by then. */
const RETRY_PAUSE_MS = 250;

/**
 * Carries a run out in this process, heavy steps in children of it. What has been done of the run before is
 * not done again.
 *
 * @throws CounterfoilError RUN_ACTIVE if another process is at it; CANCELLED if the signal is aborted (the run can
 * be taken up again) or `runs cancel` asked for it (then it is over); what kept the database from being told that
 * the run goes on; else what a step failed with
 */
export async function runInProcess(
	workspace: Workspace,
	request: RunRequest,
	options: RunOptions,
): Promise<RunSummary> {
	const { store } = workspace;
	await openRun(workspace, request);
	const stop = new AbortController();
	let cancelRequested = false;
	let lost: CounterfoilError | null = null;
	let lastEvent: RunEvent | null = null;
	const abort = () => stop.abort();
	options.signal.addEventListener('abort', abort, { once: true });
	if (options.signal.aborted) abort();
	const beating = setInterval(() => {
		heartbeatRun(store, request.runId, lastEvent === null ? {} : { progress: lastEvent }).then(
			(state) => {
				if (!state.cancelRequested) return;
				cancelRequested = true;
				abort();
			},
			// A database that is locked or away at this moment is no reason to stop; the next beat tries again.
			(error: unknown) => {
				const known = CounterfoilError.from(error);
				if (PASSING.includes(known.code)) return;
				lost ??= known;
				abort();
			},
		);
	}, HEARTBEAT_MS);
	const underWay = new Set<Promise<unknown>>();
	try {
		const steps = inProcessSteps(workspace, {
			signal: stop.signal,
			onEvent: (event) => {
				lastEvent = event;
				options.onEvent(event);
			},
		});
		return await runSteps(request, tracked(steps, underWay));
	} catch (error) {
		// A step that failed may have left another running beside it.
		abort();
		await Promise.allSettled(underWay);
		const known = lost ?? CounterfoilError.from(error);
		const isInterruption = options.signal.aborted && !cancelRequested;
		// The error that ended the run is the one to tell, even if the database can no longer note it.
		await (isInterruption ? interruptRun(store, request.runId) : failRun(store, request.runId, known.toRecord())).catch(
			() => undefined,
		);
		throw known;
	} finally {
		clearInterval(beating);
		options.signal.removeEventListener('abort', abort);
	}
}

async function openRun({ store, version }: Workspace, request: RunRequest): Promise<void> {
	const { runId, ...config } = request;
	try {
		await claimRun(store, runId);
	} catch (error) {
		if (!(error instanceof CounterfoilError && error.code === 'NOT_FOUND')) throw error;
		await createRun(store, {
			runId,
			kind: request.kind,
			runKey: request.runKey,
			runner: 'in-process',
			seed: request.seed,
			config,
			counterfoilVersion: version,
		});
	}
}

function inProcessSteps(workspace: Workspace, options: RunOptions): Steps & RunControl {
	const runner = createStepRunner(workspace);
	const inTurn = createSlots(Math.max(1, Math.min(4, availableParallelism())));
	const attempt = async (name: ActivityName, input: unknown): Promise<unknown> => {
		for (let tried = 1; ; tried++) {
			if (options.signal.aborted) throw new CounterfoilError('CANCELLED', 'the run was stopped', { where: name });
			try {
				return await runner.run(name, input, options);
			} catch (error) {
				const known = CounterfoilError.from(error);
				if (!known.retryable || tried === MAX_ATTEMPTS) throw known;
				options.onEvent({ type: 'retried', step: labelStep(name, input), atMs: Date.now() });
				await sleep(RETRY_PAUSE_MS * tried);
			}
		}
	};
	return new Proxy({} as Steps & RunControl, {
		get: (_, name: ActivityName) => (input: unknown) =>
			COMPUTE_STEPS.has(name) ? inTurn(() => attempt(name, input)) : attempt(name, input),
	});
}

/** The same steps, noted in `underWay` while they go on. */
function tracked(steps: Steps & RunControl, underWay: Set<Promise<unknown>>): Steps & RunControl {
	type Step = (input: unknown) => Promise<unknown>;
	return new Proxy(steps, {
		get(target, name: ActivityName): Step {
			return (input) => {
				const work = (target[name as keyof typeof target] as Step)(input);
				underWay.add(work);
				const forget = () => void underWay.delete(work);
				work.then(forget, forget);
				return work;
			};
		},
	});
}

/** Lets at most `count` pieces of work go on at a time, the others in the order they came. */
function createSlots(count: number) {
	let free = count;
	const waiting: (() => void)[] = [];
	return async <T>(work: () => Promise<T>): Promise<T> => {
		if (free > 0) free -= 1;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		try {
			return await work();
		} finally {
			const next = waiting.shift();
			if (next === undefined) free += 1;
			else next();
		}
	};
}
