import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { NoteDueInput } from '../../src/contracts/schedule.ts';
import { IO_TASK_QUEUE } from '../../src/contracts/steps.ts';
import { toApplicationFailure } from '../../src/runtime/application-failure.ts';
import { recorded, request } from './recorded-steps.ts';
import { startStubWorkers } from './stub-worker.ts';

test('a tick that is cancelled gives back all that it has taken and not done', async (t) => {
	const runs = ['a', 'b', 'c'].map((runId) => ({ workflowId: runId, request: { ...request, kind: 'ingest', runId } }));
	const noted: [string, string][] = [];
	let begun = () => {};
	const isBegun = new Promise<void>((resolve) => {
		begun = resolve;
	});
	const stub = await startStubWorkers(recorded({ takeDue: () => ({ runs }) }), async (name, input) => {
		const { runId, state } = input as unknown as NoteDueInput;
		if (name === 'noteDue') noted.push([runId, state]);
		if (name !== 'ingest') return;
		begun();
		await new Promise((resolve) => setTimeout(resolve, 1_000));
	});
	t.after(() => stub.stop());
	const tick = await stub.client.workflow.start('scheduled', {
		workflowId: 'tick',
		taskQueue: IO_TASK_QUEUE,
		args: [{ scheduleId: 'hourly' }],
	});
	await isBegun;
	await tick.cancel();
	await assert.rejects(tick.result(), WorkflowFailedError);
	assert.deepEqual(noted, [
		['a', 'later'],
		['b', 'later'],
		['c', 'later'],
	]);
});

test('a file that has become another since it was taken is left to the next tick', async (t) => {
	const run = { workflowId: 'a', request: { ...request, kind: 'ingest', runId: 'a' } };
	const noted: [string, string | undefined][] = [];
	const stub = await startStubWorkers(recorded({ takeDue: () => ({ runs: [run] }) }), async (name, input) => {
		const { state, error } = input as unknown as NoteDueInput;
		if (name === 'noteDue') noted.push([state, error?.code]);
		const changed = new CounterfoilError('INPUT_CHANGED', 'The input was changed while it was read.');
		if (name === 'ingest') throw toApplicationFailure(changed, 1);
	});
	t.after(() => stub.stop());
	const tick = { workflowId: 'tick', taskQueue: IO_TASK_QUEUE, args: [{ scheduleId: 'hourly' }] };
	assert.deepEqual(await stub.client.workflow.execute('scheduled', tick), { done: 0, failed: 0, later: 1 });
	assert.deepEqual(noted, [['later', 'INPUT_CHANGED']]);
});
