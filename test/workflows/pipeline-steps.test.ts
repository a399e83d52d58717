import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GenerationPlan } from '../../src/contracts/conditions.ts';
import { DEFAULT_CONFIG, type RunRequest } from '../../src/contracts/run-config.ts';
import { NO_POLICIES } from '../../src/contracts/schema-contract.ts';
import { COMPUTE_STEPS } from '../../src/contracts/steps.ts';
import { carryOn, NOTHING_CARRIED } from '../../workflows/carry-on.ts';
import { runSteps } from '../../workflows/pipeline-steps.ts';
import type { Activities } from '../../workflows/step-input.ts';
import { REF, recorded, request } from './recorded-steps.ts';

const PLAN: GenerationPlan = {
	rows: 7,
	conditions: [{ column: 'country', operator: '=', values: ['DE'] }],
	balance: null,
	temperature: 1,
	complete: null,
	withoutConstraints: [],
	withKeys: false,
	override: null,
	into: { kind: 'rows' },
};

const STORED = ['profile', 'registerDataset', 'publishRecords/0', 'publishRecords/1'];
const TABLE = ['ingest', 'findContract', ...STORED];
const MODEL = ['fitFeatures', 'trainGenerator', 'trainScorer', 'registerModel'];
const SCORES = ['scoreShard/0', 'scoreShard/1', 'decideAlerts', 'publishScores/0', 'publishScores/1'];
const ROWS = ['generate', 'registerSynthetic', 'publishSynthetic/0', 'publishSynthetic/1'];

test('the score is trained in as many parts as are asked for, after the rows to leave out are known', async () => {
	const { activities, calls, inputs } = recorded();
	await runSteps({ ...request, kind: 'train', scorerParts: 3 }, activities);
	const ofScore = calls.filter((call) => /keepRows|trainMembers|trainScorer/.test(call));
	assert.deepEqual(ofScore, ['keepRows', 'trainMembers/0', 'trainMembers/1', 'trainMembers/2', 'trainScorer']);
	const { trained } = inputs.get('trainScorer') as { trained: { members: unknown[] } };
	assert.equal(trained.members.length, 3);
});

test('a table is held against what is known before anything of it is stored; what is held back goes no further', async () => {
	const known = { contract: REF, against: 'data set t' };
	const compared = recorded({ findContract: { known, policies: NO_POLICIES } });
	const summary = await runSteps({ ...request, kind: 'ingest' }, compared.activities);
	assert.deepEqual(compared.calls, ['ingest', 'findContract', 'checkSchema', ...STORED, 'finishRun']);
	assert.deepEqual([summary.rowsLoaded, summary.rowsRejected, summary.comparison], [9, 3, REF.uri]);
	assert.deepEqual(compared.inputs.get('profile')?.terms, {
		policies: NO_POLICIES,
		isCompared: true,
		goesOnFrom: REF,
		isQuarantined: false,
	});

	const checkSchema = {
		manifest: REF,
		shards: 2,
		rowsLoaded: 9,
		rowsRejected: 3,
		comparison: REF,
		isQuarantined: true,
	};
	for (const kind of ['ingest', 'pipeline', 'train', 'score'] as const) {
		const { activities, calls } = recorded({ findContract: { known, policies: {} }, checkSchema });
		const held = await runSteps({ ...request, kind, modelId: 'm' }, activities);
		assert.deepEqual(calls.slice(-4), ['checkSchema', 'profile', 'registerDataset', 'finishRun'], kind);
		assert.deepEqual([held.isQuarantined, held.rowsLoaded, held.rowsRejected], [true, 0, 12]);
	}
});

test('each kind of run does its steps in order and ends by closing the run', async () => {
	const stored = { source: null, datasetId: 'ds' };
	const augment = { ...PLAN, rows: 10 };
	const orders: [Partial<RunRequest>, string[]][] = [
		[
			{ kind: 'pipeline' },
			[...TABLE, ...MODEL, ...SCORES, ...ROWS, 'evaluate', 'recordEvaluation', 'publishQueue', 'writeReport'],
		],
		[{ kind: 'ingest' }, TABLE],
		[{ kind: 'train' }, [...TABLE, ...MODEL]],
		[{ kind: 'train', ...stored }, ['loadDataset', ...MODEL]],
		[{ kind: 'score', modelId: 'm' }, ['loadModel', 'ingest', 'checkSchema', ...STORED, ...SCORES, 'publishQueue']],
		[
			{ kind: 'score', modelId: 'm', ...stored },
			['loadModel', 'loadDataset', 'checkSchema', ...SCORES, 'publishQueue'],
		],
		[
			{ kind: 'augment', source: null, modelId: 'm', augment },
			['loadModel', 'generate', 'judgeRelease', ...ROWS.slice(1)],
		],
		[
			{ kind: 'augment', modelId: 'm', augment: { ...augment, into: { kind: 'file' } } },
			['loadModel', 'generate', 'judgeRelease', 'registerSynthetic'],
		],
		[
			{ kind: 'augment', modelId: 'm', augment: { ...augment, into: { kind: 'table', name: 't', replace: false } } },
			['loadModel', 'generate', 'judgeRelease', ...ROWS.slice(1), 'placeTable'],
		],
	];
	for (const [changes, expected] of orders) {
		const { activities, calls } = recorded();
		await runSteps({ ...request, ...changes }, activities);
		assert.deepEqual(calls, [...expected, 'finishRun'], changes.kind);
	}
});

test('where entities are named, the past of each row is told before anything is trained or scored by it', async () => {
	const config = { ...DEFAULT_CONFIG, entity: ['customer_id'], time: 'created_at' };
	const ref = REF;
	const history = { fitted: ref, rows: ref, continued: true };

	const piped = recorded();
	const summary = await runSteps({ ...request, config }, piped.activities);
	assert.deepEqual(piped.calls.slice(0, 10), [...TABLE, 'addHistory', ...MODEL.slice(0, 3)]);
	assert.deepEqual(piped.inputs.get('addHistory')?.fitted, null);
	assert.deepEqual(piped.inputs.get('trainScorer')?.history, history);
	assert.ok(!('history' in (piped.inputs.get('trainGenerator') ?? {})), 'the generator knows nothing of it');
	for (const step of ['scoreShard', 'evaluate']) assert.deepEqual(piped.inputs.get(step)?.history, ref, step);
	const model = piped.inputs.get('scoreShard')?.model as { readonly history: unknown } | undefined;
	assert.deepEqual(model?.history, ref);
	assert.equal(summary.history, 'continued');

	// A model that knows entities needs the past of every table that it scores, whatever the command says.
	const parts = { modelId: 'm', profile: ref, features: ref, generator: ref, scorer: ref };
	const known = { contract: ref, against: 'model m@1' };
	for (const past of [ref, null]) {
		const scored = recorded({ loadModel: { ...parts, known, history: past } });
		await runSteps({ ...request, kind: 'score', modelId: 'm' }, scored.activities);
		const told = past === null ? [] : ['addHistory'];
		assert.deepEqual(scored.calls.slice(0, -1), [
			'loadModel',
			'ingest',
			'checkSchema',
			...STORED,
			...told,
			...SCORES,
			'publishQueue',
		]);
		assert.deepEqual(scored.inputs.get('scoreShard')?.history, past);
		if (past !== null) assert.deepEqual(scored.inputs.get('addHistory')?.fitted, ref);
	}
});

test('the summary says what was rejected, also of a data set that was ingested before', async () => {
	for (const changes of [{}, { source: null, datasetId: 'ds' }]) {
		const { activities } = recorded();
		const summary = await runSteps({ ...request, kind: 'train', ...changes }, activities);
		assert.deepEqual([summary.rowsLoaded, summary.rowsRejected], [10, 2]);
	}
});

test('conditions reach the generator, and a pipeline run makes as many rows as it was told', async () => {
	const augmented = recorded();
	await runSteps({ ...request, kind: 'augment', modelId: 'm', augment: PLAN }, augmented.activities);
	assert.deepEqual(augmented.inputs.get('generate')?.plan, PLAN);
	assert.deepEqual(augmented.inputs.get('registerSynthetic')?.plan, PLAN);
	const completed = recorded();
	const complete = { ...PLAN, complete: '/partial.csv' };
	await runSteps({ ...request, kind: 'augment', modelId: 'm', augment: complete }, completed.activities);
	assert.ok(augmented.calls.includes('judgeRelease') && !completed.calls.includes('judgeRelease'));
	const config = { ...DEFAULT_CONFIG, syntheticRows: 5 };
	const piped = recorded();
	await runSteps({ ...request, config }, piped.activities);
	assert.deepEqual(piped.inputs.get('generate')?.plan, { ...PLAN, conditions: [], rows: 5 });
});

test('the generator learns the label too, and a time budget becomes a plan of steps before it trains', async () => {
	const plain = recorded();
	await runSteps(request, plain.activities);
	assert.deepEqual(plain.inputs.get('trainGenerator')?.features, { ...REF, uri: 'artifact:generated' });
	assert.deepEqual(plain.inputs.get('trainScorer')?.features, REF);
	assert.equal(plain.inputs.get('trainGenerator')?.plan, null);
	const config = { ...DEFAULT_CONFIG, generator: { ...DEFAULT_CONFIG.generator, budgetSeconds: 60 } };
	const budgeted = recorded();
	await runSteps({ ...request, config }, budgeted.activities);
	assert.ok(budgeted.calls.indexOf('planTraining') < budgeted.calls.indexOf('trainGenerator'));
	assert.deepEqual(budgeted.inputs.get('trainGenerator')?.plan, { steps: 12, judgeSteps: 3 });
});

test('a run that lacks what its kind needs ends with an error', async () => {
	const { activities } = recorded();
	await assert.rejects(runSteps({ ...request, source: null }, activities), /needs source/);
	await assert.rejects(runSteps({ ...request, kind: 'score' }, activities), /needs modelId/);
});

test('progress names the steps under way, those side by side too, and counts the finished ones', async () => {
	const seen: (readonly string[])[] = [];
	const { activities } = recorded();
	const { activities: tracked, progress } = carryOn(
		new Proxy(activities, {
			get: (target, name: keyof Activities) => async (input: never) => {
				await Promise.resolve();
				seen.push(progress().running);
				return (target[name] as (input: unknown) => Promise<unknown>)(input);
			},
		}),
		NOTHING_CARRIED,
		{ isTimeToCarryOn: () => false, isPaused: () => false, until: async () => undefined },
	);
	await runSteps({ ...request, kind: 'train' }, tracked);
	assert.ok(seen.some((running) => running.join(' ') === 'trainGenerator trainScorer'));
	assert.ok(seen.some((running) => running.join(' ') === 'publishRecords/1'));
	assert.deepEqual(progress(), { running: [], finished: TABLE.length + MODEL.length + 1 });
});

test('every step that a compute process can carry out is sent to the compute queue', async () => {
	const { computeActivities } = await import('../../activities/compute-steps.ts');
	assert.deepEqual([...COMPUTE_STEPS].sort(), Object.keys(computeActivities).sort());
});
