import assert from 'node:assert/strict';
import { compareRuns } from '../../src/report/compare-runs.ts';
import { comparisonPage } from '../../src/report/comparison-page.ts';
import { insertDataset } from '../../src/store/datasets.ts';
import { putMetrics } from '../../src/store/model-metrics.ts';
import { publishRecords, publishScores } from '../../src/store/shards.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { attemptOf, describeDataset, publishAll, records, scores, seededRun, startRun } from '../store/seeded-store.ts';

onBothStores('two runs are told apart by settings, measures and the records that they find', async (t) => {
	const first = await seededRun(t, 20);
	const { store, datasetId, modelId } = first;
	await publishAll(first, scores(20));
	await putMetrics(store, modelId, [{ metric: 'quality', value: 0.8 }]);
	const runId = await startRun(store, { datasetId, modelId, runKey: 'other' });
	await store.writer
		.updateTable('runs')
		.set({ config_json: JSON.stringify({ seed: 2, config: { generator: { kind: 'mlp' } } }) })
		.where('run_id', '=', runId)
		.execute();
	const step = await attemptOf(store, runId, 'publish-scores');
	// The other way round: the highest of one are the lowest of the other.
	const turned = scores(20).map((score) => ({ ...score, score: 1 - score.score, surprise: -score.surprise }));
	await publishScores(store, { ...step, shard: 0, datasetId, modelId }, turned);

	const compared = await compareRuns(store, [first.runId, runId]);
	const { isSameData, settings, metrics, overlap, moved } = compared;
	assert.equal(isSameData, true);
	assert.deepEqual(settings, [
		{ path: 'seed', first: null, second: 2 },
		{ path: 'generator.kind', first: null, second: 'mlp' },
	]);
	assert.deepEqual(metrics, [{ metric: 'quality', first: 0.8, second: 0.8, difference: 0 }]);
	assert.deepEqual(overlap, [{ k: 10, both: 0 }]);
	assert.deepEqual(moved[0], { recordKey: 'k20', first: 1, second: 20 });
	const page = comparisonPage(compared);
	assert.match(page, /Content-Security-Policy/);
	assert.doesNotMatch(page, /<script|src=|https?:\/\//);
	for (const told of ['generator.kind', '0 of the 10 highest', 'k20', 'Both read the same data'])
		assert.ok(page.includes(told), told);
	await assert.rejects(compareRuns(store, [first.runId, 'none']), { code: 'NOT_FOUND' });
});

onBothStores('what only a training goes by, or measures, is not told of a run that uses its model', async (t) => {
	const trained = await seededRun(t, 20);
	const { store, datasetId, modelId } = trained;
	await putMetrics(store, modelId, [{ metric: 'quality', value: 0.8 }]);
	const runId = await startRun(store, { datasetId, modelId, runKey: 'scored' });
	const columns = { label: 'is_fraud', key: 'id', truth: ['kind'] };
	const configs = [
		['pipeline', { ...columns, entity: ['customer'], generator: { steps: 60 }, alertBudget: null }],
		['score', { label: null, key: 'row', truth: [], entity: [], usual: columns, alertBudget: 5 }],
	] as const;
	for (const [at, id] of [trained.runId, runId].entries()) {
		const [kind = 'score', config] = configs[at] ?? [];
		await store.writer
			.updateTable('runs')
			.set({ kind, config_json: JSON.stringify({ seed: 1, config }) })
			.where('run_id', '=', id)
			.execute();
	}
	const compared = await compareRuns(store, [trained.runId, runId]);
	assert.deepEqual(compared.metrics, []);
	assert.deepEqual(compared.settings, [
		{ path: 'key', first: 'id', second: 'row' },
		{ path: 'alertBudget', first: null, second: 5 },
	]);
	assert.match(comparisonPage(compared), /not set/);
});

onBothStores('records of one table are known again though other columns are their keys', async (t) => {
	const first = await seededRun(t, 20);
	const { store, modelId } = first;
	await publishAll(first, scores(20));
	await insertDataset(store, describeDataset(20, { dataset_id: 'payments-by-row' }));
	const other = { ...first, datasetId: 'payments-by-row' };
	const runId = await startRun(store, { datasetId: other.datasetId, modelId, runKey: 'by-row' });
	const [named, scored] = [
		await attemptOf(store, runId, 'publish-records'),
		await attemptOf(store, runId, 'publish-scores'),
	];
	const renamed = records(20).map((record) => ({ ...record, key: `row-${record.row_number}` }));
	await publishRecords(store, { ...named, shard: 0, datasetId: other.datasetId }, renamed);
	await publishScores(store, { ...scored, shard: 0, datasetId: other.datasetId, modelId }, scores(20));
	const { isSameData, overlap, moved } = await compareRuns(store, [first.runId, runId]);
	assert.deepEqual({ isSameData, overlap, moved }, { isSameData: true, overlap: [{ k: 10, both: 10 }], moved: [] });
});
