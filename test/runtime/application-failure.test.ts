import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	ApplicationFailure,
	CancelledFailure,
	DefaultFailureConverter,
	defaultPayloadConverter,
	TerminatedFailure,
} from '@temporalio/common';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { fromWorkflowFailure, toApplicationFailure } from '../../src/runtime/application-failure.ts';

const converter = new DefaultFailureConverter();

/** As it is after it went through the server, inside the failure of an activity. */
function received(failure: Error): Error {
	const sent = converter.errorToFailure(failure, defaultPayloadConverter);
	return new Error('Workflow execution failed', { cause: converter.failureToError(sent, defaultPayloadConverter) });
}

test('an error comes back from a workflow with its code, place and hint', () => {
	const error = new CounterfoilError('SCHEMA_MISMATCH', 'a column is missing', {
		where: 'column "amount"',
		hint: 'use the file that the model knows',
		cause: new Error('not sent'),
	});
	const back = fromWorkflowFailure(received(toApplicationFailure(error)));
	assert.deepEqual(back.toRecord(), error.toRecord());
});

test('only an error that may pass by itself is tried again, and a full disk not at once', () => {
	const crashed = toApplicationFailure(new CounterfoilError('CHILD_CRASHED', 'ended'));
	assert.deepEqual([crashed.nonRetryable, crashed.nextRetryDelay], [false, 2_000]);
	const full = toApplicationFailure(new CounterfoilError('DISK_FULL', 'no space'));
	assert.deepEqual([full.nonRetryable, full.nextRetryDelay], [false, 300_000]);
	assert.equal(toApplicationFailure(new CounterfoilError('TABLE_EMPTY', 'no rows')).nonRetryable, true);
	const defect = toApplicationFailure(new TypeError('x is not a function'));
	assert.deepEqual([defect.type, defect.nonRetryable], ['INTERNAL', true]);
});

test('a cancelled and a terminated workflow are told from a defect', () => {
	assert.equal(fromWorkflowFailure(received(new CancelledFailure('cancelled'))).code, 'CANCELLED');
	assert.equal(fromWorkflowFailure(new Error('failed', { cause: new TerminatedFailure('stop') })).code, 'CANCELLED');
});

test('a failure with details of another kind is a defect, told by its innermost cause', () => {
	const foreign = ApplicationFailure.nonRetryable('payload too large', 'PayloadsTooLarge', { limit: 2 });
	const back = fromWorkflowFailure(received(foreign));
	assert.deepEqual([back.code, back.message], ['INTERNAL', 'payload too large']);
});

test('each kind of failure has its own pace, and one that keeps coming back ends the step', () => {
	const at = (code: 'CHILD_CRASHED' | 'DATABASE_UNREACHABLE' | 'DISK_FULL', attempt: number) => {
		const { nonRetryable, nextRetryDelay } = toApplicationFailure(new CounterfoilError(code, 'x'), attempt);
		return [nonRetryable, nextRetryDelay];
	};
	assert.deepEqual(at('CHILD_CRASHED', 4), [false, 2_000]);
	assert.deepEqual(at('CHILD_CRASHED', 5), [true, 2_000]);
	assert.deepEqual(at('DATABASE_UNREACHABLE', 50), [false, undefined]);
	assert.deepEqual(at('DISK_FULL', 50), [false, 300_000]);
});
