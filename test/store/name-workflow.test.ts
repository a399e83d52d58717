import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameWorkflow, subjectOf } from '../../src/store/name-workflow.ts';
import { requestFor } from '../runtime/temporary-workspace.ts';

test('a workflow is named by what it does and to which data, so that two runs do not collide', () => {
	const of = (changes: Parameters<typeof requestFor>[0]) => nameWorkflow(requestFor(changes));
	assert.equal(of({ kind: 'ingest', source: '/data/today.csv.gz' }), 'counterfoil-ingest-today');
	assert.equal(
		of({ kind: 'score', source: '/data/x.csv', datasetName: 'Zürich, März' }),
		'counterfoil-score-Zürich-März',
	);
	assert.equal(of({ kind: 'train', datasetId: 'ds-1' }), 'counterfoil-train-ds-1');
	assert.equal(
		of({ kind: 'score', source: '/a/today.csv' }),
		of({ kind: 'score', source: '/b/today.csv', runId: 'other' }),
	);
	assert.equal(subjectOf(requestFor({ modelId: 'm' })), 'm');
});

test('rows are generated side by side, except into the same table', () => {
	const plan = (into: { kind: 'rows' } | { kind: 'table'; name: string; replace: boolean }) => ({
		rows: 1,
		conditions: [],
		balance: null,
		temperature: 1,
		complete: null,
		withoutConstraints: [],
		withKeys: false,
		override: null,
		into,
	});
	const of = (runId: string, into: Parameters<typeof plan>[0]) =>
		nameWorkflow(requestFor({ kind: 'augment', modelId: 'm', runId, augment: plan(into) }));
	assert.notEqual(of('a', { kind: 'rows' }), of('b', { kind: 'rows' }));
	const table = { kind: 'table', name: 'more rows', replace: true } as const;
	assert.equal(of('a', table), of('b', table));
	assert.equal(of('a', table), 'counterfoil-augment-into-more-rows');
});
