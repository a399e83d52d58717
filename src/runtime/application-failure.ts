import { ApplicationFailure } from '@temporalio/common';
import { CounterfoilError } from '../contracts/errors.ts';

/** Waits that fit the cause: a full disk is emptied by people, a locked database by the next moment. */
const RETRY_DELAY: Partial<Record<CounterfoilError['code'], string>> = {
	DISK_FULL: '5 minutes',
	DATABASE_LOCKED: '1 second',
};

/** The one adapter to Temporal's failures: type is the code, details hold the whole record. */
export function toApplicationFailure(error: unknown): ApplicationFailure {
	const known = CounterfoilError.from(error);
	const delay = RETRY_DELAY[known.code];
	return ApplicationFailure.create({
		message: known.message,
		type: known.code,
		nonRetryable: !known.retryable,
		details: [known.toRecord()],
		...(delay === undefined ? {} : { nextRetryDelay: delay as never }),
	});
}

/** The record inside a failure that came back from a workflow, however deep. */
export function fromWorkflowFailure(error: unknown): CounterfoilError {
	let cause: unknown = error;
	while (cause instanceof Error) {
		if (cause instanceof CounterfoilError) return cause;
		if (cause instanceof ApplicationFailure && cause.details?.[0] !== undefined) {
			return CounterfoilError.fromRecord(cause.details[0] as ReturnType<CounterfoilError['toRecord']>);
		}
		if (cause.name === 'CancelledFailure') return new CounterfoilError('CANCELLED', 'the run was cancelled');
		cause = cause.cause;
	}
	return CounterfoilError.from(error);
}
