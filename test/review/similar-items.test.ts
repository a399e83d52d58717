import assert from 'node:assert/strict';
import { decideItems } from '../../src/review/decide-items.ts';
import { readItem } from '../../src/review/read-item.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { scores } from '../store/seeded-store.ts';
import { filledQueue, NOON } from './queue-fixture.ts';

const ann = { actor: 'ann', now: NOON };

/** Reasons of the features, the strongest first; the last speaks for the record. */
function reasonsOf(...features: string[]): string {
	const named = features.map((feature, at) => ({ column: feature, feature, contribution: 9 - at }));
	return JSON.stringify([
		...named,
		{ column: 'age', feature: 'age', contribution: -1 },
		{ column: null, contribution: 2 },
	]);
}

onBothStores('an item tells what was decided of others whose two strongest reasons are the same', async (t) => {
	// The last row is the first item.
	const reasons = [
		reasonsOf('country', 'device'),
		reasonsOf('amount', 'country'),
		reasonsOf('country', 'amount', 'device'),
		reasonsOf('amount', 'country'),
		reasonsOf('amount', 'country', 'device'),
	];
	const rows = scores(5, 5).map((score, i) => ({ ...score, reasons: reasons[i] as string }));
	const { store } = await filledQueue(t, 5, { scores: rows });
	assert.equal((await readItem(store, 1)).similar, null);
	await decideItems(store, [2], { ...ann, decision: 'legitimate', reasonCode: 'data_error' });
	await decideItems(store, [3, 5], { ...ann, decision: 'fraud', reasonCode: 'stolen_card' });
	const similar = (await readItem(store, 1)).similar;
	assert.deepEqual(
		[similar?.features, similar?.fraud, similar?.legitimate, similar?.unsure],
		[['amount', 'country'], 1, 1, 0],
	);
	assert.deepEqual(
		similar?.latest.map(({ item_id, decision }) => [item_id, decision]),
		[
			[3, 'fraud'],
			[2, 'legitimate'],
		],
	);
	// Of itself nothing is told.
	assert.deepEqual((await readItem(store, 5)).similar, null);
});
