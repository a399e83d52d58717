import assert from 'node:assert/strict';
import { type RawBuilder, sql } from 'kysely';
import { insertDataset } from '../../src/store/datasets.ts';
import { getModel, insertModel, listModels } from '../../src/store/models.ts';
import { promoteModel } from '../../src/store/promotions.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores, temporaryStore } from './on-both-stores.ts';
import {
	addSyntheticTable,
	describeDataset,
	describeModel,
	publishAll,
	type SeededRun,
	scores,
	seededRun,
} from './seeded-store.ts';

/** What SQLite says for the codes of PostgreSQL. */
const SAME: Readonly<Record<string, string>> = {
	'22P02': 'DATATYPE',
	'23502': 'NOTNULL',
	'23503': 'FOREIGNKEY',
	'23505': 'UNIQUE',
};

const HAND = { reason: 'hand', actor: 'ada' } as const;

function refused(store: Store, statement: RawBuilder<unknown>, code: RegExp): Promise<void> {
	return assert.rejects(statement.execute(store.writer), (error: Error & { code?: string }) => {
		assert.match(`${SAME[error.code ?? ''] ?? error.code}: ${error.message}`, code);
		return true;
	});
}

async function scoredRun(t: Parameters<typeof seededRun>[0], rows = 3): Promise<SeededRun> {
	const run = await seededRun(t, rows);
	await publishAll(run, scores(rows));
	return run;
}

onBothStores('a data set whose rows are not accounted for is refused', async (t) => {
	const store = await temporaryStore(t);
	await assert.rejects(insertDataset(store, describeDataset(10, { rows_rejected: 1 })), /datasets_rows_accounted_for/);
	await insertDataset(store, describeDataset(10, { rows_loaded: 9, rows_rejected: 1 }));
});

onBothStores('a data set that is stored again must be the same', async (t) => {
	const store = await temporaryStore(t);
	const stored = await insertDataset(store, describeDataset(3));
	assert.deepEqual(await insertDataset(store, describeDataset(3, { ingested_at: 'later' })), stored);
	const changed = describeDataset(3, { content_sha256: 'd'.repeat(64) });
	await assert.rejects(insertDataset(store, changed), { code: 'RUN_STATE' });
});

onBothStores('a score that is not a number from 0 to 1, or has no such severity or record, is refused', async (t) => {
	const { store, runId, modelId, datasetId } = await seededRun(t, 3);
	await publishAll({ store, runId, modelId, datasetId }, scores(2));
	const insert = (changes: Record<string, string | number | null>) => {
		const values = {
			run_id: runId,
			model_id: modelId,
			dataset_id: datasetId,
			row_number: 3,
			record_key: 'k3',
			score: 0.5,
			surprise: 1,
			severity: 'low',
			is_alert: 0,
			reasons: '[]',
			scored_at: 'now',
			...changes,
		};
		const names = Object.keys(values).map((name) => sql.ref(name));
		return sql`insert into scores (${sql.join(names)}) values (${sql.join(Object.values(values))})`;
	};
	await refused(store, insert({}), /FOREIGNKEY/);
	await sql`insert into records (dataset_id, row_number, record_key, content_sha256, data_json)
		values (${datasetId}, 3, 'k3', '', '{}')`.execute(store.writer);
	for (const [changes, expected] of [
		// To SQLite it is null, to PostgreSQL more than every number.
		[{ score: Number.NaN }, /NOTNULL|scores_score_in_range/],
		[{ score: 1.01 }, /scores_score_in_range/],
		[{ score: -0.01 }, /scores_score_in_range/],
		[{ score: 'high' }, /DATATYPE/],
		[{ surprise: Number.POSITIVE_INFINITY }, /scores_surprise_finite/],
		[{ p_value: 2 }, /scores_p_value_in_range/],
		[{ severity: 'severe' }, /scores_severity_known/],
		[{ is_alert: 2 }, /scores_alert_is_flag/],
		[{ reasons: '{}' }, /scores_reasons_is_array/],
		[{ reasons: 'because' }, /scores_reasons_is_array|DATATYPE/],
		[{ model_id: 'none' }, /FOREIGNKEY/],
		[{ run_id: 'none' }, /FOREIGNKEY/],
	] as const) {
		await refused(store, insert(changes), expected);
	}
	await insert({ p_value: null }).execute(store.writer);
	await refused(store, sql`update scores set score = 0.9 where row_number = 3`, /scores is append-only/);
});

onBothStores('a generated row cannot be scored or brought into a queue', async (t) => {
	const { store, runId, modelId, datasetId } = await scoredRun(t);
	await addSyntheticTable({ store, runId, modelId }, 'synthetic-1');
	await sql`insert into synthetic_rows values ('synthetic-1', 1, '{}')`.execute(store.writer);
	await refused(
		store,
		sql`insert into scores (run_id, model_id, dataset_id, row_number, record_key, score, surprise, severity, is_alert,
			reasons, scored_at) values (${runId}, ${modelId}, 'synthetic-1', 1, 'x', 0.5, 1, 'low', 0, '[]', 'now')`,
		/FOREIGNKEY|PRIMARYKEY|scores_key/,
	);
	await sql`insert into queues (dataset_name, name, created_at) values ('payments', 'default', 'now')`.execute(
		store.writer,
	);
	const item = (run: string | null, row: number | null, state = 'new') =>
		sql`insert into review_items (queue_id, dataset_id, entity_key, record_key, run_id, row_number, priority, state,
			opened_at) values (1, ${datasetId}, 'x', 'x', ${run}, ${row}, 1, ${state}, 'now')`;
	await refused(store, item('synthetic-1', 1), /FOREIGNKEY/);
	await refused(store, item(runId, 99), /FOREIGNKEY/);
	await refused(store, item(null, null), /review_items_open_with_score/);
	await refused(store, item(runId, null), /review_items_open_with_score/);
	await item(runId, 1).execute(store.writer);
});

onBothStores('an entity has one open item per queue, and its item keeps to the states', async (t) => {
	const { store, runId, datasetId } = await scoredRun(t);
	await sql`insert into queues (dataset_name, name, created_at) values ('payments', 'a', 'now'), ('payments', 'b', 'now')`.execute(
		store.writer,
	);
	const item = (queue: number) =>
		sql`insert into review_items (queue_id, dataset_id, entity_key, record_key, run_id, row_number, priority, opened_at)
			values (${queue}, ${datasetId}, 'x', 'k1', ${runId}, 1, 1, 'now')`;
	await item(1).execute(store.writer);
	await item(2).execute(store.writer);
	await refused(store, item(1), /UNIQUE/);
	await refused(store, sql`update review_items set state = 'lost' where item_id = 1`, /state_known|cannot become/);
	await refused(store, sql`update review_items set state = 'in_review' where item_id = 1`, /assigned_in_review/);
	await refused(store, sql`update review_items set state = 'decided' where item_id = 1`, /closed_when_decided/);
	await refused(store, sql`update review_items set state = 'snoozed' where item_id = 1`, /snoozed_until/);
	await sql`update review_items set state = 'decided', closed_at = 'now' where item_id = 1`.execute(store.writer);
	await item(1).execute(store.writer);
});

onBothStores('a score can be deleted once its item is decided, not while it is open', async (t) => {
	const { store, runId, datasetId } = await scoredRun(t);
	await sql`insert into queues (dataset_name, name, created_at) values ('payments', 'a', 'now')`.execute(store.writer);
	await sql`insert into review_items (queue_id, dataset_id, entity_key, record_key, run_id, row_number, priority, opened_at)
		values (1, ${datasetId}, 'x', 'k1', ${runId}, 1, 1, 'now')`.execute(store.writer);
	const remove = sql`delete from scores where run_id = ${runId} and row_number = 1`;
	await refused(store, remove, /review_items_open_with_score/);
	await sql`update review_items set state = 'decided', closed_at = 'now'`.execute(store.writer);
	await remove.execute(store.writer);
	const item = await store.reader.selectFrom('review_items').selectAll().executeTakeFirstOrThrow();
	assert.deepEqual([item.run_id, item.row_number], [null, null]);
});

onBothStores('labels never overwrite each other', async (t) => {
	const store = await temporaryStore(t);
	const label = (source: string) =>
		sql`insert into labels (dataset_name, record_key, label, source, actor, known_at, created_at)
			values ('payments', 'k1', 'fraud', ${source}, 'ann', '2026-01-01', 'now')`;
	await label('review').execute(store.writer);
	await label('chargebacks').execute(store.writer);
	await refused(store, label('review'), /UNIQUE/);
	await refused(store, sql`update labels set label = 'legitimate'`, /labels is append-only/);
});

onBothStores('versions count up for each name, and one of them is active', async (t) => {
	const store = await temporaryStore(t);
	const { dataset_id } = await insertDataset(store, describeDataset(3));
	const insert = (model_id: string, name: string) =>
		insertModel(store, { ...describeModel(dataset_id), model_id, name });
	assert.equal((await insert('m1', 'payments')).version, 1);
	assert.equal((await insert('m2', 'payments')).version, 2);
	assert.equal((await insert('m2', 'payments')).version, 2);
	assert.equal((await insert('m3', 'other')).version, 1);
	assert.equal((await getModel(store, 'payments')).model_id, 'm2');
	await promoteModel(store, 'm2', HAND);
	await promoteModel(store, 'm1', HAND);
	assert.equal((await getModel(store, 'payments')).model_id, 'm1');
	assert.equal((await getModel(store, 'payments@2')).stage, 'retired');
	assert.equal((await getModel(store, 'm3')).stage, 'candidate');
	await assert.rejects(getModel(store, 'payments@9'), { code: 'NOT_FOUND' });
	await assert.rejects(promoteModel(store, 'm9', HAND), { code: 'NOT_FOUND' });
	assert.equal((await listModels(store, { name: 'payments' })).length, 2);
	await refused(store, sql`update models set stage = 'active' where model_id = 'm2'`, /UNIQUE/);
});
