import {
	ActivityFailure,
	ApplicationFailure,
	allHandlersFinished,
	CancellationScope,
	condition,
	continueAsNew,
	isCancellation,
	proxyActivities,
	TimeoutFailure,
	workflowInfo,
} from '@temporalio/workflow';
import { type ErrorRecord, isErrorRecord } from '../src/contracts/errors.ts';
import type { RunRequest, RunSummary } from '../src/contracts/run-config.ts';
import type { CarriedRun } from '../src/contracts/run-messages.ts';
import {
	COMPUTE_STEPS,
	COMPUTE_TASK_QUEUE,
	type ComputeSteps,
	IO_TASK_QUEUE,
	type IoSteps,
	type RunControl,
} from '../src/contracts/steps.ts';
import { CarryOn, carryOn, NOTHING_CARRIED } from './carry-on.ts';
import { listenToMessages, noteStatus } from './listen-to-messages.ts';
import { runSteps } from './pipeline-steps.ts';

/** A worker that says nothing for so long has lost its step to another. */
const HEARTBEAT_TIMEOUT = '30 seconds';
/** Waits double from a second to a minute; what needs another pace, or no second try, says so in its failure. */
const RETRY = { maximumAttempts: 100, initialInterval: '1 second', maximumInterval: '1 minute' } as const;
/** For steps to hear that they are cancelled, and for their processes to end. */
const TIME_TO_STOP = '1 minute';
/** Of one execution of a workflow: a run with more shards than fit goes on under a new one. */
const EVENTS_OF_A_HISTORY = 1_500;

const OF_EVERY_STEP = {
	heartbeatTimeout: HEARTBEAT_TIMEOUT,
	retry: RETRY,
	// A run that was cancelled is over when its processes are.
	cancellationType: 'WAIT_CANCELLATION_COMPLETED',
} as const;

const computeSteps = proxyActivities<ComputeSteps>({
	...OF_EVERY_STEP,
	taskQueue: COMPUTE_TASK_QUEUE,
	startToCloseTimeout: '12 hours',
});

const ioSteps = proxyActivities<IoSteps & RunControl>({
	...OF_EVERY_STEP,
	taskQueue: IO_TASK_QUEUE,
	startToCloseTimeout: '1 hour',
});

/** Each step by name, sent to the task queue that it belongs to. */
const proxies = new Proxy({} as ComputeSteps & IoSteps & RunControl, {
	get: (_, name: string) => (COMPUTE_STEPS.has(name) ? computeSteps[name as never] : ioSteps[name as never]),
});

async function run(request: RunRequest, carried: CarriedRun = NOTHING_CARRIED): Promise<RunSummary> {
	const scope = new CancellationScope();
	const messages: ReturnType<typeof listenToMessages> = listenToMessages(scope, carried.isPaused, () =>
		carrier.progress(),
	);
	const carrier = carryOn(proxies, carried, {
		isTimeToCarryOn: () => workflowInfo().historyLength >= EVENTS_OF_A_HISTORY || workflowInfo().continueAsNewSuggested,
		isPaused: () => messages.state() === 'paused',
		until: condition,
	});
	const { activities } = carrier;
	try {
		const summary = await scope.run(async () => {
			await activities.beginRun({ request, workflowId: workflowInfo().workflowId });
			return runSteps(request, activities);
		});
		noteStatus('succeeded');
		return summary;
	} catch (error) {
		if (error instanceof CarryOn) {
			await condition(allHandlersFinished);
			return continueAsNew<typeof run>(request, carrier.carried());
		}
		const record = toErrorRecord(error);
		// Steps beside the one that failed are stopped; a run that is over has nothing going on any more.
		scope.cancel();
		await CancellationScope.nonCancellable(() =>
			condition(() => carrier.progress().running.length === 0, TIME_TO_STOP),
		);
		// The error that ended the run is the one to tell, even if the database can no longer note it.
		await CancellationScope.nonCancellable(() => proxies.failRun({ runId: request.runId, error: record })).catch(
			() => undefined,
		);
		noteStatus(record.code === 'CANCELLED' ? 'cancelled' : 'failed');
		if (isCancellation(error)) throw error;
		// Anything but a failure of Temporal's own would be tried again for ever.
		throw ApplicationFailure.create({
			message: record.message,
			type: record.code,
			nonRetryable: true,
			details: [record],
			...(error instanceof Error ? { cause: error } : {}),
		});
	}
}

function toErrorRecord(error: unknown): ErrorRecord {
	if (isCancellation(error)) return { code: 'CANCELLED', message: 'the run was cancelled', retryable: false };
	const cause = error instanceof ActivityFailure ? error.cause : error;
	const detail = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
	if (isErrorRecord(detail)) return detail;
	if (error instanceof ActivityFailure && cause instanceof TimeoutFailure) {
		return {
			code: 'CHILD_TIMED_OUT',
			message: `no worker came to the end of ${error.activityType}`,
			where: error.activityType,
			hint: 'see that workers run and what they log, then run the same command again: it goes on where it was',
			retryable: false,
		};
	}
	return { code: 'INTERNAL', message: cause instanceof Error ? cause.message : String(cause), retryable: false };
}

/** From a file to a scored, explained review queue. */
export async function pipeline(request: RunRequest, carried?: CarriedRun): Promise<RunSummary> {
	return run(request, carried);
}

/** From a file to a data set. */
export async function ingest(request: RunRequest, carried?: CarriedRun): Promise<RunSummary> {
	return run(request, carried);
}

/** From a data set or a file to a model. */
export async function train(request: RunRequest, carried?: CarriedRun): Promise<RunSummary> {
	return run(request, carried);
}

/** New data scored by an existing model. */
export async function score(request: RunRequest, carried?: CarriedRun): Promise<RunSummary> {
	return run(request, carried);
}

/** Rows generated by an existing model. */
export async function augment(request: RunRequest, carried?: CarriedRun): Promise<RunSummary> {
	return run(request, carried);
}
