import { defineSearchAttributeKey, WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
	ApplicationFailure,
	CancellationScope,
	CancelledFailure,
	continueAsNew,
	executeChild,
	isCancellation,
	proxyActivities,
	workflowInfo,
} from '@temporalio/workflow';
import type { ErrorRecord } from '../src/contracts/errors.ts';
import type { RunMemo } from '../src/contracts/run-messages.ts';
import type { DueRun, NoteDueInput, ScheduledSummary, ScheduleSteps } from '../src/contracts/schedule.ts';
import { IO_TASK_QUEUE } from '../src/contracts/steps.ts';
import { toErrorRecord } from './error-record.ts';
import { EVENTS_OF_A_HISTORY, OF_EVERY_STEP } from './step-options.ts';

const steps = proxyActivities<ScheduleSteps>({
	...OF_EVERY_STEP,
	taskQueue: IO_TASK_QUEUE,
	startToCloseTimeout: '1 hour',
});

const dueAtKey = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

export interface ScheduledInput {
	readonly scheduleId: string;
	/** Of an earlier history of the same tick. */
	readonly going?: { readonly tick: string; readonly dueAtMs: number; readonly summary: ScheduledSummary };
}

/** One tick of a schedule: starts a run for each thing that is new in its source, one after the other, and cleans up. */
export async function scheduled(input: ScheduledInput): Promise<ScheduledSummary> {
	const { scheduleId } = input;
	const info = workflowInfo();
	const tick = input.going?.tick ?? `${info.workflowId} ${info.firstExecutionRunId}`;
	const dueAtMs = input.going?.dueAtMs ?? (info.typedSearchAttributes.get(dueAtKey) ?? info.startTime).getTime();
	let summary: ScheduledSummary = input.going?.summary ?? { done: 0, failed: 0, later: 0 };
	let firstError: ErrorRecord | null = null;
	for (;;) {
		const { runs } = await steps.takeDue({ scheduleId, tick, dueAtMs });
		let isGettingOn = false;
		for (const [i, due] of runs.entries()) {
			const { state, error } = await carryOut(due);
			await CancellationScope.nonCancellable(() =>
				steps.noteDue({ scheduleId, runId: due.request.runId, state, error }),
			);
			summary = { ...summary, [state]: summary[state] + 1 };
			firstError ??= state === 'failed' ? error : null;
			isGettingOn ||= state !== 'later' && due.request.source !== null;
			if (state === 'later' && error?.code === 'CANCELLED') {
				await giveBack(scheduleId, runs.slice(i + 1));
				throw new CancelledFailure('the tick was cancelled');
			}
		}
		// What could not be done now would only be taken again.
		if (!isGettingOn) break;
		if (workflowInfo().historyLength >= EVENTS_OF_A_HISTORY) {
			return continueAsNew<typeof scheduled>({ scheduleId, going: { tick, dueAtMs, summary } });
		}
	}
	await steps.cleanUp({ scheduleId });
	// A tick that failed is seen in Temporal's lists, and can pause the schedule.
	if (firstError !== null) throw failure(firstError, summary);
	return summary;
}

/** What was taken and not begun is for the next tick. */
async function giveBack(scheduleId: string, runs: readonly DueRun[]): Promise<void> {
	await CancellationScope.nonCancellable(async () => {
		for (const { request } of runs) {
			await steps.noteDue({ scheduleId, runId: request.runId, state: 'later', error: null });
		}
	});
}

type Outcome = Pick<NoteDueInput, 'state' | 'error'>;

async function carryOut({ workflowId, request }: DueRun): Promise<Outcome> {
	const memo: RunMemo = {
		runId: request.runId,
		dataset: request.datasetName ?? request.modelId ?? '',
		kind: request.kind,
		status: 'running',
	};
	try {
		await executeChild(request.kind, {
			workflowId,
			taskQueue: IO_TASK_QUEUE,
			args: [request],
			memo: { ...memo },
			parentClosePolicy: 'REQUEST_CANCEL',
		});
		return { state: 'done', error: null };
	} catch (error) {
		const record = toErrorRecord(error);
		// Somebody else does the same to the same data, or the whole tick is being stopped.
		const isBusy = error instanceof WorkflowExecutionAlreadyStartedError || record.retryable;
		// What a file has become is another item, for the next tick.
		const isLater = isBusy || record.code === 'INPUT_CHANGED' || isStopped(error);
		return { state: isLater ? 'later' : 'failed', error: record };
	}
}

/** Whether this workflow is cancelled, rather than the run that it waits for. */
function isStopped(error: unknown): boolean {
	return isCancellation(error) && CancellationScope.current().consideredCancelled;
}

function failure(error: ErrorRecord, { done, failed, later }: ScheduledSummary): ApplicationFailure {
	const message = `${failed} of ${done + failed + later} failed; the first: ${error.message}`;
	return ApplicationFailure.create({ message, type: error.code, nonRetryable: true, details: [{ ...error, message }] });
}
