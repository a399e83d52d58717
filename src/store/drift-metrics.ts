import type { Insertable, Selectable } from 'kysely';
import type { Database } from './database.ts';
import { inTransaction, type Store } from './store.ts';

/** Databases take some 32,000 values in one statement. */
const ROWS_PER_STATEMENT = 1_000;

export type StoredDrift = Selectable<Database['drift_metrics']>;

/** Stores how far a data set is from what a model was trained on; what was measured of the two before is replaced. */
export async function putDriftMetrics(
	store: Store,
	metrics: readonly Insertable<Database['drift_metrics']>[],
): Promise<void> {
	const [first] = metrics;
	if (first === undefined) return;
	await inTransaction(
		store,
		async (transaction) => {
			await transaction
				.deleteFrom('drift_metrics')
				.where('dataset_id', '=', first.dataset_id)
				.where('model_id', '=', first.model_id)
				.execute();
			for (let from = 0; from < metrics.length; from += ROWS_PER_STATEMENT) {
				const rows = metrics.slice(from, from + ROWS_PER_STATEMENT);
				await transaction.insertInto('drift_metrics').values(rows).execute();
			}
		},
		`drift ${first.dataset_id}`,
	);
}

/** Of a data set against a model, by column and metric. */
export async function listDriftMetrics(
	store: Store,
	of: { readonly datasetId: string; readonly modelId: string },
): Promise<StoredDrift[]> {
	return await store.reader
		.selectFrom('drift_metrics')
		.selectAll()
		.where('dataset_id', '=', of.datasetId)
		.where('model_id', '=', of.modelId)
		.orderBy('column_name')
		.orderBy('metric')
		.execute();
}
