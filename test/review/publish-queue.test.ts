import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { listQueue } from '../../src/review/list-queue.ts';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { verifyAudit } from '../../src/review/verify-audit.ts';
import type { NewScore } from '../../src/store/shards.ts';
import { publishScores } from '../../src/store/shards.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { attemptOf, publishAll, type SeededRun, scores, seededRun, startRun } from '../store/seeded-store.ts';

async function scoredRun(t: Parameters<typeof seededRun>[0], rows: readonly NewScore[]): Promise<SeededRun> {
	const run = await seededRun(t, rows.length);
	await publishAll(run, rows);
	return run;
}

/** A further run over the same records. */
async function scoreAgain(run: SeededRun, rows: readonly NewScore[]): Promise<SeededRun> {
	const { store, datasetId, modelId } = run;
	const runId = await startRun(store, { datasetId, modelId });
	const attempt = await attemptOf(store, runId, 'publish-scores');
	await publishScores(store, { ...attempt, shard: 0, datasetId, modelId }, rows);
	return { ...run, runId };
}

onBothStores('the alerts of a run become items, highest first, with record and reasons', async (t) => {
	const { store, runId } = await scoredRun(t, scores(10, 3));
	assert.deepEqual(await publishQueue(store, { runId }), {
		queueId: 1,
		opened: 3,
		appended: 0,
		known: 0,
		leftOut: 0,
		audited: 0,
	});
	const queue = await listQueue(store);
	assert.deepEqual(
		queue.map((entry) => [entry.record_key, entry.state, entry.severity, entry.top_reason, entry.record]),
		[10, 9, 8].map((i) => [`k${i}`, 'new', 'critical', 'amount', { id: `k${i}`, amount: i }]),
	);
	assert.deepEqual(queue[0]?.reasons, [{ column: 'amount', contribution: 1 }]);
	const [, second] = queue;
	assert.ok(second);
	const rest = await listQueue(store, { after: second, datasetName: 'payments', queueName: 'default', state: 'new' });
	assert.deepEqual(
		rest.map((entry) => entry.record_key),
		['k8'],
	);
	assert.deepEqual(await listQueue(store, { datasetName: 'other' }), []);
});

onBothStores('publishing the same run again changes nothing', async (t) => {
	const { store, runId } = await scoredRun(t, scores(10, 3));
	await publishQueue(store, { runId });
	const tables = () =>
		Promise.all([
			store.reader.selectFrom('review_items').selectAll().execute(),
			store.reader.selectFrom('review_events').selectAll().execute(),
			store.reader.selectFrom('queues').selectAll().execute(),
		]);
	const before = await tables();
	const again = await publishQueue(store, { runId });
	assert.deepEqual(again, { queueId: 1, opened: 0, appended: 0, known: 3, leftOut: 0, audited: 0 });
	assert.deepEqual(await tables(), before);
});

onBothStores(
	'a budget takes the highest scores, ties by surprise and then by row; a threshold all from there on',
	async (t) => {
		const rows = scores(6).map((row) => ({ ...row, score: row.row_number === 1 ? 0.99 : 0.5, surprise: 1 }));
		const tied = rows.map((row) => (row.row_number === 5 ? { ...row, surprise: 2 } : row));
		const { store, runId } = await scoredRun(t, tied);
		const budget = await publishQueue(store, { runId, queueName: 'budget', alertBudget: 3 });
		assert.equal(budget.opened, 3);
		assert.deepEqual(
			(await listQueue(store, { queueName: 'budget' })).map((entry) => entry.record_key),
			['k1', 'k5', 'k2'],
		);
		await publishQueue(store, { runId, queueName: 'threshold', scoreThreshold: 0.9 });
		assert.equal((await listQueue(store, { queueName: 'threshold' })).length, 1);
		// Nothing is an alert, so the default queue stays empty.
		assert.equal((await publishQueue(store, { runId })).opened, 0);
		await assert.rejects(publishQueue(store, { runId, alertBudget: 1, scoreThreshold: 0.5 }), { code: 'USAGE' });
		await assert.rejects(publishQueue(store, { runId: 'none' }), { code: 'NOT_FOUND' });
	},
);

onBothStores(
	'a larger budget for the same run adds only what is new, by the rule that the queue was made with otherwise',
	async (t) => {
		const { store, runId } = await scoredRun(t, scores(10));
		await publishQueue(store, { runId, alertBudget: 2 });
		const more = await publishQueue(store, { runId, alertBudget: 5 });
		assert.deepEqual([more.opened, more.known], [3, 2]);
		const same = await publishQueue(store, { runId });
		assert.deepEqual([same.opened, same.known], [0, 2]);
	},
);

onBothStores('a hit of a later run is added to the open item, whose priority only rises', async (t) => {
	const first = await scoredRun(t, scores(4, 2));
	const { store } = first;
	await publishQueue(store, first);
	const second = await scoreAgain(
		first,
		scores(4, 2).map((row) => ({ ...row, score: row.row_number === 4 ? 0.99 : 0.1 })),
	);
	assert.deepEqual(await publishQueue(store, second), {
		queueId: 1,
		opened: 0,
		appended: 2,
		known: 0,
		leftOut: 0,
		audited: 0,
	});
	const [highest, lower] = await listQueue(store);
	assert.deepEqual(
		[highest?.record_key, highest?.priority, highest?.hits, highest?.version, highest?.run_id],
		['k4', 0.99, 2, 2, second.runId],
	);
	assert.deepEqual(
		[lower?.record_key, lower?.priority, lower?.hits, lower?.version, lower?.run_id],
		['k3', 3 / 5, 2, 2, first.runId],
	);
	const events = await store.reader.selectFrom('review_events').selectAll().orderBy('event_id').execute();
	assert.deepEqual(
		events.map((event) => [event.kind, event.run_id, event.row_number, event.after_json]),
		[
			['opened', first.runId, 4, '{"state":"new","priority":0.8,"hits":1}'],
			['opened', first.runId, 3, '{"state":"new","priority":0.6,"hits":1}'],
			['hit', second.runId, 4, '{"priority":0.99,"hits":2}'],
			['hit', second.runId, 3, '{"priority":0.6,"hits":2}'],
		],
	);
});

onBothStores('hits of one entity within a run become one item, ordered by what could be lost', async (t) => {
	const { store, runId } = await scoredRun(t, scores(4, 3));
	await sql`update records set data_json = '{"customer":"c1","amount":"-500"}' where row_number = 2`.execute(
		store.writer,
	);
	await sql`update records set data_json = '{"customer":"c1","amount":10}' where row_number = 3`.execute(store.writer);
	await sql`update records set data_json = '{"customer":null,"amount":null}' where row_number = 4`.execute(
		store.writer,
	);
	await sql`insert into queues (dataset_name, name, entity_column, value_column, due_hours, created_at)
		values ('payments', 'default', 'customer', 'amount', 24, 'now')`.execute(store.writer);
	const published = await publishQueue(store, { runId });
	assert.deepEqual([published.opened, published.appended], [2, 1]);
	const [customer, nobody] = await listQueue(store);
	assert.deepEqual(
		[customer?.entity_key, customer?.record_key, customer?.priority, customer?.hits],
		['c1', 'k2', 0.4 * 500, 2],
	);
	assert.deepEqual([nobody?.entity_key, nobody?.priority], ['k4', 0]);
	assert.equal(Date.parse(customer?.due_at ?? '') - Date.parse(customer?.opened_at ?? ''), 86_400_000);

	await sql`update queues set entity_column = 'client'`.execute(store.writer);
	await assert.rejects(publishQueue(store, { runId }), { code: 'COLUMN_UNKNOWN', where: 'column "client"' });
});

onBothStores('suppressed entities and records that were decided stay out', async (t) => {
	const first = await scoredRun(t, scores(4, 2));
	const { store } = first;
	await publishQueue(store, first);
	await sql`update review_items set state = 'decided', closed_at = 'now' where record_key = 'k4'`.execute(store.writer);
	await sql`insert into suppressions (queue_id, entity_key, reason, created_by, created_at, expires_at) values
		(1, 'k3', 'known', 'ann', 'now', '9999-01-01'), (1, 'k2', 'known', 'ann', 'now', '2000-01-01')`.execute(
		store.writer,
	);
	const second = await scoreAgain(first, scores(4, 3));
	const published = await publishQueue(store, second);
	assert.deepEqual([published.opened, published.appended, published.leftOut], [1, 0, 2]);
	assert.deepEqual(
		(await listQueue(store)).map((entry) => entry.record_key),
		['k3', 'k2'],
	);
});

onBothStores('the log cannot be changed through SQL', async (t) => {
	const { store, runId } = await scoredRun(t, scores(4, 2));
	await publishQueue(store, { runId });
	const columns =
		'event_id, item_id, kind, actor, at, run_id, row_number, before_json, after_json, prev_sha256, row_sha256';
	for (const statement of [
		`update review_events set actor = 'nobody'`,
		`delete from review_events where event_id = 2`,
		...(store.dialect === 'sqlite'
			? [`insert or replace into review_events select ${columns} from review_events where event_id = 1`]
			: []),
		`insert into review_events select 3, item_id, kind, 'nobody', at, run_id, row_number, before_json, after_json,
			prev_sha256, 'x' from review_events where event_id = 2`,
	]) {
		await assert.rejects(sql.raw(statement).execute(store.writer), /append-only|hash chain/);
	}
	assert.equal((await verifyAudit(store)).problem, null);
});

onBothStores('whoever gets around the triggers is found out: the first altered event is named', async (t) => {
	const { store, runId } = await scoredRun(t, scores(20, 8));
	await publishQueue(store, { runId });
	const sound = await verifyAudit(store);
	assert.deepEqual([sound.events, sound.problem], [8, null]);
	const last = await store.reader
		.selectFrom('review_events')
		.select('row_sha256')
		.where('event_id', '=', 8)
		.executeTakeFirst();
	assert.equal(sound.head, last?.row_sha256);

	const isSqlite = store.dialect === 'sqlite';
	for (const trigger of ['no_update', 'no_delete', 'chained', ...(isSqlite ? ['no_replace'] : [])]) {
		const name = `review_events_${trigger}${isSqlite ? '' : ' on review_events'}`;
		await sql.raw(`drop trigger ${name}`).execute(store.writer);
	}
	const tamper = async (...statements: string[]) => {
		for (const statement of statements) await sql.raw(statement).execute(store.writer);
		return await verifyAudit(store);
	};
	const altered = await tamper(`update review_events set at = 'never' where event_id in (5, 7)`);
	assert.deepEqual([altered.events, altered.problem?.eventId], [4, 5]);
	assert.match(altered.problem?.message ?? '', /Event 5 was altered/);

	const rehashed = await tamper(`update review_events set row_sha256 = '${'a'.repeat(64)}' where event_id = 3`);
	assert.equal(rehashed.problem?.eventId, 3);

	const removed = await tamper('delete from review_events where event_id = 2');
	assert.deepEqual([removed.events, removed.problem?.message], [1, 'Event 2 is missing; the next is 3.']);

	const cutOff = await tamper('delete from review_events where event_id > 1');
	assert.deepEqual([cutOff.events, cutOff.problem?.eventId], [1, null]);
	assert.match(cutOff.problem?.message ?? '', /^Item 2 has 0 events/);
});
