import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MonitorPlan, RetrainPlan } from '../../src/contracts/learning-plan.ts';
import { DEFAULT_CONFIG, type RunRequest } from '../../src/contracts/run-config.ts';
import { labelStep, type RunControl, type Steps } from '../../src/contracts/steps.ts';
import { DRIFT_LIMITS } from '../../src/learn/drift/measure-drift.ts';
import { runSteps } from '../../workflows/pipeline-steps.ts';

const REF = { uri: 'artifact:x', sha256: 'x', bytes: 1 };
const PARTS = {
	modelId: 'm',
	known: { contract: REF, against: 'model m@1' },
	profile: REF,
	features: REF,
	generator: REF,
	scorer: REF,
	history: REF,
};
const LABELS = {
	news: { ...REF, uri: 'artifact:news' },
	entities: ['shop'],
	time: 'at',
	tables: { ...REF, uri: 'artifact:tables' },
	labels: 100,
	frauds: 9,
	newLabels: 40,
	asOf: '2026-02-01',
	learntUntil: null,
};
const RETRAIN: RetrainPlan = {
	asOf: null,
	testFrom: null,
	budget: 10,
	promote: 'rule',
	minNewLabels: 1,
	actor: 'ann',
};
const MONITOR: MonitorPlan = { ...DRIFT_LIMITS, webhook: null, retrain: null };
const REQUEST: RunRequest = {
	runId: 'run-1',
	kind: 'retrain',
	runKey: 'k',
	seed: 1,
	config: DEFAULT_CONFIG,
	source: null,
	datasetName: null,
	datasetId: null,
	modelId: 'm',
	augment: null,
	retrain: RETRAIN,
};

/** Steps that do nothing but note that they were called, and with what. */
function recorded(outputs: Record<string, object> = {}) {
	const calls: string[] = [];
	const inputs = new Map<string, Record<string, unknown>>();
	const known: Record<string, object> = {
		loadModel: PARTS,
		gatherLabels: LABELS,
		addHistory: { fitted: REF, rows: REF, continued: true },
		trainHead: { head: REF, comparison: REF, isBetter: true },
		registerHead: { modelId: 'm2', version: 2, isPromoted: true },
		loadDataset: { datasetId: 'ds', manifest: REF, profile: REF, contract: REF, shards: 1, rows: 5, rowsRejected: 0 },
		checkSchema: { manifest: REF, shards: 1, rowsLoaded: 5, rowsRejected: 0, comparison: REF, isQuarantined: false },
		measureDrift: { drift: REF, isDrifted: true, columns: ['amount'] },
		sendAlert: { status: 204 },
		scoreShard: { scores: REF, firstRow: 0, rows: 5 },
		decideAlerts: { rule: REF, alerts: 1, surprise: null },
		...outputs,
	};
	const activities = new Proxy({} as Steps & RunControl, {
		get: (_, name: string) => async (input: Record<string, unknown>) => {
			calls.push(labelStep(name, input));
			inputs.set(name, input);
			return known[name] ?? {};
		},
	});
	return { activities, calls, inputs };
}

test('a retraining looks at the labels, learns, and enters the model', async () => {
	const { activities, calls } = recorded();
	const summary = await runSteps(REQUEST, activities);
	assert.deepEqual(calls, ['loadModel', 'gatherLabels', 'trainHead', 'registerHead', 'finishRun']);
	assert.equal(summary.modelId, 'm2');
	assert.deepEqual([summary.retrain?.version, summary.retrain?.isPromoted, summary.retrain?.skipped], [2, true, null]);
});

test('with too few new labels, or nothing to tell apart, no model is entered', async () => {
	const few = recorded();
	const asked = { ...REQUEST, retrain: { ...RETRAIN, minNewLabels: 41 } };
	assert.equal((await runSteps(asked, few.activities)).retrain?.skipped, 'too few new labels');
	assert.deepEqual(few.calls, ['loadModel', 'gatherLabels', 'finishRun']);
	const none = recorded({ trainHead: { head: null, comparison: null, isBetter: false } });
	const { retrain, modelId } = await runSteps(REQUEST, none.activities);
	assert.deepEqual([retrain?.skipped, retrain?.modelId, modelId], ['no fraud or nothing else', null, 'm']);
	assert.ok(!none.calls.includes('registerHead'));
});

test('what has drifted is stored, told where asked to, and learnt from where asked to', async () => {
	const request: RunRequest = { ...REQUEST, kind: 'monitor', datasetId: 'ds', monitor: MONITOR };
	const quiet = recorded();
	const watched = await runSteps(request, quiet.activities);
	assert.deepEqual(quiet.calls.slice(-3), ['measureDrift', 'recordDrift', 'finishRun']);
	assert.deepEqual(
		[watched.monitor?.isDrifted, watched.monitor?.alertStatus, watched.retrain],
		[true, null, undefined],
	);

	const monitor = { ...MONITOR, webhook: 'https://example.org/', retrain: RETRAIN };
	const loud = recorded();
	const told = await runSteps({ ...request, monitor }, loud.activities);
	assert.ok(loud.calls.includes('sendAlert') && loud.calls.includes('registerHead'));
	assert.deepEqual([told.monitor?.alertStatus, told.retrain?.version], [204, 2]);

	const unheard = recorded();
	const deaf = new Proxy(unheard.activities, {
		get: (target, name: keyof Steps) =>
			name === 'sendAlert' ? () => Promise.reject(new Error('refused')) : Reflect.get(target, name),
	});
	await assert.rejects(runSteps({ ...request, monitor }, deaf), /refused/);
	assert.ok(unheard.calls.includes('registerHead') && !unheard.calls.includes('finishRun'));

	const late = recorded();
	const order: string[] = [];
	const slow = new Proxy(late.activities, {
		get: (target, name: keyof Steps) => async (input: never) => {
			if (name === 'sendAlert') await new Promise((resolve) => setTimeout(resolve, 50));
			order.push(name);
			return (Reflect.get(target, name) as (input: never) => Promise<unknown>)(input);
		},
	});
	await runSteps({ ...request, monitor }, slow);
	assert.deepEqual(order.slice(-3), ['registerHead', 'sendAlert', 'finishRun'], 'what is learnt waits for nobody');

	const calm = recorded({ measureDrift: { drift: REF, isDrifted: false, columns: [] } });
	await runSteps({ ...request, monitor }, calm.activities);
	assert.ok(!calm.calls.includes('sendAlert') && !calm.calls.includes('gatherLabels'));
});

test('a model with a head scores by the labels that are known then', async () => {
	const request: RunRequest = { ...REQUEST, kind: 'score', datasetId: 'ds' };
	const head = { state: REF, news: null };
	const learnt = recorded({ loadModel: { ...PARTS, head } });
	await runSteps(request, learnt.activities);
	const { model } = learnt.inputs.get('scoreShard') as { model: { head: unknown } };
	assert.deepEqual(model.head, { state: REF, news: LABELS.news });
	const plain = recorded();
	await runSteps(request, plain.activities);
	assert.ok(!plain.calls.includes('gatherLabels'));
});
