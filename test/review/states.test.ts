import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { NEXT_STATES } from '../../src/review/states.ts';
import type { ReviewState } from '../../src/store/review-database.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { filledQueue } from './queue-fixture.ts';

const STATES = Object.keys(NEXT_STATES) as ReviewState[];
/** The shortest way from new to each state. */
const WAYS: Record<ReviewState, readonly ReviewState[]> = {
	new: [],
	in_review: ['in_review'],
	snoozed: ['snoozed'],
	escalated: ['escalated'],
	decided: ['decided'],
};

async function put(store: Store, itemId: number, state: ReviewState): Promise<void> {
	const closed = state === 'decided' ? 'now' : null;
	await sql`update review_items set state = ${state}, assignee = 'ann', snoozed_until = 'now', closed_at = ${closed}
		where item_id = ${itemId}`.execute(store.writer);
}

onBothStores('the database allows exactly the transitions of the table, to whoever writes', async (t) => {
	const { store } = await filledQueue(t, STATES.length ** 2);
	let item = 0;
	for (const from of STATES) {
		for (const to of STATES) {
			item += 1;
			for (const step of WAYS[from]) await put(store, item, step);
			// A decided item comes back after an event that says why, which is not at hand here.
			const isAllowed = from === to || (from !== 'decided' && NEXT_STATES[from].includes(to));
			if (isAllowed) await put(store, item, to);
			else await assert.rejects(put(store, item, to), /cannot become|says why/, `${from} to ${to}`);
		}
	}
});

onBothStores('an item begins as new, its priority only rises, and its reason is one that exists', async (t) => {
	const { store, runId, datasetId } = await filledQueue(t, 2, { rows: 4 });
	const insert = (state: string) =>
		sql`insert into review_items (queue_id, dataset_id, entity_key, record_key, run_id, row_number, priority, state,
			assignee, opened_at) values (1, ${datasetId}, 'x', 'k1', ${runId}, 1, 1, ${state}, 'ann', 'now')`.execute(
			store.writer,
		);
	await assert.rejects(insert('in_review'), /begins in the state new/);
	await insert('new');
	await assert.rejects(
		sql`update review_items set priority = 0.1 where item_id = 1`.execute(store.writer),
		/only rises/,
	);
	await sql`update review_items set priority = 2 where item_id = 1`.execute(store.writer);
	await assert.rejects(
		sql`update review_items set reason_code = 'whim' where item_id = 1`.execute(store.writer),
		/no such reason code/,
	);
	await sql`update review_items set reason_code = 'stolen_card' where item_id = 1`.execute(store.writer);
});

onBothStores('no generated row gets into a queue: an item is a score, and a score is of a record', async (t) => {
	const { store, runId, modelId, datasetId } = await filledQueue(t, 1, { rows: 3 });
	await sql`insert into synthetic_tables (synthetic_table_id, model_id, run_id, rows, columns_json, conditions_json,
		seed, created_at) values ('made-up', ${modelId}, ${runId}, 1, '[]', '{}', 1, 'now')`.execute(store.writer);
	await sql`insert into synthetic_rows values ('made-up', 1, '{}')`.execute(store.writer);
	const item = (dataset: string, run: string, row: number) =>
		sql`insert into review_items (queue_id, dataset_id, entity_key, record_key, run_id, row_number, priority,
			opened_at) values (1, ${dataset}, 'x', 'x', ${run}, ${row}, 1, 'now')`.execute(store.writer);
	await assert.rejects(item('made-up', runId, 1), /foreign key/i);
	await assert.rejects(item(datasetId, 'made-up', 1), /foreign key/i);
	await assert.rejects(item(datasetId, runId, 4), /foreign key/i);
	await assert.rejects(
		sql`insert into scores (run_id, model_id, dataset_id, row_number, record_key, score, surprise, severity, is_alert,
			reasons, scored_at) values (${runId}, ${modelId}, 'made-up', 4, 'x', 1, 1, 'low', 1, '[]', 'now')`.execute(
			store.writer,
		),
		/foreign key/i,
	);
	const { rows } = await sql<{ n: number }>`select count(*) as n from review_items i
		where not exists (select 1 from records r where r.dataset_id = i.dataset_id and r.row_number = i.row_number)`.execute(
		store.reader,
	);
	assert.deepEqual(rows, [{ n: 0 }]);
});
