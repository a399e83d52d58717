import assert from 'node:assert/strict';
import { claimNext } from '../../src/review/claim-items.ts';
import { decideItems } from '../../src/review/decide-items.ts';
import { findDiscoveryCut } from '../../src/review/discovery-cut.ts';
import { listQueue } from '../../src/review/list-queue.ts';
import { previewQueue } from '../../src/review/preview-queue.ts';
import { publishQueue, publishQueues } from '../../src/review/publish-queue.ts';
import { setQueue } from '../../src/review/set-queue.ts';
import { liftSuppression, listSuppressions, suppressEntity } from '../../src/review/suppress-entities.ts';
import { verifyAudit } from '../../src/review/verify-audit.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { scores } from '../store/seeded-store.ts';
import { filledQueue, itemOf, later, NOON } from './queue-fixture.ts';

const ann = { actor: 'ann', now: NOON };

async function findDefault(store: Awaited<ReturnType<typeof filledQueue>>['store']) {
	return await store.reader.selectFrom('queues').selectAll().executeTakeFirstOrThrow();
}

onBothStores('the share of false alarms is controlled as by Benjamini and Hochberg', async (t) => {
	// scipy 1.17.1: np.sum(scipy.stats.false_discovery_control(p, method='bh') <= q) for p as below
	const p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216, 0.222, 0.251, 0.269, 0.275, 0.34];
	const rows = scores(p.length).map((row, i) => ({ ...row, p_value: p[p.length - 1 - i] as number }));
	const { store, runId } = await filledQueue(t, 0, { rows: p.length, scores: rows });
	for (const [level, alerts] of [
		[0.01, 0],
		[0.05, 1],
		[0.1, 2],
		[0.155, 6],
		[0.2, 7],
		[0.4, 15],
	] as const) {
		const cut = await findDiscoveryCut(store.reader, runId, level);
		assert.equal(p.filter((value) => value <= cut).length, alerts, `level ${level}`);
	}
	await setQueue(store, { ...ann, datasetName: 'payments', fdrLevel: 0.2 });
	assert.equal((await publishQueue(store, { runId })).opened, 7);
	await assert.rejects(setQueue(store, { ...ann, datasetName: 'payments', fdrLevel: 0.2, alertBudget: 5 }), {
		code: 'USAGE',
	});
});

onBothStores(
	'a sample below the cut is drawn by the seed, stands for the rest, and looks like the alerts',
	async (t) => {
		const rows = 200;
		const sample = async () => {
			const run = await filledQueue(t, 10, { rows, queue: { audit_share: 0.1 } });
			const items = await run.store.reader.selectFrom('review_items').selectAll().orderBy('item_id').execute();
			return { ...run, items };
		};
		const { store, runId, items } = await sample();
		const audit = items.filter(({ origin }) => origin === 'audit');
		assert.equal(items.length - audit.length, 10);
		assert.equal(audit.length, 19);
		assert.ok(audit.every(({ weight }) => weight === 10));
		assert.ok(audit.every(({ row_number }) => (row_number as number) <= rows - 10));
		const priorities = new Set(items.filter(({ origin }) => origin === 'alert').map(({ priority }) => priority));
		assert.ok(audit.every(({ priority }) => priorities.has(priority)));
		assert.deepEqual((await publishQueue(store, { runId })).audited, 0);
		assert.equal((await listQueue(store, { limit: 99 })).length, 29);
		// Another run with the same seed and another id draws other rows, without bias by design of the generator.
		const drawn = new Set(audit.map(({ row_number }) => row_number));
		const other = (await sample()).items.filter(({ origin }) => origin === 'audit');
		assert.ok(other.some(({ row_number }) => !drawn.has(row_number)));
	},
);

onBothStores('a budget for a day is shared by all that fill the queue on that day', async (t) => {
	const { store, runId } = await filledQueue(t, 0, { rows: 20 });
	await setQueue(store, { ...ann, datasetName: 'payments', alertBudget: 5, budgetPer: 'day' });
	assert.equal((await publishQueue(store, { runId, now: NOON })).opened, 5);
	assert.equal((await publishQueue(store, { runId, now: later(60) })).opened, 0);
	assert.equal((await publishQueue(store, { runId, now: later(24 * 60) })).opened, 5);
	assert.equal((await listQueue(store)).length, 10);
});

onBothStores('a run that fills a queue again on the same day brings nothing new, whatever it brought', async (t) => {
	const alike = { rows: 200, queue: { alert_budget: 10, budget_per: 'day', audit_share: 0.1 } } as const;
	const { store, runId } = await filledQueue(t, 0, alike);
	const fill = (hours: number) => publishQueue(store, { runId, now: new Date(Date.now() + hours * 3_600_000) });
	const count = async () => {
		const items = await store.reader.selectFrom('review_items').select('origin').execute();
		return [items.filter(({ origin }) => origin === 'alert').length, items.length];
	};
	assert.deepEqual(await count(), [10, 29]);
	const again = await publishQueue(store, { runId });
	assert.deepEqual([again.opened, again.appended, again.audited], [0, 0, 0]);
	assert.deepEqual(await count(), [10, 29]);
	// The next ten; some of them were drawn at random before and are there already.
	const { opened, known } = await fill(24);
	assert.equal(known, 10 + (10 - opened));
	assert.equal((await fill(24)).opened, 0);
});

onBothStores('a run fills every queue of its data set, each by its own rule', async (t) => {
	const { store, runId } = await filledQueue(t, 2, { rows: 10 });
	await setQueue(store, { ...ann, datasetName: 'payments', queueName: 'wide', scoreThreshold: 0.5 });
	const published = await publishQueues(store, { runId });
	assert.deepEqual(
		published.map(({ opened, known }) => [opened, known]),
		[
			[0, 2],
			[5, 0],
		],
	);
});

onBothStores('what a queue is told is checked, and a new column of value changes what comes first', async (t) => {
	const { store } = await filledQueue(t, 3, { rows: 5 });
	await assert.rejects(setQueue(store, { ...ann, datasetName: 'payment' }), { hint: 'did you mean payments?' });
	await assert.rejects(setQueue(store, { ...ann, datasetName: 'payments', valueColumn: 'amuont' }), {
		code: 'COLUMN_UNKNOWN',
		hint: 'did you mean amount?',
	});
	await assert.rejects(setQueue(store, { ...ann, datasetName: 'payments', secondReviewAbove: 9 }), {
		hint: 'name it with --value COLUMN',
	});
	await setQueue(store, { ...ann, datasetName: 'payments', valueColumn: 'amount', secondReviewAbove: 5 });
	const first = await itemOf(store, 1);
	assert.deepEqual([first.amount, first.needs_second], [5, 1]);
	assert.ok(Math.abs(first.priority - (5 / 6) * 5) < 1e-12);
	assert.deepEqual([(await itemOf(store, 2)).amount, (await itemOf(store, 2)).needs_second], [4, 0]);
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores(
	'a preview counts without changing anything, and expects of new rows what labelled ones were',
	async (t) => {
		const rows = scores(400, 0).map((row, i) => ({ ...row, score: i < 360 ? 0.5 : 0.9991 }));
		const { store, runId } = await filledQueue(t, 0, { rows: 400, scores: rows });
		const [unknown] = await previewQueue(store, { runId, alertBudget: 40 });
		assert.deepEqual([unknown?.alerts, unknown?.labelled, unknown?.expectedPrecision], [40, 0, null]);
		await publishQueue(store, { runId, alertBudget: 20 });
		await decideItems(store, [1, 2, 3, 4, 5], { ...ann, decision: 'fraud', reasonCode: 'stolen_card' });
		const rest = Array.from({ length: 15 }, (_, i) => 6 + i);
		await decideItems(store, rest, { ...ann, decision: 'legitimate', reasonCode: 'data_error' });
		const before = await store.reader.selectFrom('review_events').select('event_id').execute();
		const [known] = await previewQueue(store, { runId, alertBudget: 40 });
		assert.deepEqual(
			[known?.labelled, known?.fraud, known?.expectedPrecision, known?.covered, known?.lowestScore],
			[20, 5, 0.25, 1, 0.9991],
		);
		const [half] = await previewQueue(store, { runId, scoreThreshold: 0 });
		assert.deepEqual([half?.alerts, half?.expectedPrecision, half?.covered], [400, 0.25, 0.1]);
		assert.equal((await previewQueue(store, { runId })).length, 6);
		assert.equal((await store.reader.selectFrom('review_events').select('event_id').execute()).length, before.length);
	},
);

onBothStores('a suppressed entity sleeps and stays out until the date, or until that is lifted', async (t) => {
	const { store, runId } = await filledQueue(t, 2, { rows: 4 });
	const queue = await findDefault(store);
	const until = later(60);
	const done = await suppressEntity(store, { ...ann, queue, entityKey: 'k4', until, reason: 'told us' });
	assert.deepEqual([done.itemId, (await itemOf(store, 1)).state], [1, 'snoozed']);
	await suppressEntity(store, { ...ann, queue, entityKey: 'k2', until, reason: 'test account' });
	const filled = await publishQueue(store, { runId, alertBudget: 4, now: NOON });
	assert.deepEqual([filled.opened, filled.leftOut, filled.known], [1, 1, 2]);
	const [, second] = await listSuppressions(store, { now: NOON });
	assert.deepEqual([second?.entity_key, second?.reason, second?.created_by], ['k2', 'test account', 'ann']);
	await liftSuppression(store, second?.suppression_id as number, { now: later(1) });
	assert.equal((await publishQueue(store, { runId, alertBudget: 4, now: later(2) })).opened, 1);
	await assert.rejects(liftSuppression(store, 99), { code: 'NOT_FOUND' });
	await assert.rejects(suppressEntity(store, { ...ann, queue, entityKey: 'k1', until: NOON, reason: 'x' }), {
		code: 'USAGE',
	});
	assert.deepEqual(
		(await claimNext(store, { actor: 'bob', now: later(61), count: 9 })).map(({ record_key }) => record_key),
		['k4', 'k3', 'k2', 'k1'],
	);
	assert.equal((await verifyAudit(store)).problem, null);
});
