import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { RunRequest, RunSummary } from '../../src/contracts/run-config.ts';
import type { RunProgress } from '../../src/contracts/run-messages.ts';
import { IO_TASK_QUEUE } from '../../src/contracts/steps.ts';
import { fromWorkflowFailure } from '../../src/runtime/application-failure.ts';
import { cancelUpdate, pauseUpdate, progressQuery, resumeUpdate } from '../../workflows/listen-to-messages.ts';
import { recorded, request } from './recorded-steps.ts';
import { type Hook, payloadsIn, type StubWorkers, startStubWorkers } from './stub-worker.ts';

/** As of 22 million rows. */
const SHARDS = 350;
const STORED = { source: null, datasetId: 'ds' };
const MOST_EVENTS = 2_000;
const MOST_BYTES = 32_000;

describe('a run of many shards on a real Temporal server', () => {
	const steps = recorded({}, SHARDS);
	let onStep: Hook = async () => undefined;
	let stub: StubWorkers;

	before(async () => {
		stub = await startStubWorkers(steps, (name, input) => onStep(name, input));
	});
	after(() => stub?.stop());

	const start = (changes: Partial<RunRequest>): Promise<WorkflowHandle> => {
		const asked = { ...request, ...changes };
		return stub.client.workflow.start(asked.kind, {
			workflowId: asked.runId,
			taskQueue: IO_TASK_QUEUE,
			args: [asked],
			memo: { runId: asked.runId },
		});
	};
	const untilCalled = (wanted: string): Promise<() => void> =>
		new Promise((called) => {
			onStep = (name) =>
				name === wanted ? new Promise<void>((release) => called(() => release())) : Promise.resolve();
		});

	test('goes on under new histories, none of them long and no payload large, and does each shard once', async () => {
		let most = 0;
		let underWay = 0;
		onStep = async (name) => {
			if (name !== 'scoreShard') return;
			most = Math.max(most, ++underWay);
			await new Promise((resolve) => setTimeout(resolve, 1));
			underWay--;
		};
		steps.calls.length = 0;
		const handle = await start({ ...STORED, runId: 'long', kind: 'score', modelId: 'm' });
		const summary = (await handle.result()) as RunSummary;
		assert.deepEqual([summary.runId, summary.alerts, summary.rowsLoaded], ['long', 3, 10]);
		const calls = steps.calls.filter((call) => call !== 'beginRun' && call !== 'finishRun');
		assert.equal(calls.length, new Set(calls).size, 'a step was done twice');
		for (const step of ['scoreShard', 'publishScores']) {
			assert.equal(calls.filter((call) => call.startsWith(`${step}/`)).length, SHARDS, step);
		}
		assert.ok(most > 4 && most <= 32, `${most} shards side by side`);
		assert.equal(steps.calls.filter((call) => call === 'beginRun').length, 1);

		let histories = 0;
		for await (const { runId } of stub.client.workflow.list({ query: `WorkflowId = 'long'` })) {
			const history = await stub.client.workflow.getHandle('long', runId).fetchHistory();
			assert.ok((history.events?.length ?? 0) < MOST_EVENTS, `${history.events?.length} events`);
			const largest = Math.max(...payloadsIn(history).map(({ length }) => length));
			assert.ok(largest < MOST_BYTES, `${largest} bytes`);
			histories++;
		}
		assert.ok(histories >= 2, `${histories} histories`);
	});

	test('is paused between steps and resumed, and refuses what makes no sense by an answer', async () => {
		const called = untilCalled('loadDataset');
		const handle = await start({ ...STORED, runId: 'paused', kind: 'train' });
		const release = await called;
		assert.equal(await handle.executeUpdate(pauseUpdate), 'paused');
		const refused = await handle.executeUpdate(pauseUpdate).catch((error: unknown) => error);
		assert.ok(refused instanceof WorkflowUpdateFailedError);
		const said = fromWorkflowFailure(refused);
		assert.deepEqual([said.code, said.message], ['RUN_STATE', 'the run is paused already']);
		release();
		await until(async () => (await handle.query<RunProgress, []>(progressQuery)).running.length === 0);
		const paused = await handle.query<RunProgress, []>(progressQuery);
		await new Promise((resolve) => setTimeout(resolve, 300));
		assert.deepEqual(await handle.query(progressQuery), paused, 'it went on');
		assert.equal(paused.state, 'paused');
		assert.equal((await handle.describe()).memo?.status, 'paused');
		assert.equal(await handle.executeUpdate(resumeUpdate), 'running');
		assert.equal(((await handle.result()) as RunSummary).rowsLoaded, 10);
		assert.equal((await handle.describe()).memo?.status, 'succeeded');
	});

	test('ends when it is told to, paused or not, and is noted as cancelled', async () => {
		const called = untilCalled('loadDataset');
		const handle = await start({ ...STORED, runId: 'stopped', kind: 'train' });
		const release = await called;
		await handle.executeUpdate(pauseUpdate);
		release();
		assert.equal(await handle.executeUpdate(cancelUpdate), 'stopping');
		const failed = await handle.result().catch((error: unknown) => error);
		assert.equal(fromWorkflowFailure(failed).code, 'CANCELLED');
		assert.equal(steps.calls.at(-1), 'failRun');
		assert.equal((await handle.describe()).memo?.status, 'cancelled');
	});

	test('tries again what may pass, and not what may not', async () => {
		const attempts: string[] = [];
		onStep = async (name) => {
			if (name !== 'fitFeatures') return;
			attempts.push(name);
			if (attempts.length === 1) {
				throw ApplicationFailure.create({ message: 'away', type: 'DATABASE_UNREACHABLE', nextRetryDelay: 10 });
			}
			const record = { code: 'TABLE_EMPTY', message: 'no rows', retryable: false };
			throw ApplicationFailure.create({ message: 'no rows', type: record.code, nonRetryable: true, details: [record] });
		};
		const handle = await start({ ...STORED, runId: 'failed', kind: 'train' });
		const failed = await handle.result().catch((error: unknown) => error);
		assert.equal(fromWorkflowFailure(failed).code, 'TABLE_EMPTY');
		assert.equal(attempts.length, 2);
	});
});

async function until(isTrue: () => Promise<boolean>): Promise<void> {
	for (let tries = 0; !(await isTrue()); tries++) {
		if (tries > 200) throw new Error('it never came to be');
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
