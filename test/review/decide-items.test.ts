import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { claimItems, claimNext } from '../../src/review/claim-items.ts';
import { decideItems, listReasonCodes, putReasonCode } from '../../src/review/decide-items.ts';
import { reopenItems, snoozeItems } from '../../src/review/move-items.ts';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { undoDecisions } from '../../src/review/undo-decisions.ts';
import { verifyAudit } from '../../src/review/verify-audit.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { eventsOf, filledQueue, itemOf, later, NOON } from './queue-fixture.ts';

const ann = { actor: 'ann', now: NOON };
const bob = { actor: 'bob', now: later(5) };
const fraud = { decision: 'fraud', reasonCode: 'stolen_card' } as const;
const legitimate = { decision: 'legitimate', reasonCode: 'data_error' } as const;

async function truth(store: Store): Promise<string[]> {
	const labels = await store.reader.selectFrom('latest_labels').selectAll().orderBy('record_key').execute();
	return labels.map(({ record_key, label, source, actor }) => `${record_key} ${label} by ${actor} (${source})`);
}

onBothStores('a decision closes the item, becomes the label of its record and tells how long it took', async (t) => {
	const { store } = await filledQueue(t, 3);
	await claimNext(store, ann);
	const done = await decideItems(store, [1], { actor: 'ann', now: later(3), ...fraud, note: 'the customer called' });
	assert.deepEqual([done.waiting, done.events], [[], { first: 5, last: 5 }]);
	const item = await itemOf(store, 1);
	assert.deepEqual(
		[item.state, item.decision, item.reason_code, item.decided_by, item.closed_at, item.assignee],
		['decided', 'fraud', 'stolen_card', 'ann', later(3).toISOString(), null],
	);
	const [, , decided] = await eventsOf(store, 1);
	assert.deepEqual([decided?.[0], decided?.[2].decision, decided?.[2].seconds_spent], ['decided', 'fraud', 180]);
	assert.doesNotMatch(JSON.stringify(decided), /customer called/);
	assert.deepEqual(await truth(store), ['k3 fraud by ann (review)']);
	const [stats] = await store.reader.selectFrom('reviewer_stats').selectAll().execute();
	assert.deepEqual([stats?.decided, stats?.fraud, stats?.mean_seconds], [1, 1, 180]);
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores(
	'what someone else holds, what is decided and what has no such reason is refused, all or nothing',
	async (t) => {
		const { store } = await filledQueue(t, 3);
		await claimItems(store, [2], ann);
		await assert.rejects(decideItems(store, [1, 2], { ...bob, ...fraud }), { code: 'ITEM_HELD', where: 'item 2' });
		assert.equal((await itemOf(store, 1)).state, 'new');
		await decideItems(store, [1], { ...bob, ...fraud });
		await assert.rejects(decideItems(store, [1], { ...bob, ...legitimate }), { code: 'ITEM_STATE' });
		await assert.rejects(decideItems(store, [3], { ...bob, decision: 'fraud', reasonCode: 'stolen_cart' }), {
			code: 'NOT_FOUND',
			hint: 'did you mean stolen_card?',
		});
		await assert.rejects(decideItems(store, [3], { ...bob, decision: 'fraud', reasonCode: 'data_error' }), {
			code: 'USAGE',
			message: 'The reason is one for legitimate.',
		});
		await putReasonCode(store, { code: 'mule_account', decision: 'fraud', description: 'Money passes through.' });
		await decideItems(store, [3], { ...bob, decision: 'fraud', reasonCode: 'mule_account' });
		await putReasonCode(store, { code: 'mule_account', decision: 'fraud', description: 'Old.', isRetired: true });
		assert.equal((await listReasonCodes(store)).find(({ code }) => code === 'mule_account')?.is_retired, 1);
		await assert.rejects(putReasonCode(store, { code: 'Two Words', decision: 'fraud', description: '' }), {
			code: 'USAGE',
		});
	},
);

onBothStores('many items are decided at once, and undone at once as long as nothing else was done', async (t) => {
	const { store } = await filledQueue(t, 5);
	await claimItems(store, [1, 2], ann);
	const { events } = await decideItems(store, [1, 2, 3, 4], { ...ann, ...legitimate });
	assert.equal((await truth(store)).length, 4);
	await decideItems(store, [5], { ...bob, ...fraud });
	assert.ok(events);
	await assert.rejects(undoDecisions(store, { ...bob, events }), { code: 'NOT_FOUND' });
	const undone = await undoDecisions(store, { actor: 'ann', now: later(1), note: 'wrong button' });
	assert.deepEqual(
		undone.undone.map(({ decision, reason, itemIds }) => [decision, reason, itemIds]),
		[['legitimate', legitimate.reasonCode, [1, 2, 3, 4]]],
	);
	assert.deepEqual(
		undone.items.map((item) => [item.item_id, item.state, item.assignee, item.decision, item.closed_at]),
		[1, 2, 3, 4].map((id) => [id, 'new', null, null, null]),
	);
	assert.deepEqual(await truth(store), ['k1 fraud by bob (review)']);
	await assert.rejects(undoDecisions(store, { actor: 'ann', events }), { code: 'ITEM_STATE' });
	await decideItems(store, [1], { actor: 'ann', now: later(9), ...fraud });
	assert.deepEqual(await truth(store), ['k1 fraud by bob (review)', 'k5 fraud by ann (review)']);
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores('from an amount on a second person must confirm, in the program and in the database', async (t) => {
	const { store } = await filledQueue(t, 3, { queue: { value_column: 'amount', second_review_above: 3 } });
	assert.deepEqual(
		[await itemOf(store, 1), await itemOf(store, 2)].map((item) => [item.amount, item.needs_second]),
		[
			[3, 1],
			[2, 0],
		],
	);
	const first = await decideItems(store, [1, 2], { ...ann, ...fraud });
	assert.deepEqual(first.waiting, [1]);
	assert.deepEqual(await truth(store), ['k2 fraud by ann (review)']);
	await assert.rejects(decideItems(store, [1], { ...ann, ...fraud }), { code: 'SECOND_REVIEWER_NEEDED' });
	await assert.rejects(
		sql`update review_items set state = 'decided', closed_at = 'now', decided_by = 'ann' where item_id = 1`.execute(
			store.writer,
		),
		/second person/,
	);
	// Undone, it is as if nobody had looked.
	const { undone } = await undoDecisions(store, ann);
	const at = undone[0]?.at;
	assert.deepEqual(undone, [{ decision: 'fraud', reason: fraud.reasonCode, at, itemIds: [1, 2] }]);
	assert.equal((await itemOf(store, 1)).state, 'new');
	await decideItems(store, [1], { actor: 'ann', now: later(1), ...fraud });
	const [waiting] = await claimNext(store, { ...bob, escalated: true });
	assert.deepEqual([waiting?.item_id, waiting?.proposed_decision], [1, 'fraud']);
	assert.deepEqual((await decideItems(store, [1], { ...bob, ...legitimate })).waiting, []);
	assert.deepEqual((await truth(store))[0], 'k3 legitimate by bob (review)');
	await undoDecisions(store, { actor: 'bob', now: later(7) });
	const item = await itemOf(store, 1);
	assert.deepEqual([item.state, item.proposed_by, item.decided_by], ['escalated', 'ann', null]);
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores('what is decided comes back only with a reason, and its label goes', async (t) => {
	const { store, runId } = await filledQueue(t, 2);
	await decideItems(store, [1], { ...ann, ...fraud });
	assert.equal((await publishQueue(store, { runId })).known, 2);
	await assert.rejects(reopenItems(store, [1], { ...bob, reason: '' }), { code: 'USAGE' });
	await assert.rejects(reopenItems(store, [2], { ...bob, reason: 'why not' }), { code: 'ITEM_STATE' });
	await assert.rejects(
		sql`update review_items set state = 'new', closed_at = null where item_id = 1`.execute(store.writer),
		/says why/,
	);
	await reopenItems(store, [1], { ...bob, reason: 'the customer wrote' });
	const item = await itemOf(store, 1);
	assert.deepEqual([item.state, item.decision, item.decided_by], ['new', null, null]);
	assert.deepEqual(await truth(store), []);
	const notes = await store.reader.selectFrom('review_notes').selectAll().execute();
	assert.deepEqual(
		notes.map(({ item_id, note }) => [item_id, note]),
		[[1, 'the customer wrote']],
	);
	// Nobody else can do it either without the reason being written down.
	await sql`update review_items set state = 'decided', closed_at = 'now' where item_id = 2`.execute(store.writer);
	await assert.rejects(
		sql`insert into review_events (event_id, item_id, kind, actor, at, after_json, prev_sha256, row_sha256)
			select event_id + 1, 2, 'reopened', 'eve', 'now', '{}', row_sha256, 'x' from review_events
			order by event_id desc limit 1`.execute(store.writer),
		/with a reason/,
	);
});

onBothStores(
	'notes that are altered or removed, and items that are not what their events say, are found',
	async (t, kind) => {
		const { store } = await filledQueue(t, 2);
		await snoozeItems(store, [1], { ...ann, until: later(60), note: 'asked the bank' });
		const table = kind === 'postgres' ? ' on review_notes' : '';
		await sql.raw(`drop trigger review_notes_no_update${table}`).execute(store.writer);
		const tamper = async (statement: string) => {
			await sql.raw(statement).execute(store.writer);
			return (await verifyAudit(store)).problem;
		};
		assert.deepEqual(await tamper(`update review_notes set note = 'asked nobody'`), {
			eventId: 3,
			itemId: 1,
			message: 'The note of event 3 was altered.',
		});
		assert.equal((await tamper('delete from review_notes'))?.message, 'The note of event 3 was removed.');
		const { store: other } = await filledQueue(t, 2);
		const { head } = await verifyAudit(other);
		await sql`update review_items set state = 'decided', decision = 'legitimate', closed_at = 'now' where item_id = 2`.execute(
			other.writer,
		);
		const { problem } = await verifyAudit(other);
		assert.deepEqual(
			[problem?.itemId, problem?.message],
			[2, 'Item 2 was altered: its state is not what its events say.'],
		);
		const { store: third } = await filledQueue(t, 2);
		assert.equal((await verifyAudit(third, { head })).problem?.message, 'No event has the hash that was noted.');
		assert.equal((await verifyAudit(third, { head: (await verifyAudit(third)).head })).problem, null);
	},
);
