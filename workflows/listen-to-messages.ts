import { defineSearchAttributeKey } from '@temporalio/common';
import {
	ApplicationFailure,
	type CancellationScope,
	defineQuery,
	defineUpdate,
	setHandler,
	upsertMemo,
	upsertSearchAttributes,
	workflowInfo,
} from '@temporalio/workflow';
import type { ErrorRecord } from '../src/contracts/errors.ts';
import {
	CANCEL_UPDATE,
	PAUSE_UPDATE,
	PROGRESS_QUERY,
	RESUME_UPDATE,
	type RunProgress,
	type RunState,
	SEARCH_ATTRIBUTES,
} from '../src/contracts/run-messages.ts';

export const progressQuery = defineQuery<RunProgress>(PROGRESS_QUERY);
/** Begins no further step; those under way come to their end. */
export const pauseUpdate = defineUpdate<RunState>(PAUSE_UPDATE);
export const resumeUpdate = defineUpdate<RunState>(RESUME_UPDATE);
/** Stops the steps under way and ends the run. */
export const cancelUpdate = defineUpdate<RunState>(CANCEL_UPDATE);

const statusAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

/** Answers what is said to a run. @param scope in which its steps are carried out */
export function listenToMessages(
	scope: CancellationScope,
	isPaused: boolean,
	progress: () => Omit<RunProgress, 'state'>,
): { readonly state: () => RunState } {
	let state: RunState = isPaused ? 'paused' : 'running';
	const go = (to: RunState): RunState => {
		state = to;
		noteStatus(to);
		return to;
	};
	const refuseUnless = (isPossible: () => boolean, why: () => string) => ({
		validator: () => {
			if (!isPossible()) throw refusal(why());
		},
	});
	setHandler(progressQuery, () => ({ state, ...progress() }));
	setHandler(
		pauseUpdate,
		() => go('paused'),
		refuseUnless(
			() => state === 'running',
			() => `the run is ${state} already`,
		),
	);
	setHandler(
		resumeUpdate,
		() => go('running'),
		refuseUnless(
			() => state === 'paused',
			() => `the run is ${state}, not paused`,
		),
	);
	setHandler(
		cancelUpdate,
		() => {
			go('stopping');
			scope.cancel();
			return state;
		},
		refuseUnless(
			() => state !== 'stopping',
			() => 'the run is stopping already',
		),
	);
	return { state: () => state };
}

/** For the lists of Temporal's own tools. */
export function noteStatus(status: RunState | 'succeeded' | 'failed' | 'cancelled'): void {
	upsertMemo({ status });
	// Only where the run was started with them is it sure that the namespace has them.
	if (workflowInfo().typedSearchAttributes.get(statusAttribute) === undefined) return;
	upsertSearchAttributes([{ key: statusAttribute, value: status }]);
}

function refusal(message: string): ApplicationFailure {
	const record: ErrorRecord = { code: 'RUN_STATE', message, retryable: false };
	return ApplicationFailure.create({ message, type: record.code, nonRetryable: true, details: [record] });
}
