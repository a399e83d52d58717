import { setTimeout as sleep } from 'node:timers/promises';
import {
	type Client,
	isGrpcServiceError,
	WorkflowExecutionAlreadyStartedError,
	WorkflowFailedError,
	type WorkflowHandle,
	WorkflowNotFoundError,
	WorkflowUpdateFailedError,
} from '@temporalio/client';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RunRequest, RunSummary } from '../contracts/run-config.ts';
import {
	PAUSE_UPDATE,
	PROGRESS_QUERY,
	RESUME_UPDATE,
	type RunMemo,
	type RunProgress,
	type RunState,
} from '../contracts/run-messages.ts';
import { COMPUTE_TASK_QUEUE, IO_TASK_QUEUE } from '../contracts/steps.ts';
import { nameWorkflow, subjectOf } from '../store/name-workflow.ts';
import { fromWorkflowFailure } from './application-failure.ts';
import { connectClient, unreachable } from './connect-temporal.ts';
import type { RunOptions } from './run-event.ts';
import { searchAttributesOf } from './search-attributes.ts';

const POLL_MS = 1_000;
/** In which a worker has to tell how far a run is. */
const ANSWER_MS = 5_000;
/** In which a worker that is starting has to ask for tasks. */
const WORKERS_MS = 15_000;
const INVALID_ARGUMENT = 3;

/**
 * Starts the request as a workflow (or follows the one that is already running for it) and waits for its
 * end. An aborted signal cancels the workflow and waits until it has cleaned up.
 *
 * @throws CounterfoilError TEMPORAL_UNREACHABLE; RUN_ACTIVE if another run does the same to the same data; or what the
 * workflow failed with
 */
export async function runOnTemporal(request: RunRequest, options: RunOptions): Promise<RunSummary> {
	const client = await connectClient();
	try {
		await requireWorkers(client, options.signal);
		const handle = await startOrFollow(client, request);
		// One that has just ended cannot be cancelled, and need not be; `result` tells what has become of it.
		let cancelling: Promise<unknown> | null = null;
		const cancel = () => {
			cancelling = handle.cancel().catch(() => undefined);
		};
		options.signal.addEventListener('abort', cancel, { once: true });
		if (options.signal.aborted) cancel();
		let asking: Promise<void> | null = null;
		let isOver = false;
		let running: readonly string[] = [];
		const follow = async () => {
			// A query needs a worker that answers; while there is none, nothing is told.
			const ask = () => handle.query<RunProgress>(PROGRESS_QUERY);
			const progress = await client.withDeadline(Date.now() + ANSWER_MS, ask).catch(() => null);
			asking = null;
			if (progress === null || isOver) return;
			for (const step of progress.running) {
				if (!running.includes(step)) options.onEvent({ type: 'started', step, atMs: Date.now() });
			}
			for (const step of running) {
				if (!progress.running.includes(step)) options.onEvent({ type: 'finished', step, atMs: Date.now() });
			}
			running = progress.running;
		};
		const polling = setInterval(() => {
			asking ??= follow();
		}, POLL_MS);
		try {
			return (await handle.result()) as RunSummary;
		} catch (error) {
			if (error instanceof WorkflowFailedError) throw fromWorkflowFailure(error);
			// The workflow goes on without its watcher.
			throw isGrpcServiceError(error) ? unreachable(error) : error;
		} finally {
			isOver = true;
			clearInterval(polling);
			options.signal.removeEventListener('abort', cancel);
			// The SDK asks again by a timer that nobody can catch where the connection was closed meanwhile.
			await Promise.all([asking, cancelling]);
		}
	} finally {
		await client.connection.close();
	}
}

/**
 * Starts the request as a workflow, or finds the one that is already running for it, and leaves it to the workers.
 *
 * @throws CounterfoilError TEMPORAL_UNREACHABLE; RUN_ACTIVE if another run does the same to the same data
 */
export async function startOnTemporal(request: RunRequest): Promise<void> {
	const client = await connectClient();
	try {
		await requireWorkers(client);
		await startOrFollow(client, request);
	} catch (error) {
		throw isGrpcServiceError(error) ? unreachable(error) : error;
	} finally {
		await client.connection.close();
	}
}

async function startOrFollow(client: Client, request: RunRequest): Promise<WorkflowHandle> {
	const workflowId = nameWorkflow(request);
	const memo: RunMemo = {
		runId: request.runId,
		dataset: subjectOf(request),
		kind: request.kind,
		status: 'running',
	};
	const start = (attributes: Awaited<ReturnType<typeof searchAttributesOf>>) =>
		client.workflow.start(request.kind, {
			workflowId,
			taskQueue: IO_TASK_QUEUE,
			args: [request],
			memo: { ...memo },
			...(attributes === null ? {} : { typedSearchAttributes: attributes }),
		});
	const attributes = await searchAttributesOf(client, request);
	try {
		return await start(attributes).catch((error: unknown) => {
			// Attributes that were made a moment ago are not known to every part of the server yet.
			if (attributes !== null && isGrpcServiceError(rootOf(error)) && codeOf(rootOf(error)) === INVALID_ARGUMENT) {
				return start(null);
			}
			throw error;
		});
	} catch (error) {
		if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
		const handle = client.workflow.getHandle(workflowId);
		const other = (await handle.describe()).memo?.runId;
		if (other === request.runId) return handle;
		throw new CounterfoilError('RUN_ACTIVE', 'another run does the same to the same data', {
			where: `run ${String(other)}, workflow ${workflowId}`,
			hint: `wait for it, stop it with "counterfoil runs cancel ${String(other)}", or give this one another --name`,
		});
	}
}

function rootOf(error: unknown): unknown {
	return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

function codeOf(error: unknown): number | null {
	return error instanceof Error && 'code' in error ? Number(error.code) : null;
}

/** A run by what the database knows of it. */
export interface RunOfWorkflow {
	readonly runId: string;
	readonly workflowId: string;
}

/** Asks a running workflow to stop. @throws CounterfoilError NOT_FOUND */
export async function cancelOnTemporal(run: RunOfWorkflow): Promise<void> {
	await tellRun(run, (handle) => handle.cancel());
}

/**
 * Has a run begin no further step until it is resumed.
 *
 * @throws CounterfoilError NOT_FOUND; RUN_STATE if it is paused already
 */
export async function pauseOnTemporal(run: RunOfWorkflow): Promise<RunState> {
	return tellRun(run, (handle) => handle.executeUpdate<RunState, []>(PAUSE_UPDATE));
}

/** Has a paused run go on. @throws CounterfoilError NOT_FOUND; RUN_STATE if it is not paused */
export async function resumeOnTemporal(run: RunOfWorkflow): Promise<RunState> {
	return tellRun(run, (handle) => handle.executeUpdate<RunState, []>(RESUME_UPDATE));
}

/** How a run that goes on is: null if none goes on by this id, or no worker answers. */
export async function progressOnTemporal(run: RunOfWorkflow): Promise<RunProgress | null> {
	return tellRun(run, (handle) => handle.query<RunProgress>(PROGRESS_QUERY)).catch(() => null);
}

async function tellRun<T>(run: RunOfWorkflow, tell: (handle: WorkflowHandle) => Promise<T>): Promise<T> {
	const client = await connectClient();
	try {
		const found = await client.workflow.getHandle(run.workflowId).describe();
		// The id may have gone to a later run of the same data.
		if (found.status.name !== 'RUNNING' || found.memo?.runId !== run.runId) throw unknownRun(run);
		return await tell(client.workflow.getHandle(run.workflowId));
	} catch (error) {
		if (error instanceof WorkflowNotFoundError) throw unknownRun(run);
		if (error instanceof WorkflowUpdateFailedError) throw fromWorkflowFailure(error);
		throw isGrpcServiceError(error) ? unreachable(error) : error;
	} finally {
		await client.connection.close();
	}
}

function unknownRun({ runId, workflowId }: RunOfWorkflow): CounterfoilError {
	return new CounterfoilError('NOT_FOUND', 'the Temporal server knows no such running workflow', {
		where: `run ${runId}, workflow ${workflowId}`,
		hint: `it is over, or another server has it: counterfoil runs show ${runId}`,
	});
}

/**
 * A workflow without workers would wait in silence for ever; better to say so. One that was started just before gets
 * the time that it needs.
 */
async function requireWorkers(client: Client, signal?: AbortSignal): Promise<void> {
	const untilMs = Date.now() + WORKERS_MS;
	const { namespace } = client.options;
	for (const [name, taskQueueType] of [
		[IO_TASK_QUEUE, 1],
		[IO_TASK_QUEUE, 2],
		[COMPUTE_TASK_QUEUE, 2],
	] as const) {
		const describe = () => client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType });
		let pollers = (await describe()).pollers ?? [];
		while (pollers.length === 0 && Date.now() < untilMs && signal?.aborted !== true) {
			await sleep(POLL_MS / 2);
			pollers = (await describe()).pollers ?? [];
		}
		if (pollers.length > 0) continue;
		throw new CounterfoilError('TEMPORAL_UNREACHABLE', `no worker takes tasks from the queue ${name}`, {
			where: `namespace ${namespace}`,
			hint: 'start one with `counterfoil worker`',
		});
	}
}
