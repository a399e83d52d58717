import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { Dataset } from './database.ts';
import type { Store } from './store.ts';

/** Names looked at for a suggestion. */
const MOST_NAMES = 1_000;

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
	const nearest = dataset === undefined ? await nearestName(store, reference) : null;
	throw new CounterfoilError('NOT_FOUND', `${what} has the name or an id that begins with "${reference}".`, {
		hint: nearest === null ? '"counterfoil datasets list" shows those there are' : `did you mean ${nearest}?`,
	});
}

async function nearestName(store: Store, reference: string): Promise<string | null> {
	const rows = await store.reader.selectFrom('datasets').select('name').distinct().limit(MOST_NAMES).execute();
	return findNearest(
		reference,
		rows.map(({ name }) => name),
	);
}
