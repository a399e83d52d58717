import { CounterfoilError } from '../contracts/errors.ts';
import type { Dataset } from './database.ts';
import type { Store } from './store.ts';

/**
 * The data set that is meant by an id, the beginning of one, or a name (the latest of that name).
 *
 * @throws CounterfoilError NOT_FOUND
 */
export async function resolveDataset(store: Store, reference: string): Promise<Dataset> {
	const datasets = await store.reader
		.selectFrom('datasets')
		.selectAll()
		.where((where) =>
			where.or([
				where('name', '=', reference),
				where.and([where('dataset_id', '>=', reference), where('dataset_id', '<', `${reference}\u{10ffff}`)]),
			]),
		)
		.orderBy('ingested_at', 'desc')
		.orderBy('dataset_id')
		.limit(100)
		.execute();
	const named =
		datasets.find(({ dataset_id }) => dataset_id === reference) ?? datasets.find(({ name }) => name === reference);
	if (named !== undefined) return named;
	const [dataset, another] = datasets;
	if (dataset !== undefined && another === undefined) return dataset;
	const what = dataset === undefined ? 'No data set' : 'More than one data set';
	throw new CounterfoilError('NOT_FOUND', `${what} has the name or an id that begins with "${reference}".`, {
		hint: 'the command that read the file tells the id of its data set; its name is that of the file',
	});
}
