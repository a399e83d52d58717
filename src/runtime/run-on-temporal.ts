import { isGrpcServiceError, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RunRequest, RunSummary } from '../contracts/run-config.ts';
import { COMPUTE_TASK_QUEUE, IO_TASK_QUEUE } from '../contracts/steps.ts';
import { fromWorkflowFailure } from './application-failure.ts';
import { connectClient, unreachable } from './connect-temporal.ts';
import type { RunOptions } from './run-event.ts';

const POLL_MS = 1_000;

interface Progress {
	readonly running: readonly string[];
	readonly finished: number;
}

/**
 * Starts the request as a workflow (or follows the one that is already running for it) and waits for its
 * end. An aborted signal cancels the workflow and waits until it has cleaned up.
 *
 * @throws CounterfoilError TEMPORAL_UNREACHABLE, or what the workflow failed with
 */
export async function runOnTemporal(request: RunRequest, options: RunOptions): Promise<RunSummary> {
	const client = await connectClient();
	try {
		await requireWorkers(client);
		const handle = await client.workflow.start(request.kind, {
			workflowId: request.runId,
			taskQueue: IO_TASK_QUEUE,
			args: [request],
			workflowIdConflictPolicy: 'USE_EXISTING',
		});
		// One that has just ended cannot be cancelled, and need not be; `result` tells what has become of it.
		const cancel = () => void handle.cancel().catch(() => undefined);
		options.signal.addEventListener('abort', cancel, { once: true });
		if (options.signal.aborted) cancel();
		let isAsking = false;
		let isOver = false;
		let running: readonly string[] = [];
		const follow = async () => {
			if (isAsking) return;
			isAsking = true;
			// A query needs a worker that answers; while there is none, nothing is told.
			const progress = await handle.query<Progress>('progress').catch(() => null);
			isAsking = false;
			if (progress === null || isOver) return;
			for (const step of progress.running) {
				if (!running.includes(step)) options.onEvent({ type: 'started', step, atMs: Date.now() });
			}
			for (const step of running) {
				if (!progress.running.includes(step)) options.onEvent({ type: 'finished', step, atMs: Date.now() });
			}
			running = progress.running;
		};
		const polling = setInterval(() => void follow(), POLL_MS);
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
		}
	} finally {
		await client.connection.close();
	}
}

/** Asks a running workflow to stop. @throws CounterfoilError NOT_FOUND */
export async function cancelOnTemporal(workflowId: string): Promise<void> {
	const client = await connectClient();
	try {
		await client.workflow.getHandle(workflowId).cancel();
	} catch (error) {
		if (error instanceof WorkflowNotFoundError) {
			throw new CounterfoilError('NOT_FOUND', 'the Temporal server knows no such running workflow', {
				where: workflowId,
			});
		}
		throw error;
	} finally {
		await client.connection.close();
	}
}

/** A workflow without workers would wait in silence for ever; better to say so at once. */
async function requireWorkers(client: Awaited<ReturnType<typeof connectClient>>): Promise<void> {
	const { namespace } = client.options;
	for (const [name, taskQueueType] of [
		[IO_TASK_QUEUE, 1],
		[IO_TASK_QUEUE, 2],
		[COMPUTE_TASK_QUEUE, 2],
	] as const) {
		const described = await client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType });
		if ((described.pollers ?? []).length > 0) continue;
		throw new CounterfoilError('TEMPORAL_UNREACHABLE', `no worker takes tasks from the queue ${name}`, {
			where: `namespace ${namespace}`,
			hint: 'start one with `counterfoil worker`',
		});
	}
}
