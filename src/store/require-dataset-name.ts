import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { Store } from './store.ts';

/** @throws NOT_FOUND if no data set has the name; one that is close to it is the hint. */
export async function requireDatasetName(store: Store, name: string): Promise<void> {
	const datasets = await store.reader.selectFrom('datasets').select('name').distinct().execute();
	const names = datasets.map((dataset) => dataset.name);
	if (names.includes(name)) return;
	const nearest = findNearest(name, names);
	throw new CounterfoilError('NOT_FOUND', 'There is no data set of this name.', {
		where: `data set ${name}`,
		hint: nearest === null ? 'counterfoil datasets list shows them' : `did you mean ${nearest}?`,
	});
}
