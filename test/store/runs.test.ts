import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getRun, listRuns } from '../../src/store/list-runs.ts';
import { openStore } from '../../src/store/open-store.ts';
import { describeOwner, findOwnerState } from '../../src/store/run-owner.ts';
import {
	beginStep,
	failStep,
	finishStep,
	getStepOutputOfModel,
	heartbeatStep,
	listSteps,
} from '../../src/store/run-steps.ts';
import {
	claimRun,
	claimRunForWorkflow,
	closeRun,
	createRun,
	failRun,
	findUnfinishedRun,
	finishRun,
	heartbeatRun,
	interruptRun,
	listRunsOfWorkflows,
	requestCancel,
	updateRun,
} from '../../src/store/runs.ts';
import { killProcess, startScript } from './child-process.ts';
import { newDatabase, onBothStores, temporaryStore } from './on-both-stores.ts';
import { attemptOf, seededRun, startRun } from './seeded-store.ts';

const otherHost = (pid: number): string => `elsewhere:${pid}:`;

onBothStores('a run of a living process cannot be claimed; once the process is killed it can', async (t) => {
	const path = await newDatabase(t);
	const store = await openStore({ path });
	t.after(() => store.close());
	const { process: owner, firstLine: runId } = await startScript(t, 'owner-process.ts', path);

	assert.equal((await findUnfinishedRun(store, 'same-command'))?.run_id, runId);
	assert.equal((await getRun(store, runId)).status, 'running');
	await assert.rejects(claimRun(store, runId), {
		code: 'RUN_ACTIVE',
		message: new RegExp(`process ${owner.pid} `),
	});

	await killProcess(owner);
	assert.equal((await getRun(store, runId)).status, 'interrupted');
	assert.equal((await listRuns(store))[0]?.status, 'interrupted');
	const claimed = await claimRun(store, runId);
	assert.deepEqual([claimed.status, claimed.owner], ['running', describeOwner()]);
});

test('a process id that was given to another process does not keep a run alive', () => {
	assert.equal(findOwnerState(describeOwner()), 'alive');
	const [host, pid] = describeOwner().split(':');
	if (process.platform === 'linux') assert.equal(findOwnerState(`${host}:${pid}:another-start`), 'dead');
	assert.equal(findOwnerState(otherHost(1)), 'unknown');
});

onBothStores('an owner on another machine counts as alive while it gives signs of life', async (t) => {
	const store = await temporaryStore(t);
	const runId = await startRun(store);
	const asOf = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1_000).toISOString();
	const setHeartbeat = (secondsAgo: number) =>
		store.writer
			.updateTable('runs')
			.set({ owner: otherHost(7), heartbeat_at: asOf(secondsAgo) })
			.where('run_id', '=', runId)
			.execute();
	await setHeartbeat(5);
	await assert.rejects(claimRun(store, runId), { code: 'RUN_ACTIVE' });
	await setHeartbeat(600);
	assert.equal((await claimRun(store, runId)).owner, describeOwner());
});

onBothStores('the process that lost its run hears of it at its next heartbeat and cannot end it', async (t) => {
	const store = await temporaryStore(t);
	const runId = await startRun(store);
	await store.writer
		.updateTable('runs')
		.set({ owner: otherHost(7) })
		.where('run_id', '=', runId)
		.execute();
	await assert.rejects(heartbeatRun(store, runId), { code: 'RUN_ACTIVE' });
	await assert.rejects(finishRun(store, runId), { code: 'RUN_ACTIVE' });
	assert.equal((await getRun(store, runId)).status, 'running');
});

onBothStores('a request to cancel reaches a living run with its heartbeat and ends a dead one at once', async (t) => {
	const store = await temporaryStore(t);
	const living = await startRun(store);
	assert.deepEqual(await heartbeatRun(store, living, { progress: { step: 'train', done: 0.5 } }), {
		cancelRequested: false,
	});
	assert.equal(await requestCancel(store, living), 'running');
	assert.deepEqual(await heartbeatRun(store, living), { cancelRequested: true });
	assert.equal((await getRun(store, living)).progress_json, '{"step":"train","done":0.5}');
	await failRun(store, living, { code: 'CANCELLED', message: 'cancelled', retryable: false });
	assert.equal((await getRun(store, living)).status, 'cancelled');
	await assert.rejects(requestCancel(store, living), { code: 'RUN_STATE' });

	const interrupted = await startRun(store);
	await interruptRun(store, interrupted);
	assert.equal(await requestCancel(store, interrupted), 'cancelled');
});

onBothStores('only what was not carried to its end is found again by the same command', async (t) => {
	const store = await temporaryStore(t);
	const runKey = 'same';
	const succeeded = await startRun(store, { runKey });
	await finishRun(store, succeeded);
	const cancelled = await startRun(store, { runKey });
	await requestCancel(store, cancelled);
	await failRun(store, cancelled, { code: 'CANCELLED', message: 'cancelled', retryable: false });
	await startRun(store, { runKey: 'other' });
	assert.equal(await findUnfinishedRun(store, runKey), undefined);
	await assert.rejects(claimRun(store, succeeded), { code: 'RUN_STATE' });

	const failed = await startRun(store, { runKey });
	await failRun(store, failed, { code: 'DISK_FULL', message: 'no space', retryable: true });
	assert.equal((await findUnfinishedRun(store, runKey))?.run_id, failed);
	const claimed = await claimRun(store, failed);
	assert.deepEqual([claimed.status, claimed.error_json, claimed.finished_at], ['running', null, null]);
});

onBothStores('a run is found by the beginning of its id if no other begins so', async (t) => {
	const store = await temporaryStore(t);
	const runId = await startRun(store);
	assert.equal((await getRun(store, runId.slice(0, -1))).run_id, runId);
	await assert.rejects(getRun(store, 'nothing'), { code: 'NOT_FOUND' });
	await store.writer
		.insertInto('runs')
		.columns([
			'run_id',
			'kind',
			'status',
			'run_key',
			'runner',
			'seed',
			'config_json',
			'counterfoil_version',
			'started_at',
		])
		.expression((select) =>
			select
				.selectFrom('runs')
				.select((row) => [
					row.val(`${runId}0`).as('run_id'),
					'kind',
					'status',
					'run_key',
					'runner',
					'seed',
					'config_json',
					'counterfoil_version',
					'started_at',
				]),
		)
		.execute();
	assert.equal((await getRun(store, runId)).run_id, runId);
	await assert.rejects(getRun(store, runId.slice(0, 8)), {
		code: 'NOT_FOUND',
		message: /More than one/,
		hint: new RegExp(`${runId}`),
	});
});

onBothStores('runs are listed latest first, in pages that neither repeat nor leave out', async (t) => {
	const store = await temporaryStore(t);
	const created: string[] = [];
	for (let i = 0; i < 5; i++) created.push(await startRun(store));
	await store.writer.updateTable('runs').set({ started_at: '2026-01-01T00:00:00.000Z' }).execute();
	const first = await listRuns(store, { limit: 2 });
	const [, last] = first;
	const rest = await listRuns(store, { limit: 9, ...(last === undefined ? {} : { before: last }) });
	assert.deepEqual(
		[...first, ...rest].map((run) => run.run_id),
		created.toSorted().toReversed(),
	);
});

onBothStores('what a run finds out is kept with it', async (t) => {
	const store = await temporaryStore(t);
	const run = await createRun(store, {
		kind: 'train',
		runKey: 'key',
		runner: 'temporal',
		workflowId: 'train-payments',
		seed: 0,
		config: { epochs: 3 },
		counterfoilVersion: '0.1.0',
	});
	assert.deepEqual([run.owner, run.seed, run.config_json], [null, 0, '{"epochs":3}']);
	await updateRun(store, run.run_id, { backend: 'wasm', plan: { steps: 100 } });
	await updateRun(store, run.run_id, {});
	const stored = await getRun(store, run.run_id);
	assert.deepEqual([stored.backend, stored.plan_json, stored.status], ['wasm', '{"steps":100}', 'running']);
	await assert.rejects(claimRun(store, run.run_id), { code: 'RUN_ACTIVE', message: /Temporal/ });
});

onBothStores('a step counts its attempts, hands on its heartbeat and is not done again once finished', async (t) => {
	const store = await temporaryStore(t);
	const runId = await startRun(store);
	const start = { runId, step: 'train', inputSha256: 'a' };
	const first = await beginStep(store, start);
	assert.deepEqual(first, { state: 'begun', attempt: { runId, step: 'train', attempt: 1 }, heartbeat: null });
	if (first.state !== 'begun') return;
	await heartbeatStep(store, first.attempt, { uri: 'artifact:1', step: 40 });
	await failStep(store, first.attempt);

	const second = await beginStep(store, start);
	assert.deepEqual(second, {
		state: 'begun',
		attempt: { runId, step: 'train', attempt: 2 },
		heartbeat: { uri: 'artifact:1', step: 40 },
	});
	if (second.state !== 'begun') return;
	await assert.rejects(heartbeatStep(store, first.attempt, {}), { code: 'STALE_ATTEMPT' });
	await assert.rejects(finishStep(store, first.attempt, {}), { code: 'STALE_ATTEMPT' });
	await finishStep(store, second.attempt, { modelId: 'm' });
	assert.deepEqual(await beginStep(store, start), { state: 'finished', output: { modelId: 'm' } });
	await assert.rejects(beginStep(store, { ...start, inputSha256: 'b' }), { code: 'RUN_STATE' });
	assert.deepEqual(
		(await listSteps(store, runId)).map((step) => [step.step, step.attempt, step.status]),
		[['train', 2, 'finished']],
	);
});

onBothStores(
	'what the step of the run that made a model gave is found by the model, once the step is finished',
	async (t) => {
		const { store, runId, modelId } = await seededRun(t);
		const attempt = await attemptOf(store, runId, 'planTraining');
		assert.equal(await getStepOutputOfModel(store, modelId, 'planTraining'), null);
		await finishStep(store, attempt, { steps: 70, judgeSteps: null });
		assert.deepEqual(await getStepOutputOfModel(store, modelId, 'planTraining'), { steps: 70, judgeSteps: null });
		assert.equal(await getStepOutputOfModel(store, 'model-2', 'planTraining'), null);
	},
);

onBothStores('the run of a workflow is closed only if nobody has taken it up since it was looked at', async (t) => {
	const store = await temporaryStore(t);
	const { run_id: runId } = await createRun(store, {
		kind: 'score',
		runKey: 'k',
		runner: 'temporal',
		workflowId: 'w',
		seed: 1,
		config: {},
		counterfoilVersion: '0',
	});
	const [seen] = await listRunsOfWorkflows(store);
	assert.ok(seen !== undefined);
	const end = { code: 'CANCELLED', message: 'terminated', retryable: false } as const;
	await failRun(store, runId, end);
	await new Promise((resolve) => setTimeout(resolve, 2));
	await claimRunForWorkflow(store, runId, 'w');
	assert.equal(await closeRun(store, seen, end), false);
	const [now] = await listRunsOfWorkflows(store);
	assert.ok(now !== undefined && (await closeRun(store, now, end)));
	assert.equal((await getRun(store, runId)).status, 'cancelled');
	assert.equal(await closeRun(store, now, end), false);
});
