import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { beginRun, failRun, finishRun } from '../../activities/run-control.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import type { StepContext } from '../../src/contracts/steps.ts';
import { claimRun, createRun, findRun } from '../../src/store/runs.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { requestFor, temporaryWorkspace } from './temporary-workspace.ts';

const context: StepContext = {
	step: 'beginRun',
	attempt: 1,
	previous: null,
	signal: new AbortController().signal,
	report: () => undefined,
};
const error = { code: 'DISK_FULL', message: 'no space', retryable: true } as const;

async function control(t: TestContext) {
	const { workspace } = await temporaryWorkspace(t);
	const request = requestFor({});
	const { runId } = request;
	return {
		store: workspace.store,
		request,
		begin: () => beginRun(workspace, { request, workflowId: 'workflow-1' }, context),
		fail: () => failRun(workspace, { runId, error }, context),
		finish: () =>
			finishRun(workspace, { runId, seed: 1, config: DEFAULT_CONFIG, datasetId: null, modelId: null }, context),
		run: async () => {
			const run = await findRun(workspace.store, runId);
			assert.ok(run !== undefined);
			return run;
		},
	};
}

onBothStores('a workflow that takes up a failed run opens it again and can bring it to its end', async (t) => {
	const { begin, fail, finish, run } = await control(t);
	await begin();
	await fail();
	assert.equal((await run()).status, 'failed');
	await begin();
	assert.deepEqual([(await run()).status, (await run()).error_json], ['running', null]);
	await finish();
	assert.equal((await run()).status, 'succeeded');
});

onBothStores(
	'opening, closing and failing may each be done twice, and a run that has succeeded does not fail',
	async (t) => {
		const { begin, fail, finish, run } = await control(t);
		await begin();
		await begin();
		await finish();
		await finish();
		await fail();
		assert.equal((await run()).status, 'succeeded');
		await assert.rejects(begin(), { code: 'RUN_STATE' });
	},
);

onBothStores('a run that failed is not closed as succeeded by a step that came late', async (t) => {
	const { begin, fail, finish } = await control(t);
	await begin();
	await fail();
	await assert.rejects(finish(), { code: 'RUN_STATE' });
});

onBothStores('a run that a process carries out is left to it', async (t) => {
	const { store, request, begin, fail, run } = await control(t);
	const { runId, kind, runKey, seed } = request;
	const owner = `elsewhere:1:${Date.now()}`;
	await createRun(store, {
		runId,
		kind,
		runKey,
		seed,
		runner: 'in-process',
		owner,
		config: {},
		counterfoilVersion: '0',
	});
	await assert.rejects(begin(), { code: 'RUN_ACTIVE' });
	await fail();
	assert.deepEqual([(await run()).status, (await run()).owner], ['running', owner]);
});

onBothStores('a process that takes up a failed run of a workflow makes it its own', async (t) => {
	const { store, begin, fail, run } = await control(t);
	await begin();
	await fail();
	await claimRun(store, (await run()).run_id);
	assert.deepEqual([(await run()).runner, (await run()).workflow_id], ['in-process', null]);
});
