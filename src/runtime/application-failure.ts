import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import { CounterfoilError, type ErrorCode, isErrorRecord } from '../contracts/errors.ts';

/** How a failure that may pass is tried again, where not by the waits of the retry policy. */
interface Pace {
	/** Before the next attempt. */
	readonly waitMs?: number;
	/** Attempts in all. */
	readonly attempts: number;
}

/** Bad data is never tried again; that its code says by itself. */
const PACES: Partial<Record<ErrorCode, Pace>> = {
	// People have to make room.
	DISK_FULL: { waitMs: 5 * 60_000, attempts: 100 },
	// Passes with the next moment.
	DATABASE_LOCKED: { waitMs: 1_000, attempts: 100 },
	// The waits grow from a second to a minute: a restart is over in seconds, an outage lasts up to an hour and a half.
	DATABASE_UNREACHABLE: { attempts: 100 },
	STORAGE_UNREACHABLE: { attempts: 100 },
	DATABASE_TIMEOUT: { attempts: 20 },
	// Whoever is to be told may be away for minutes; the run waits no longer for it.
	WEBHOOK_FAILED: { attempts: 10 },
	// Likely to happen again, except where something else took the memory.
	CHILD_OUT_OF_MEMORY: { waitMs: 30_000, attempts: 3 },
	CHILD_TIMED_OUT: { waitMs: 5_000, attempts: 5 },
	CHILD_CRASHED: { waitMs: 2_000, attempts: 5 },
};

/**
 * The one adapter to Temporal's failures: type is the code, details hold the whole record.
 *
 * @param attempt of the activity, from 1
 */
export function toApplicationFailure(error: unknown, attempt = 1): ApplicationFailure {
	const known = CounterfoilError.from(error);
	const pace = PACES[known.code];
	const isLast = pace !== undefined && attempt >= pace.attempts;
	return ApplicationFailure.create({
		message: known.message,
		type: known.code,
		nonRetryable: !known.retryable || isLast,
		details: [known.toRecord()],
		...(pace?.waitMs === undefined ? {} : { nextRetryDelay: pace.waitMs }),
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
