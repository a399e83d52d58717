import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { CounterfoilError, isErrorRecord } from '../contracts/errors.ts';

/** Waits that fit the cause: a full disk is emptied by people, a locked database by the next moment. */
const RETRY_DELAY_MS: Partial<Record<CounterfoilError['code'], number>> = {
	DISK_FULL: 5 * 60_000,
	DATABASE_LOCKED: 1_000,
};

/** The one adapter to Temporal's failures: type is the code, details hold the whole record. */
export function toApplicationFailure(error: unknown): ApplicationFailure {
	const known = CounterfoilError.from(error);
	const delayMs = RETRY_DELAY_MS[known.code];
	return ApplicationFailure.create({
		message: known.message,
		type: known.code,
		nonRetryable: !known.retryable,
		details: [known.toRecord()],
		...(delayMs === undefined ? {} : { nextRetryDelay: delayMs }),
	});
}

/** The record inside a failure that came back from a workflow, however deep. */
export function fromWorkflowFailure(error: unknown): CounterfoilError {
	let cause: unknown = error;
	let deepest: unknown = error;
	while (cause instanceof Error) {
		if (cause instanceof CounterfoilError) return cause;
		if (cause instanceof ApplicationFailure && isErrorRecord(cause.details?.[0])) {
			return CounterfoilError.fromRecord(cause.details[0]);
		}
		if (cause instanceof CancelledFailure) return new CounterfoilError('CANCELLED', 'the run was cancelled');
		if (cause instanceof TerminatedFailure) {
			return new CounterfoilError('CANCELLED', 'the workflow was terminated on the Temporal server');
		}
		deepest = cause;
		cause = cause.cause;
	}
	// The outer ones only say that a workflow or an activity has failed.
	return new CounterfoilError('INTERNAL', CounterfoilError.from(deepest).message, { cause: error });
}
