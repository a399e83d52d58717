import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { openNamedFiles } from '../../src/artifacts/named-files.ts';
import { decideItems } from '../../src/review/decide-items.ts';
import { noteItems } from '../../src/review/move-items.ts';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { purgeRecord } from '../../src/review/purge-record.ts';
import { suppressEntity } from '../../src/review/suppress-entities.ts';
import { verifyAudit } from '../../src/review/verify-audit.ts';
import { purgeRecordEverywhere } from '../../src/runtime/purge-record-everywhere.ts';
import { checkStore } from '../../src/store/check-store.ts';
import { replaceRejects } from '../../src/store/rejects.ts';
import { finishRun } from '../../src/store/runs.ts';
import { publishRecords, publishScores } from '../../src/store/shards.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores, temporaryFolder } from '../store/on-both-stores.ts';
import { attemptOf, records, scores, startRun } from '../store/seeded-store.ts';
import { filledQueue, itemOf, later, NOON } from './queue-fixture.ts';

const ann = { actor: 'ann', now: NOON };
const KEY = 'IBAN7';

/** A queue of three, the first of which is about KEY, in every table that can hold it. */
async function queueWithPerson(t: Parameters<typeof filledQueue>[0]) {
	const run = await filledQueue(t, 3, { rows: 6 });
	const { store, runId, datasetId } = run;
	await sql`drop trigger ${sql.raw(store.dialect === 'sqlite' ? 'scores_no_update' : 'scores_no_update on scores')}`.execute(
		store.writer,
	);
	for (const table of ['records', 'scores', 'review_items']) {
		await sql`update ${sql.table(table)} set record_key = ${KEY} where row_number = 6`.execute(store.writer);
	}
	await sql`update review_items set entity_key = ${KEY} where item_id = 1`.execute(store.writer);
	await sql`update records set data_json = ${`{"id":"${KEY}","amount":6}`} where row_number = 6`.execute(store.writer);
	await finishRun(store, runId);
	await replaceRejects(store, datasetId, []);
	await sql`insert into rejects (dataset_id, line_number, error_type, message, raw_text) values
		(${datasetId}, 8, 'CAST', 'no number', ${`x,${KEY},y`}), (${datasetId}, 9, 'CAST', 'no number', ${`x,${KEY}1,y`})`.execute(
		store.writer,
	);
	return run;
}

async function textOf(store: Store, tables: readonly string[]): Promise<string> {
	const all: unknown[] = [];
	for (const table of tables) all.push((await sql`select * from ${sql.table(table)}`.execute(store.reader)).rows);
	return JSON.stringify(all);
}

const HOLDING = [
	'records',
	'scores',
	'labels',
	'review_items',
	'review_events',
	'review_notes',
	'suppressions',
	'purges',
];

onBothStores('a purged record is nowhere in the database, and the log still holds', async (t) => {
	const { store, runId, datasetId, modelId } = await queueWithPerson(t);
	const queue = await store.reader.selectFrom('queues').selectAll().executeTakeFirstOrThrow();
	await noteItems(store, [1], { ...ann, note: `called the owner of ${KEY}` });
	await decideItems(store, [1], { ...ann, decision: 'fraud', reasonCode: 'stolen_card' });
	await suppressEntity(store, { ...ann, queue, entityKey: KEY, until: later(60), reason: 'told us' });
	const purged = await purgeRecord(store, { ...ann, recordKey: KEY });
	assert.deepEqual(purged, {
		purgeId: 1,
		datasetIds: [datasetId],
		records: 1,
		scores: 1,
		labels: 1,
		items: 1,
		notes: 1,
		suppressions: 1,
		rejects: 1,
	});
	assert.ok(!(await textOf(store, HOLDING)).includes(KEY));
	const rejects = await store.reader.selectFrom('rejects').select('raw_text').orderBy('line_number').execute();
	assert.deepEqual(
		rejects.map(({ raw_text }) => raw_text),
		[null, `x,${KEY}1,y`],
	);
	const item = await itemOf(store, 1);
	assert.deepEqual([item.state, item.record_key, item.entity_key], ['decided', 'purged-1', 'purged-1']);
	assert.equal((await verifyAudit(store)).problem, null);
	assert.deepEqual(
		(await checkStore(store)).problems.filter((problem) => !problem.includes('rejects')),
		[],
	);
	if (store.dialect === 'sqlite') assert.ok(!readFileSync(store.path).includes(`called the owner of ${KEY}`));

	// Read and scored again, it does not come back.
	const again = await startRun(store, { datasetId, modelId });
	const inOrder = await attemptOf(store, again, 'publish-records');
	await publishRecords(store, { ...inOrder, shard: 0, datasetId }, records(6));
	const scored = await attemptOf(store, again, 'publish-scores');
	await publishScores(store, { ...scored, shard: 0, datasetId, modelId }, scores(6, 3));
	assert.equal((await publishQueue(store, { runId: again })).opened, 0);
	const stored = await store.reader.selectFrom('records').select('row_number').orderBy('row_number').execute();
	assert.deepEqual(
		stored.map(({ row_number }) => row_number),
		[1, 2, 3, 4, 5],
	);
	await assert.rejects(purgeRecord(store, { ...ann, recordKey: KEY }), { code: 'NOT_FOUND' });
	assert.equal((await publishQueue(store, { runId })).opened, 0);
	await assert.rejects(sql`delete from purges`.execute(store.writer), /append-only/);
});

onBothStores('an open item of a purged record is closed without a decision, and reports that show it go', async (t) => {
	const { store } = await queueWithPerson(t);
	const reports = temporaryFolder(t);
	mkdirSync(reports, { recursive: true });
	writeFileSync(join(reports, 'a.html'), `<td>${KEY}</td>`);
	// Other keys that begin alike.
	writeFileSync(join(reports, 'b.html'), `<td>${KEY}1</td><a href="#X${KEY}">`);
	const files = openNamedFiles(reports);
	const done = await purgeRecordEverywhere(
		{ store, reports: files },
		{ ...ann, recordKey: KEY, datasetName: 'payments' },
	);
	assert.deepEqual(done.reports, [join(reports, 'a.html')]);
	assert.ok(existsSync(join(reports, 'b.html')));
	assert.match(
		done.remaining.join('\n'),
		/read from: file:\/\/\/payments\.csv[\s\S]*stored shards[\s\S]*model payments@1/,
	);
	const item = await itemOf(store, 1);
	assert.deepEqual([item.state, item.decision, item.run_id, item.record_key], ['decided', null, null, 'purged-1']);
	assert.equal((await verifyAudit(store)).problem, null);
	await assert.rejects(purgeRecord(store, { ...ann, recordKey: 'k1', datasetName: 'paymnets' }), {
		hint: 'did you mean payments?',
	});
});

onBothStores('other records of an entity that had hit an item of a purged one get an item of their own', async (t) => {
	const { store, runId } = await filledQueue(t, 0, { rows: 6 });
	await sql`update records set data_json = '{"amount":1,"customer":"C9"}' where row_number >= 4`.execute(store.writer);
	await sql`update records set data_json = '{"amount":1,"customer":"C1"}' where row_number < 4`.execute(store.writer);
	await sql`insert into queues (dataset_name, name, entity_column, alert_budget, created_at)
		values ('payments', 'people', 'customer', 3, '2026')`.execute(store.writer);
	await publishQueue(store, { runId, queueName: 'people', now: NOON });
	const items = () => store.reader.selectFrom('review_items').selectAll().orderBy('item_id').execute();
	assert.deepEqual(
		(await items()).map(({ record_key, entity_key, hits }) => [record_key, entity_key, hits]),
		[['k6', 'C9', 3]],
	);
	await purgeRecord(store, { ...ann, recordKey: 'k6' });
	assert.deepEqual(
		(await items()).map(({ record_key, entity_key, state, hits, version }) => [
			record_key,
			entity_key,
			state,
			hits,
			version,
		]),
		[
			['purged-1', 'purged-1', 'decided', 3, 4],
			['k5', 'C9', 'new', 2, 2],
		],
	);
	assert.equal((await publishQueue(store, { runId, queueName: 'people', now: NOON })).appended, 0);
	assert.equal((await verifyAudit(store)).problem, null);
});
