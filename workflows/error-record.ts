import {
	ActivityFailure,
	ApplicationFailure,
	ChildWorkflowFailure,
	isCancellation,
	TimeoutFailure,
} from '@temporalio/workflow';
import { type ErrorRecord, isErrorRecord } from '../src/contracts/errors.ts';

/** What ended a workflow, as it is told to people and programs. */
export function toErrorRecord(error: unknown): ErrorRecord {
	if (isCancellation(error)) return { code: 'CANCELLED', message: 'the run was cancelled', retryable: false };
	const cause = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure ? error.cause : error;
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
