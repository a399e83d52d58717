import assert from 'node:assert/strict';
import { decideItems } from '../../src/review/decide-items.ts';
import { importLabels } from '../../src/review/import-labels.ts';
import { listKnownLabels } from '../../src/review/known-labels.ts';
import { findRecordPlaces, listLabelNews } from '../../src/review/label-news.ts';
import { undoDecisions } from '../../src/review/undo-decisions.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { filledQueue, later, NOON } from './queue-fixture.ts';

onBothStores('the news of labels, gone through to any time, are what was known then', async (t) => {
	const { store, datasetId } = await filledQueue(t, 3, { rows: 6 });
	const decide = (item: number, decision: 'fraud' | 'legitimate', minutes: number) =>
		decideItems(store, [item], {
			actor: 'ann',
			now: later(minutes),
			decision,
			reasonCode: decision === 'fraud' ? 'stolen_identity' : 'data_error',
		});
	const imported = (recordKey: string, label: 'fraud' | 'legitimate' | 'unsure', minutes: number) => ({
		row: 1,
		recordKey,
		label,
		knownAt: later(minutes).toISOString(),
		reasonCode: null,
	});
	await decide(1, 'legitimate', 10);
	await decide(2, 'legitimate', 20);
	await undoDecisions(store, { actor: 'ann', now: later(30) });
	await importLabels(
		store,
		[imported('k6', 'fraud', 40), imported('k1', 'fraud', 5), imported('k1', 'unsure', 50), imported('x', 'fraud', 60)],
		{ datasetName: 'payments', source: 'bank', actor: 'ann', now: NOON },
		{ added: 0, known: 0, withoutRecord: 0, contradicting: [] },
	);
	const asOf = later(100).toISOString();
	const news = await listLabelNews(store, { datasetNames: ['payments', 'other'], asOf });
	for (const minutes of [0, 5, 10, 25, 30, 45, 55, 100]) {
		const known = new Map<string, string>();
		for (const { atMs, recordKey, isFraud } of news) {
			if (atMs > later(minutes).getTime()) break;
			if (isFraud === null) known.delete(recordKey);
			else known.set(recordKey, isFraud ? 'fraud' : 'legitimate');
		}
		const listed = await listKnownLabels(store, { datasetName: 'payments', asOf: later(minutes) });
		assert.deepEqual(
			[...known].sort(),
			listed.map(({ record_key, label }) => [record_key, label]),
			`after ${minutes} minutes`,
		);
	}
	assert.deepEqual(await listLabelNews(store, { datasetNames: [], asOf }), []);
	const places = await findRecordPlaces(store, 'payments', ['k1', 'k6', 'x']);
	assert.deepEqual(
		[...places].map(([key, place]) => [key, place.datasetId, place.rowNumber]),
		[
			['k1', datasetId, 1],
			['k6', datasetId, 6],
		],
	);
});
