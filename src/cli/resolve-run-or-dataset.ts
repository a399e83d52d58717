import { CounterfoilError } from '../contracts/errors.ts';
import type { Dataset } from '../store/database.ts';
import type { Store } from '../store/store.ts';

export interface ReferredData {
	readonly dataset: Dataset;
	/** Null where a data set was meant, and no run of it. */
	readonly runId: string | null;
}

/**
 * The data set that is meant by the id of a run, the beginning of one, or else by its own id or name.
 *
 * @throws CounterfoilError NOT_FOUND, also for a run that has no data set
 */
export async function resolveRunOrDataset(store: Store, reference: string): Promise<ReferredData> {
	const { resolveDataset } = await import('../store/resolve-dataset.ts');
	if (!/^\d{8}-\d{2}/.test(reference)) return { dataset: await resolveDataset(store, reference), runId: null };
	const { getRun } = await import('../store/list-runs.ts');
	const { getDataset } = await import('../store/datasets.ts');
	const run = await getRun(store, reference);
	if (run.dataset_id !== null) return { dataset: await getDataset(store, run.dataset_id), runId: run.run_id };
	throw new CounterfoilError('NOT_FOUND', 'The run has no data set.', {
		where: `run ${run.run_id}`,
		hint: `"counterfoil runs show ${run.run_id}" says what it did`,
	});
}
