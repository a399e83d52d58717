import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ApplicationFailure } from '@temporalio/common';
import type { RunSummary } from '../../src/contracts/run-config.ts';
import { IO_TASK_QUEUE } from '../../src/contracts/steps.ts';
import { fromWorkflowFailure } from '../../src/runtime/application-failure.ts';
import { recorded, request } from './recorded-steps.ts';
import { payloadsIn, startStubWorkers } from './stub-worker.ts';

test('with keys nothing in a history can be read, failures included, and everything works as without', async (t) => {
	process.env.COUNTERFOIL_PAYLOAD_KEYS = `k1=${randomBytes(32).toString('base64')}`;
	const stub = await startStubWorkers(recorded(), async (name, { runId }) => {
		if (name === 'profile' && runId === 'fails') {
			const record = { code: 'TABLE_EMPTY', message: 'a secret message', retryable: false };
			throw ApplicationFailure.create({
				message: record.message,
				type: record.code,
				nonRetryable: true,
				details: [record],
			});
		}
	});
	t.after(() => stub.stop());
	const start = (runId: string) =>
		stub.client.workflow.start('ingest', {
			workflowId: runId,
			taskQueue: IO_TASK_QUEUE,
			args: [{ ...request, kind: 'ingest', runId, source: '/secret/table.csv' }],
			memo: { runId },
		});
	const good = await start('works');
	assert.equal(((await good.result()) as RunSummary).rowsLoaded, 10);
	assert.equal((await good.describe()).memo?.runId, 'works');
	const bad = await start('fails');
	const failure = fromWorkflowFailure(await bad.result().catch((error: unknown) => error));
	assert.deepEqual([failure.code, failure.message], ['TABLE_EMPTY', 'a secret message']);
	for (const handle of [good, bad]) {
		const history = await handle.fetchHistory();
		assert.ok(payloadsIn(history).length > 5);
		assert.doesNotMatch(payloadsIn(history).join('\n') + JSON.stringify(history), /secret/);
	}
});
