import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, Connection, Client as TemporalClient } from '@temporalio/client';
import { closeEndedRuns } from '../../src/runtime/close-ended-runs.ts';
import { getRun } from '../../src/store/list-runs.ts';
import { createRun } from '../../src/store/runs.ts';
import type { Store } from '../../src/store/store.ts';
import { startTemporal } from '../e2e/temporal-server.ts';
import { temporaryStore } from '../store/on-both-stores.ts';

let client: Client;
let stop: () => Promise<void>;

before(async () => {
	const server = await startTemporal();
	Object.assign(process.env, server.env);
	stop = server.stop;
	client = new TemporalClient({ connection: await Connection.connect({ address: server.env.TEMPORAL_ADDRESS ?? '' }) });
});

after(async () => {
	await client.connection.close();
	await stop();
});

/** A run with its workflow, which nobody works on. */
async function begin(store: Store, runId: string, workflowId: string) {
	const workflow = { runKey: runId, runner: 'temporal', workflowId } as const;
	await createRun(store, { ...workflow, runId, kind: 'score', seed: 1, config: {}, counterfoilVersion: '0' });
	return client.workflow.start('score', { workflowId, taskQueue: 'nobody', memo: { runId } });
}

test('a run whose workflow was terminated is closed, also when the id has gone to another', async (t) => {
	const store = await temporaryStore(t);
	const statusOf = async (runId: string) => (await getRun(store, runId)).status;
	assert.deepEqual(await closeEndedRuns(store), []);

	const first = await begin(store, 'run-1', 'counterfoil-score-a');
	await begin(store, 'run-2', 'counterfoil-score-b');
	await createRun(store, {
		runId: 'run-elsewhere',
		kind: 'score',
		runKey: 'e',
		runner: 'temporal',
		workflowId: 'counterfoil-score-of-another-server',
		seed: 1,
		config: {},
		counterfoilVersion: '0',
	});
	assert.deepEqual(await closeEndedRuns(store), [], 'all of them go on, as far as anybody knows');
	await first.terminate('by hand');
	assert.deepEqual(await closeEndedRuns(store), ['run-1']);
	assert.equal(await statusOf('run-1'), 'cancelled');
	assert.deepEqual([await statusOf('run-2'), await statusOf('run-elsewhere')], ['running', 'running']);

	await client.workflow.getHandle('counterfoil-score-b').terminate();
	await begin(store, 'run-3', 'counterfoil-score-b');
	// What ended is in the list a moment later.
	for (const end = Date.now() + 10_000; (await statusOf('run-2')) === 'running' && Date.now() < end; ) {
		await closeEndedRuns(store);
	}
	assert.deepEqual([await statusOf('run-2'), await statusOf('run-3')], ['cancelled', 'running']);
});

test('without a server nothing is changed', async (t) => {
	const store = await temporaryStore(t);
	await begin(store, 'run-4', 'counterfoil-score-c');
	const address = process.env.TEMPORAL_ADDRESS;
	process.env.TEMPORAL_ADDRESS = '127.0.0.1:1';
	assert.deepEqual(await closeEndedRuns(store), []);
	process.env.TEMPORAL_ADDRESS = address;
	assert.equal((await getRun(store, 'run-4')).status, 'running');
});
