import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { sql } from 'kysely';
import { describeDatasette, readSampleQueries } from '../../scripts/write-datasette-config.ts';
import { claimNext } from '../../src/review/claim-items.ts';
import { decideItems } from '../../src/review/decide-items.ts';
import { importLabels } from '../../src/review/import-labels.ts';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { readQueueStats } from '../../src/review/queue-stats.ts';
import { undoDecisions } from '../../src/review/undo-decisions.ts';
import { replaceRejects } from '../../src/store/rejects.ts';
import { finishRun } from '../../src/store/runs.ts';
import { publishScores } from '../../src/store/shards.ts';
import type { Store } from '../../src/store/store.ts';
import { filledQueue, later } from '../review/queue-fixture.ts';
import { onBothStores, onPostgres } from '../store/on-both-stores.ts';
import { attemptOf, scores, startRun } from '../store/seeded-store.ts';
import { listPages, placeOf, readBlocks } from './fenced-blocks.ts';

const PAGE = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');

/** Blocks of other pages: what is shown there must run, too. */
const ELSEWHERE = listPages()
	.filter((page) => page !== 'docs/sql.md')
	.flatMap(readBlocks)
	.filter(({ language, reason }) => reason === null && (language === 'sql' || language === 'postgresql'));

/** A queue in which two people have worked, with a later run, late labels, an audit sample and a reject. */
async function workedQueue(t: Parameters<typeof filledQueue>[0]): Promise<Store> {
	const queue = { audit_share: 0.2, due_hours: 1, value_column: 'amount', second_review_above: 20 };
	const { store, runId, datasetId, modelId } = await filledQueue(t, 8, { rows: 20, queue });
	await finishRun(store, runId);
	await sql`update queues set audit_share = 0`.execute(store.writer);
	const second = await startRun(store, { datasetId, modelId });
	const attempt = await attemptOf(store, second, 'publish-scores');
	await new Promise((resolve) => setTimeout(resolve, 5));
	const risen = scores(20, 2).map((row) => ({ ...row, score: Math.min(1, row.score + row.row_number / 100) }));
	await publishScores(store, { ...attempt, shard: 0, datasetId, modelId }, risen);
	await finishRun(store, second);
	await publishQueue(store, { runId: second });
	await replaceRejects(store, datasetId, [[{ line_number: 7, error_type: 'CAST', message: 'no number' }]]);

	const startMs = Date.now();
	let steps = 0;
	// What one person decides at one moment is undone together.
	const by = (actor: string) => ({ actor, now: new Date(startMs + 10 * steps++) });
	await claimNext(store, by('ann'));
	await decideItems(store, [1], { ...by('ann'), decision: 'fraud', reasonCode: 'stolen_card' });
	await decideItems(store, [1], { ...by('bea'), decision: 'legitimate', reasonCode: 'data_error' });
	await decideItems(store, [2, 3], { ...by('ann'), decision: 'fraud', reasonCode: 'stolen_card', secondsSpent: 60 });
	await decideItems(store, [4, 9], { ...by('bea'), decision: 'legitimate', reasonCode: 'data_error' });
	await decideItems(store, [5], { ...by('bea'), decision: 'unsure', reasonCode: 'no_answer' });
	await undoDecisions(store, by('bea'));
	const counts = { added: 0, known: 0, withoutRecord: 0, contradicting: [] };
	const late = {
		row: 1,
		recordKey: 'k19',
		label: 'legitimate',
		knownAt: later(60).toISOString(),
		reasonCode: null,
	} as const;
	await importLabels(store, [late], { datasetName: 'payments', source: 'chargebacks', actor: 'ann' }, counts);
	return store;
}

onBothStores('every sample query finds what it is about', async (t) => {
	const store = await workedQueue(t);
	const queries = readSampleQueries();
	assert.ok(queries.length >= 15);
	assert.equal(queries.length, [...PAGE.matchAll(/```sql\n/g)].length);
	for (const { title, sql: text } of queries) {
		const { rows } = await sql.raw(text).execute(store.reader);
		assert.ok(rows.length > 0, `${title}: no rows`);
	}
});

onBothStores('the measures of a queue are what was done there', async (t) => {
	const store = await workedQueue(t);
	const stats = await readQueueStats(store);
	const { decisions, agreement, recall, alertsPerDay, backlog } = stats;
	assert.deepEqual(
		[decisions.decided, decisions.fraud, decisions.legitimate, decisions.unsure, decisions.falsePositiveRatio],
		[5, 2, 3, 0, 1],
	);
	assert.equal(decisions.medianSecondsSpent, 60);
	assert.deepEqual(
		agreement.map(({ reviewers, records, agreed, kappa }) => [reviewers, records, agreed, kappa]),
		[[['ann', 'bea'], 1, 0, 0]],
	);
	assert.deepEqual(
		alertsPerDay.map(({ alerts, audits, fraud, legitimate, undecided }) => [
			alerts,
			audits,
			fraud,
			legitimate,
			undecided,
		]),
		[[8, 2, 2, 2, 4]],
	);
	assert.deepEqual([recall[0]?.audits, recall[0]?.audits_known, recall[0]?.recall_estimate], [2, 1, 1]);
	assert.deepEqual(
		backlog.map(({ state, items, overdue }) => [state, items, overdue]),
		[['new', 5, 0]],
	);
	const [day] = stats.precision;
	assert.deepEqual([day?.k, day?.labelled, day?.fraud, day?.precision], [10, 4, 2, 0.5]);
	const tomorrow = await readQueueStats(store, { now: new Date(Date.now() + 86_400_000) });
	assert.equal(tomorrow.backlog[0]?.overdue, 5);
	await assert.rejects(readQueueStats(store, { queueName: 'defalt' }), { hint: 'did you mean default?' });
});

test('every query of every other page runs', async (t) => {
	const store = await workedQueue(t);
	const blocks = ELSEWHERE.filter(({ language }) => language === 'sql');
	assert.ok(blocks.length > 0);
	for (const block of blocks) {
		for (const query of block.text.split(/;$/m).filter((text) => text.trim() !== '')) {
			await assert.doesNotReject(sql.raw(query).execute(store.reader), `${placeOf(block)}\n${query}`);
		}
	}
});

onPostgres('the statements of every other page give the roles of the page their rights', async (t) => {
	const store = await workedQueue(t);
	const role = `counterfoil_worker_${process.pid}`;
	await store.writer.connection().execute(async (db) => {
		try {
			await sql.raw(`create role ${role}`).execute(db);
			for (const block of ELSEWHERE.filter(({ language }) => language === 'postgresql')) {
				const script = block.text.replaceAll(/\bcounterfoil_worker\b/g, role).replaceAll(/^--.*$/gm, '');
				for (const statement of script.split(';').filter((text) => text.trim() !== '')) {
					await assert.doesNotReject(sql.raw(statement).execute(db), `${placeOf(block)}\n${statement}`);
				}
			}
			await sql.raw(`set role ${role}`).execute(db);
			await sql`update runs set status = status`.execute(db);
			await assert.rejects(sql`create table more (a int)`.execute(db), /lacks a right/);
		} finally {
			await sql.raw('reset role').execute(db);
			await sql.raw(`drop owned by ${role}`).execute(db);
			await sql.raw(`drop role ${role}`).execute(db);
		}
	});
});

test('docs/datasette.yaml is the page (node scripts/write-datasette-config.ts writes it)', () => {
	assert.equal(readFileSync(new URL('../../docs/datasette.yaml', import.meta.url), 'utf8'), describeDatasette());
});

onPostgres('the role of the page may ask every query of it and can write nothing', async (t) => {
	const store = await workedQueue(t);
	const script = /```postgresql\n([\s\S]*?)```/.exec(PAGE)?.[1] ?? '';
	const role = `analyst_${process.pid}`;
	await store.writer.connection().execute(async (db) => {
		for (const statement of script.split(';').filter((text) => text.trim() !== '')) {
			await sql.raw(statement.replaceAll('counterfoil_analyst', role)).execute(db);
		}
		try {
			await sql.raw(`set role ${role}`).execute(db);
			for (const { title, sql: text } of readSampleQueries()) {
				const { rows } = await sql.raw(text).execute(db);
				assert.ok(rows.length > 0, title);
			}
			for (const refused of [
				'select * from records',
				'delete from labels',
				`insert into schema_doc values ('a', 'b', 'c')`,
			]) {
				await assert.rejects(sql.raw(refused).execute(db), /lacks a right/);
			}
		} finally {
			await sql.raw('reset role').execute(db);
			await sql.raw(`drop owned by ${role}`).execute(db);
			await sql.raw(`drop role ${role}`).execute(db);
		}
	});
});
