import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decideItems } from '../../src/review/decide-items.ts';
import { listKnownLabels } from '../../src/review/known-labels.ts';
import { undoDecisions } from '../../src/review/undo-decisions.ts';
import { importLabelFile } from '../../src/runtime/import-label-file.ts';
import { onBothStores, temporaryFolder } from '../store/on-both-stores.ts';
import { filledQueue, later, NOON } from './queue-fixture.ts';

onBothStores('late truths keep their source and their time, and never replace what was known', async (t) => {
	const { store } = await filledQueue(t, 3, { rows: 6 });
	const path = join(temporaryFolder(t), 'chargebacks.csv');
	writeFileSync(
		path,
		[
			'payment,outcome,reported',
			'k6,C,2026-03-02',
			'k5,ok,2026-03-03 10:00:00',
			'k1,C,2026-03-04T00:00:00+01:00',
			'gone,C,2026-03-04',
			'k2,perhaps,2026-03-04',
			'k3,C,4th of March',
			'k4,C,2999-01-01',
			',C,2026-03-04',
			'',
		].join('\n'),
	);
	const options = {
		path,
		datasetName: 'payments',
		keyColumn: 'payment',
		label: { column: 'outcome' },
		fraudValues: ['C'],
		knownAt: { column: 'reported' },
		actor: 'ann',
		now: new Date('2026-04-01T00:00:00Z'),
	};
	const first = await importLabelFile(store, options);
	assert.deepEqual(
		{ ...first, refused: Object.fromEntries(Object.entries(first.refused).map(([why, { rows }]) => [why, rows])) },
		{
			source: 'chargebacks',
			rows: 8,
			unreadable: 0,
			added: 4,
			known: 0,
			withoutRecord: 1,
			contradicting: [],
			refused: {
				'a label that is not understood': [5],
				'a time that is not understood': [6],
				'known in the future': [7],
				'no key': [8],
			},
		},
	);
	const again = await importLabelFile(store, options);
	assert.deepEqual([again.added, again.known], [0, 4]);
	const turned = await importLabelFile(store, { ...options, fraudValues: [], legitimateValues: ['C'] });
	assert.deepEqual([turned.added, turned.contradicting], [0, [1, 3, 4]]);

	// What the analyst said before is known too, but not what became known last.
	await decideItems(store, [1], { actor: 'ann', now: NOON, decision: 'legitimate', reasonCode: 'data_error' });
	const latest = await store.reader.selectFrom('latest_labels').selectAll().orderBy('record_key').execute();
	assert.deepEqual(
		latest.map(({ record_key, label, source, labels, is_disputed }) => [
			record_key,
			label,
			source,
			labels,
			is_disputed,
		]),
		[
			['gone', 'fraud', 'chargebacks', 1, 0],
			['k1', 'fraud', 'chargebacks', 1, 0],
			['k5', 'legitimate', 'chargebacks', 1, 0],
			['k6', 'fraud', 'chargebacks', 2, 1],
		],
	);
	assert.equal(latest[1]?.known_at, '2026-03-03T23:00:00.000Z');
});

onBothStores('what was known at a time is told without what came later', async (t) => {
	const { store } = await filledQueue(t, 2);
	await decideItems(store, [1], { actor: 'ann', now: NOON, decision: 'legitimate', reasonCode: 'data_error' });
	await undoDecisions(store, { actor: 'ann', now: later(10) });
	await decideItems(store, [1], { actor: 'ann', now: later(20), decision: 'fraud', reasonCode: 'stolen_card' });
	const knownAt = async (minutes: number) =>
		(await listKnownLabels(store, { datasetName: 'payments', asOf: later(minutes) })).map(({ label }) => label);
	assert.deepEqual(await knownAt(-1), []);
	assert.deepEqual(await knownAt(5), ['legitimate']);
	assert.deepEqual(await knownAt(15), []);
	assert.deepEqual(await knownAt(25), ['fraud']);
	assert.deepEqual(await listKnownLabels(store, { datasetName: 'other' }), []);
});

onBothStores('a data set, a column and a source that cannot be are refused in kind words', async (t) => {
	const { store } = await filledQueue(t, 1);
	const path = join(temporaryFolder(t), 'x.csv');
	writeFileSync(path, 'id,when\nk1,2026-01-01\n');
	const options = {
		path,
		datasetName: 'payments',
		keyColumn: 'id',
		label: { all: 'fraud' as const },
		knownAt: { column: 'when' },
		actor: 'ann',
	};
	await assert.rejects(importLabelFile(store, { ...options, datasetName: 'paymnets' }), {
		code: 'NOT_FOUND',
		hint: 'did you mean payments?',
	});
	await assert.rejects(importLabelFile(store, { ...options, knownAt: { column: 'wen' } }), {
		code: 'COLUMN_UNKNOWN',
		hint: 'did you mean when?',
	});
	await assert.rejects(importLabelFile(store, { ...options, source: 'review' }), { code: 'USAGE' });
	assert.equal((await importLabelFile(store, options)).added, 1);
});
