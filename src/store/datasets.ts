import { CounterfoilError } from '../contracts/errors.ts';
import type { Dataset, NewDataset } from './database.ts';
import { inTransaction, type Store } from './store.ts';

/**
 * Stores a data set; storing the same one again changes nothing.
 *
 * @throws RUN_STATE if the id is that of other content.
 */
export async function insertDataset(store: Store, dataset: NewDataset): Promise<Dataset> {
	return await inTransaction(store, async (transaction) => {
		await transaction
			.insertInto('datasets')
			.values(dataset)
			.onConflict((conflict) => conflict.column('dataset_id').doNothing())
			.execute();
		const stored = await transaction
			.selectFrom('datasets')
			.selectAll()
			.where('dataset_id', '=', dataset.dataset_id)
			.executeTakeFirstOrThrow();
		const same =
			stored.content_sha256 === dataset.content_sha256 && stored.schema_fingerprint === dataset.schema_fingerprint;
		if (same && stored.rows_loaded === dataset.rows_loaded) return stored;
		throw new CounterfoilError('RUN_STATE', 'A data set with this id has other content.', {
			where: `data set ${dataset.dataset_id}`,
		});
	});
}

/** Notes the file with the profile of the columns. */
export async function setDatasetProfile(store: Store, datasetId: string, profileUri: string): Promise<void> {
	await store.writer
		.updateTable('datasets')
		.set({ profile_uri: profileUri })
		.where('dataset_id', '=', datasetId)
		.execute();
}

/** @throws NOT_FOUND */
export async function getDataset(store: Store, datasetId: string): Promise<Dataset> {
	const dataset = await store.reader
		.selectFrom('datasets')
		.selectAll()
		.where('dataset_id', '=', datasetId)
		.executeTakeFirst();
	if (dataset !== undefined) return dataset;
	throw new CounterfoilError('NOT_FOUND', 'There is no such data set.', { where: `data set ${datasetId}` });
}

/**
 * The loaded data set that is meant by an id or a name (the latest of that name), if there is one. What is quarantined
 * is none.
 */
export async function findDataset(store: Store, reference: string): Promise<Dataset | null> {
	const found = await store.reader
		.selectFrom('datasets')
		.selectAll()
		.where('status', '=', 'loaded')
		.where((where) => where.or([where('dataset_id', '=', reference), where('name', '=', reference)]))
		.orderBy((order) => order.case().when('dataset_id', '=', reference).then(0).else(1).end())
		.orderBy('ingested_at', 'desc')
		.orderBy('dataset_id')
		.limit(1)
		.executeTakeFirst();
	return found ?? null;
}

/** Data sets read from the same bytes, latest first. */
export async function findDatasetsByContent(store: Store, contentSha256: string): Promise<Dataset[]> {
	return await store.reader
		.selectFrom('datasets')
		.selectAll()
		.where('content_sha256', '=', contentSha256)
		.orderBy('ingested_at', 'desc')
		.execute();
}

/** Latest first. */
export async function listDatasets(
	store: Store,
	options: {
		readonly limit?: number;
		/** Only data sets behind this one: the last of the page before. */
		readonly after?: Pick<Dataset, 'ingested_at' | 'dataset_id'>;
	} = {},
): Promise<Dataset[]> {
	let query = store.reader.selectFrom('datasets').selectAll();
	const { after } = options;
	if (after !== undefined) {
		query = query
			.where('ingested_at', '<=', after.ingested_at)
			.where((where) =>
				where.or([where('ingested_at', '<', after.ingested_at), where('dataset_id', '>', after.dataset_id)]),
			);
	}
	return await query
		.orderBy('ingested_at', 'desc')
		.orderBy('dataset_id')
		.limit(options.limit ?? 50)
		.execute();
}
