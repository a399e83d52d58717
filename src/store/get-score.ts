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
