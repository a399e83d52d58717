import type { ScoreWithRecord } from './scores.ts';
import type { Store } from './store.ts';

/** The score that a run gave to a row, with the record; undefined if it gave none. */
export async function getScore(store: Store, runId: string, rowNumber: number): Promise<ScoreWithRecord | undefined> {
	return await store.reader
		.selectFrom('scores')
		.innerJoin('records', (join) =>
			join.onRef('records.dataset_id', '=', 'scores.dataset_id').onRef('records.row_number', '=', 'scores.row_number'),
		)
		.selectAll('scores')
		.select('records.data_json')
		.where('scores.run_id', '=', runId)
		.where('scores.row_number', '=', rowNumber)
		.executeTakeFirst();
}

/** The row that a run scored under a key; of several the first. */
export async function findScoredRow(store: Store, runId: string, recordKey: string): Promise<number | undefined> {
	const score = await store.reader
		.selectFrom('scores')
		.select('row_number')
		.where('run_id', '=', runId)
		.where('record_key', '=', recordKey)
		.orderBy('row_number')
		.executeTakeFirst();
	return score?.row_number;
}
