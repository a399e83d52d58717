import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WorkflowFailedError } from '@temporalio/client';
import type { NoteDueInput } from '../../src/contracts/schedule.ts';
import { IO_TASK_QUEUE } from '../../src/contracts/steps.ts';
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
