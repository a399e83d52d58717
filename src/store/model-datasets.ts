import type { Dataset } from './database.ts';
import type { Store } from './store.ts';

/** Names of the data sets that belong to the models of a name: its own, and those that one of them has scored. */
export async function listDatasetNames(store: Store, modelName: string): Promise<string[]> {
	const scored = await store.reader
		.selectFrom('runs')
		.innerJoin('models', 'models.model_id', 'runs.model_id')
		.innerJoin('datasets', 'datasets.dataset_id', 'runs.dataset_id')
		.select('datasets.name')
		.distinct()
		.where('models.name', '=', modelName)
		.execute();
	return [...new Set([modelName, ...scored.map(({ name }) => name)])].sort();
}

/** In the order in which they were taken in. */
export async function listDatasetsById(store: Store, ids: readonly string[]): Promise<Dataset[]> {
	if (ids.length === 0) return [];
	return await store.reader
		.selectFrom('datasets')
		.selectAll()
		.where('dataset_id', 'in', ids)
		.orderBy('ingested_at')
		.orderBy('dataset_id')
		.execute();
}
