import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { hiddenColumnsOf } from '../../src/console/api/describe-item.ts';
import { assignItems, claimItems, claimNext, listHeld, releaseItems } from '../../src/review/claim-items.ts';
import { endedItems } from '../../src/review/leases.ts';
import { escalateItems, noteItems, snoozeItems } from '../../src/review/move-items.ts';
import { readItem } from '../../src/review/read-item.ts';
import { verifyAudit } from '../../src/review/verify-audit.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { eventsOf, filledQueue, itemOf, later, NOON } from './queue-fixture.ts';

const ann = { actor: 'ann', now: NOON };
const bob = { actor: 'bob', now: NOON };
const idsOf = (items: readonly { readonly item_id: number }[]) => items.map(({ item_id }) => item_id);

onBothStores('the most urgent free item is claimed for as long as a lease lasts', async (t) => {
	const { store } = await filledQueue(t, 4);
	assert.deepEqual(idsOf(await claimNext(store, ann)), [1]);
	assert.deepEqual(idsOf(await claimNext(store, { ...bob, count: 2 })), [2, 3]);
	assert.deepEqual(idsOf(await claimNext(store, { ...ann, count: 5 })), [4]);
	assert.deepEqual(await claimNext(store, bob), []);
	const item = await itemOf(store, 1);
	assert.deepEqual([item.state, item.assignee, item.lease_expires_at], ['in_review', 'ann', later(15).toISOString()]);
	assert.deepEqual(idsOf(await listHeld(store, ann)), [1, 4]);
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores('a lease that has expired is for the next who asks, and the log tells it', async (t) => {
	const { store } = await filledQueue(t, 1, { queue: { lease_minutes: 5 } });
	await claimNext(store, ann);
	assert.deepEqual(await claimNext(store, { ...bob, now: later(4) }), []);
	assert.deepEqual(idsOf(await claimNext(store, { ...bob, now: later(5) })), [1]);
	assert.deepEqual(
		(await eventsOf(store, 1)).map(([kind, actor]) => `${kind} by ${actor}`),
		['opened by counterfoil', 'claimed by ann', 'expired by counterfoil', 'claimed by bob'],
	);
	assert.deepEqual(await listHeld(store, { ...ann, now: later(6) }), []);
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores('activity renews a lease, and nobody else can take or release the item meanwhile', async (t) => {
	const { store } = await filledQueue(t, 2);
	await claimItems(store, [2], ann);
	await noteItems(store, [2], { actor: 'ann', now: later(10), note: 'called the customer' });
	assert.equal((await itemOf(store, 2)).lease_expires_at, later(25).toISOString());
	await claimItems(store, [2], { actor: 'ann', now: later(20) });
	assert.equal((await itemOf(store, 2)).lease_expires_at, later(35).toISOString());
	for (const attempt of [
		() => claimItems(store, [1, 2], { actor: 'bob', now: later(30) }),
		() => releaseItems(store, [2], { actor: 'bob', now: later(30) }),
		() => snoozeItems(store, [2], { actor: 'bob', now: later(30), until: later(90) }),
	]) {
		await assert.rejects(attempt(), { code: 'ITEM_HELD', where: 'item 2', message: /ann holds the item until/ });
	}
	// All or none: the free item was not claimed either.
	assert.equal((await itemOf(store, 1)).state, 'new');
	await claimItems(store, [2], { actor: 'bob', now: later(36) });
	assert.equal((await itemOf(store, 2)).assignee, 'bob');
	// Someone else's note does not make the lease longer.
	await noteItems(store, [2], { actor: 'ann', now: later(40), note: 'one more thing' });
	assert.equal((await itemOf(store, 2)).lease_expires_at, later(51).toISOString());
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores('what is released, snoozed or handed on comes to whom it should', async (t) => {
	const { store } = await filledQueue(t, 3);
	await claimNext(store, { ...ann, count: 3 });
	await releaseItems(store, [1], ann);
	await snoozeItems(store, [2], { ...ann, until: later(60), note: 'the shop opens at one' });
	await assignItems(store, [3], { ...ann, to: 'bob' });
	assert.deepEqual(idsOf(await claimNext(store, { ...bob, count: 9 })), [1]);
	assert.deepEqual(idsOf(await listHeld(store, bob)), [1, 3]);
	const awake = await claimNext(store, { actor: 'cat', now: later(60), count: 9 });
	assert.deepEqual(idsOf(awake), [1, 2, 3]);
	const item = await itemOf(store, 2);
	assert.deepEqual([item.state, item.assignee, item.snoozed_until], ['in_review', 'cat', null]);
	await assert.rejects(snoozeItems(store, [2], { ...ann, until: NOON }), { code: 'USAGE' });
	await assert.rejects(claimItems(store, [9], ann), { code: 'NOT_FOUND', where: 'item 9' });
});

onBothStores('an escalated item goes to someone else and stays escalated until it is decided', async (t) => {
	const { store } = await filledQueue(t, 2);
	await claimNext(store, ann);
	await escalateItems(store, [1], { ...ann, reason: 'too large for me' });
	assert.deepEqual(idsOf(await claimNext(store, { ...ann, escalated: true })), []);
	assert.deepEqual(idsOf(await claimNext(store, { ...bob, count: 9 })), [2]);
	assert.deepEqual(idsOf(await claimNext(store, { ...bob, escalated: true })), [1]);
	await releaseItems(store, [1], bob);
	assert.equal((await itemOf(store, 1)).state, 'escalated');
	await assert.rejects(escalateItems(store, [2], { ...ann, reason: ' ' }), { code: 'USAGE' });
});

onBothStores('a queue is named by its name, and a mistyped name is told what it may mean', async (t) => {
	const { store } = await filledQueue(t, 1);
	assert.deepEqual(idsOf(await claimNext(store, { ...ann, queueName: 'default', datasetName: 'payments' })), [1]);
	await assert.rejects(claimNext(store, { ...ann, queueName: 'defualt' }), { hint: 'did you mean default?' });
	await assert.rejects(claimNext(store, { ...ann, datasetName: 'payment' }), { hint: 'did you mean payments?' });
});

test('what ends first is found without looking at everything that is in review', async (t) => {
	const { store } = await filledQueue(t, 3);
	for (const [state, index] of [
		['in_review', 'lease'],
		['snoozed', 'snooze'],
	] as const) {
		const text = endedItems(store.reader, state, 'now').compile().sql.replaceAll('?', "'2026'");
		const { rows } = await sql.raw<{ detail: string }>(`explain query plan ${text}`).execute(store.reader);
		assert.match(rows.map(({ detail }) => detail).join(), new RegExp(`USING INDEX review_items_by_${index} `));
	}
});

test('columns that tell the truth are named to whoever shows an item, so that it shows none of them', async (t) => {
	const { store } = await filledQueue(t, 1);
	const columns = ['feature', 'label', 'truth', 'ignored'].map((role) => ({ name: role, kind: 'text', role }));
	await store.writer
		.updateTable('datasets')
		.set({ columns_json: JSON.stringify(columns) })
		.execute();
	assert.deepEqual((await readItem(store, 1)).labelColumns, ['label', 'truth']);
});

onBothStores('what a model knows as the truth is not shown of a table that was taken in without a word', async (t) => {
	const { store } = await filledQueue(t, 1);
	const columns = ['amount', 'is_fraud', 'kind'].map((name) => ({ name, kind: 'text', role: 'feature' }));
	await store.writer
		.updateTable('datasets')
		.set({ columns_json: JSON.stringify(columns) })
		.execute();
	const shown = async () => (await readItem(store, 1)).labelColumns;
	assert.deepEqual(await shown(), []);
	const config = { label: 'is_fraud', truth: ['kind', 'closed'] };
	await store.writer
		.updateTable('models')
		.set({ config_json: JSON.stringify(config) })
		.execute();
	assert.deepEqual(await shown(), ['is_fraud', 'kind']);
	assert.deepEqual([...((await hiddenColumnsOf(store)).get('payments-1')?.truth ?? [])], ['is_fraud', 'kind']);
});

onBothStores(
	'the log is one chain whatever is written into it, and whoever gives its events their hashes',
	async (t) => {
		const { store } = await filledQueue(t, 3);
		const actor = 'Zoë "the \\ line"\n\t\u{1F600}';
		const [item] = await claimNext(store, { actor, now: NOON, count: 2 });
		await noteItems(store, [item?.item_id ?? 0], { actor, now: NOON, note: `it's "\u2028"` });
		const { events, problem } = await verifyAudit(store);
		assert.deepEqual([events, problem], [6, null]);
	},
);
