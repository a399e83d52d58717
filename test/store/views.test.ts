import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { type RawBuilder, sql } from 'kysely';
import { queueQuery } from '../../src/review/list-queue.ts';
import { publishQueue } from '../../src/review/publish-queue.ts';
import type { Reject } from '../../src/store/database.ts';
import { putMetrics } from '../../src/store/model-metrics.ts';
import { listRejects, replaceRejects } from '../../src/store/rejects.ts';
import { finishRun } from '../../src/store/runs.ts';
import { countScores, listScoreHistory, listTopScores, topScoresQuery } from '../../src/store/scores.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from './on-both-stores.ts';
import { publishAll, type SeededRun, scores, seededRun } from './seeded-store.ts';

interface Compilable {
	compile(): { readonly sql: string; readonly parameters: readonly unknown[] };
}

async function assertFromIndex(store: Store, query: Compilable, index: RegExp): Promise<void> {
	const { sql: text, parameters } = query.compile();
	let bound = 0;
	const literal = text.replaceAll(/\?|\$\d+/g, () => {
		const value = parameters[bound++];
		return typeof value === 'string' ? `'${value}'` : String(value);
	});
	await assertRawFromIndex(store, sql.raw(literal), index);
}

/** The query walks the index in its order: nothing is sorted, no table read as a whole. */
async function assertRawFromIndex(
	store: Store,
	query: RawBuilder<unknown>,
	index: RegExp,
	options: { readonly isSortedByPostgres?: boolean } = {},
): Promise<void> {
	if (store.dialect === 'sqlite') {
		const { rows } = await sql<{ detail: string }>`explain query plan ${query}`.execute(store.reader);
		const plan = rows.map((row) => row.detail).join('\n');
		assert.match(plan, index);
		return assert.doesNotMatch(plan, /TEMP B-TREE/);
	}
	const plan = await store.reader.transaction().execute(async (transaction) => {
		// To read tables of so few rows as a whole is quicker, which says nothing of large ones.
		for (const way of ['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin', 'material']) {
			await sql`set local ${sql.raw(`enable_${way}`)} = off`.execute(transaction);
		}
		const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${query}`.execute(transaction);
		return rows.map((row) => row['QUERY PLAN']).join('\n');
	});
	const [name] = /[a-z]+_[a-z_]+/.exec(index.source) as RegExpExecArray;
	assert.match(plan, new RegExp(`Index (Only )?Scan using ${name} `), plan);
	if (options.isSortedByPostgres !== true) assert.doesNotMatch(plan, /Sort/, plan);
}

async function scoredRun(t: Parameters<typeof seededRun>[0], rows: number, alerts: number): Promise<SeededRun> {
	const run = await seededRun(t, rows);
	await publishAll(run, scores(rows, alerts));
	return run;
}

onBothStores('the top scores are read in pages from an index, without sorting', async (t) => {
	const run = await scoredRun(t, 9, 0);
	const { store, runId } = run;
	const first = await listTopScores(store, runId, { limit: 4 });
	const [, , , last] = first;
	assert.ok(last);
	const rest = await listTopScores(store, runId, { limit: 9, after: last });
	assert.deepEqual(
		[...first, ...rest].map((score) => score.row_number),
		[9, 8, 7, 6, 5, 4, 3, 2, 1],
	);
	assert.equal(first[0]?.data_json, '{"id":"k9","amount":9}');
	for (const options of [{}, { after: last }]) {
		await assertFromIndex(store, topScoresQuery(store, runId, options), /scores_top \(run_id=\?/);
	}
});

onBothStores('equal scores are ordered by surprise, then by row number, across pages too', async (t) => {
	const run = await seededRun(t, 6);
	const surprises = [1, 3, 2, 3, 2, 1];
	await publishAll(
		run,
		scores(6).map((score, i) => ({ ...score, score: 0.5, surprise: surprises[i] as number })),
	);
	const order: number[] = [];
	let page = await listTopScores(run.store, run.runId, { limit: 1 });
	for (let last = page[0]; last !== undefined; [last] = page) {
		order.push(last.row_number);
		page = await listTopScores(run.store, run.runId, { limit: 1, after: last });
	}
	assert.deepEqual(order, [2, 4, 3, 5, 1, 6]);
});

onBothStores('the history of a record and the rejects of a data set are read from an index', async (t) => {
	const { store, datasetId } = await scoredRun(t, 3, 0);
	assert.equal((await listScoreHistory(store, 'k2')).length, 1);
	await assertRawFromIndex(
		store,
		sql`select * from score_history where record_key = 'k2' order by scored_at desc`,
		/scores_history \(record_key=\?\)/,
	);

	const reject = (line_number: number) => ({ line_number, error_type: 'TOO_MANY_COLUMNS', message: 'too many' });
	await replaceRejects(store, datasetId, [[reject(1), reject(2), reject(3)]]);
	assert.equal(await replaceRejects(store, datasetId, [[reject(7), reject(7)], [reject(9)]]), 3);
	const [first] = await listRejects(store, datasetId, { limit: 1 });
	assert.ok(first);
	const rest = await listRejects(store, datasetId, { after: first });
	assert.deepEqual(
		[first, ...rest].map((row) => row.line_number),
		[7, 7, 9],
	);
	const of = (file: string, line_number: number) => ({ ...reject(line_number), file });
	await replaceRejects(store, datasetId, [[of('a.csv', 5), of('b.csv', 2), of('a.csv', 9), reject(8)]]);
	const places: string[] = [];
	for (let after: Reject | undefined; ; ) {
		const [next] = await listRejects(store, datasetId, { limit: 1, ...(after === undefined ? {} : { after }) });
		if (next === undefined) break;
		places.push(`${next.file}:${next.line_number}`);
		after = next;
	}
	assert.deepEqual(places, ['null:8', 'a.csv:5', 'a.csv:9', 'b.csv:2']);
	await replaceRejects(store, datasetId, [[reject(7), reject(7)], [reject(9)]]);
	const [summary] = await store.reader.selectFrom('reject_summary').selectAll().execute();
	assert.deepEqual([summary?.rejects, summary?.first_line, summary?.last_line], [3, 7, 9]);
});

onBothStores('the head of the review queue is read from an index, without sorting', async (t) => {
	const { store, runId } = await scoredRun(t, 200, 120);
	await publishQueue(store, { runId });
	for (const options of [{}, { after: { priority: 0.9, item_id: 12 } }]) {
		await assertFromIndex(store, queueQuery(store, options), /review_items_head/);
	}
	await assertRawFromIndex(
		store,
		sql`select item_id from review_items where queue_id = 1 and state = 'new' order by priority desc, item_id limit 1`,
		/review_items_by_state \(queue_id=\? AND state=\?\)/,
	);
});

onBothStores('latest_scores has the last finished run of a data set and reads its top from an index', async (t) => {
	const run = await scoredRun(t, 3, 1);
	const { store, runId } = run;
	assert.deepEqual(await store.reader.selectFrom('latest_scores').selectAll().execute(), []);
	await finishRun(store, runId);
	const latest = await store.reader.selectFrom('latest_scores').selectAll().orderBy('score', 'desc').execute();
	assert.deepEqual(
		latest.map((score) => [score.run_id, score.dataset_name, score.record_key]),
		['k3', 'k2', 'k1'].map((key) => [runId, 'payments', key]),
	);
	await assertRawFromIndex(
		store,
		sql`select * from latest_scores where dataset_id = 'payments-1' order by score desc, surprise desc, row_number limit 50`,
		/scores_top \(run_id=\?\)/,
		// It does not see that the view has the scores of one run, for one data set.
		{ isSortedByPostgres: true },
	);
});

onBothStores('deciles, precision, counts and the model card say what the tables hold', async (t) => {
	const run = await seededRun(t, 20);
	const { store, runId, modelId } = run;
	await publishAll(
		run,
		scores(20, 2).map((score, i) => ({ ...score, score: (i + 1) / 20 })),
	);
	const deciles = await store.reader.selectFrom('score_deciles').selectAll().orderBy('decile').execute();
	assert.deepEqual(
		deciles.map((row) => [row.decile, row.records, row.alerts]),
		[[0, 1, 0], ...[1, 2, 3, 4, 5, 6, 7, 8].map((decile) => [decile, 2, 0]), [9, 3, 2]],
	);
	assert.deepEqual(await countScores(store, runId), {
		records: 20,
		alerts: 2,
		low: 18,
		medium: 0,
		high: 0,
		critical: 2,
	});

	const label = (key: string, label: string, knownAt: string) =>
		sql`insert into labels (dataset_name, record_key, label, source, actor, known_at, created_at)
			values ('payments', ${key}, ${label}, 'review', 'ann', ${knownAt}, 'now')`.execute(store.writer);
	await label('k20', 'legitimate', '2026-01-01');
	await label('k20', 'fraud', '2026-02-01');
	await label('k19', 'legitimate', '2026-01-01');
	await label('k18', 'unsure', '2026-01-01');
	await label('k1', 'fraud', '2026-01-01');
	const precision = await store.reader.selectFrom('precision_at_k').selectAll().orderBy('k').limit(2).execute();
	assert.deepEqual(
		precision.map((row) => [row.k, row.records, row.labelled, row.fraud, row.precision]),
		[
			[10, 10, 2, 1, 0.5],
			[20, 20, 3, 2, 2 / 3],
		],
	);

	await putMetrics(store, modelId, [{ metric: 'auroc', value: 0.7, floor: 0.5, ceiling: 0.9, note: null }]);
	await putMetrics(store, modelId, [{ metric: 'auroc', value: 0.8, floor: 0.5, ceiling: null, note: null }]);
	await assert.rejects(
		putMetrics(store, modelId, [{ metric: 'ap', value: Number.NaN, floor: null, ceiling: null, note: null }]),
		{ code: 'INTERNAL' },
	);
	const card = await store.reader.selectFrom('model_card').selectAll().execute();
	assert.deepEqual(
		card.map((row) => [row.name, row.version, row.metric, row.value, row.ceiling, row.training_rows]),
		[['payments', 1, 'auroc', 0.8, null, 20]],
	);
});

test('the sqlite3 shell reads every view', async (t) => {
	if (spawnSync('sqlite3', ['--version']).error) return t.skip('no sqlite3 shell on this machine');
	const { store, runId } = await scoredRun(t, 20, 5);
	await publishQueue(store, { runId });
	await finishRun(store, runId);
	const views = `latest_scores review_queue score_history score_deciles reject_summary precision_at_k reviewer_stats
		model_card`.split(/\s+/);
	const script = views.map((view) => `select '${view}', count(*) from ${view};`).join('\n');
	const shell = spawnSync('sqlite3', ['-readonly', store.path, script], { encoding: 'utf8' });
	assert.equal(shell.stderr, '');
	assert.deepEqual(shell.stdout.trim().split('\n'), [
		'latest_scores|20',
		'review_queue|5',
		'score_history|20',
		'score_deciles|10',
		'reject_summary|0',
		'precision_at_k|7',
		'reviewer_stats|0',
		'model_card|1',
	]);
});
