import { type Insertable, type Selectable, sql } from 'kysely';
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

/** A table that was compared with what a model was trained on: its metric of the whole, and what else has drifted. */
export interface WatchedTable extends StoredDrift {
	readonly dataset_name: string;
	/** Features that have drifted: one or more of a column, or of the past of an entity. */
	readonly columns: number;
}

/** Latest first; walks the index of the tables as a whole. */
export async function listWatched(
	store: Store,
	options: {
		readonly limit: number;
		/** Only this one. */
		readonly of?: { readonly datasetId: string; readonly modelId: string };
		/** Only those behind this one: the last of the page before. */
		readonly after?: Pick<StoredDrift, 'computed_at' | 'dataset_id' | 'model_id'>;
	},
): Promise<WatchedTable[]> {
	let query = store.reader
		.selectFrom('drift_metrics as whole')
		.innerJoin('datasets', 'datasets.dataset_id', 'whole.dataset_id')
		.selectAll('whole')
		.select('datasets.name as dataset_name')
		.select((select) =>
			select
				.selectFrom('drift_metrics as part')
				.select((part) => part.fn.count<number>('part.column_name').distinct().as('columns'))
				.whereRef('part.dataset_id', '=', 'whole.dataset_id')
				.whereRef('part.model_id', '=', 'whole.model_id')
				.where('part.is_drifted', '=', 1)
				.where('part.column_name', '<>', '')
				.as('columns'),
		)
		.where('whole.metric', '=', sql.lit('two_sample_area'));
	const { of, after } = options;
	if (of !== undefined) {
		query = query
			.where('whole.dataset_id', '=', of.datasetId)
			.where('whole.model_id', '=', of.modelId)
			.where('whole.column_name', '=', '');
	}
	if (after !== undefined) {
		query = query
			.where('whole.computed_at', '<=', after.computed_at)
			.where((where) =>
				where.or([
					where('whole.computed_at', '<', after.computed_at),
					where('whole.dataset_id', '>', after.dataset_id),
					where.and([where('whole.dataset_id', '=', after.dataset_id), where('whole.model_id', '>', after.model_id)]),
				]),
			);
	}
	const rows = await query
		.orderBy('whole.computed_at', 'desc')
		.orderBy('whole.dataset_id')
		.orderBy('whole.model_id')
		.limit(options.limit)
		.execute();
	return rows.map((row) => ({ ...row, columns: Number(row.columns ?? 0) }));
}
