import type { StoredRecord } from './database.ts';
import type { Store } from './store.ts';

/** A record by its number in its data set, counted from 1; undefined if there is none. */
export async function getRecord(store: Store, datasetId: string, rowNumber: number): Promise<StoredRecord | undefined> {
	return await store.reader
		.selectFrom('records')
		.selectAll()
		.where('dataset_id', '=', datasetId)
		.where('row_number', '=', rowNumber)
		.executeTakeFirst();
}
