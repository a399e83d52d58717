import { tellsTruth } from '../contracts/profile.ts';
import type { RunConfig } from '../contracts/run-config.ts';
import { listDatasetsById } from './model-datasets.ts';
import type { Store } from './store.ts';

/**
 * Columns that tell the truth about the records of data sets, by data set: those that it was taken in with, and those
 * that had the truth in the table of a model that has looked at it since.
 */
export async function readTruthColumns(
	store: Store,
	datasetIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
	const datasets = await listDatasetsById(store, datasetIds);
	const known = await truthOfModels(store, datasetIds);
	return new Map(
		datasets.map(({ dataset_id: id, columns_json }) => {
			const columns = JSON.parse(columns_json) as readonly { readonly name: string; readonly role: string }[];
			const isTruth = (column: (typeof columns)[number]) =>
				tellsTruth(column) || known.get(id)?.has(column.name) === true;
			return [id, new Set(columns.filter(isTruth).map(({ name }) => name))];
		}),
	);
}

/** Of one data set. */
export async function truthColumnsOf(store: Store, datasetId: string): Promise<ReadonlySet<string>> {
	return (await readTruthColumns(store, [datasetId])).get(datasetId) ?? new Set();
}

/** By data set, the columns that its models know as label or truth, whether it has them or not. */
async function truthOfModels(
	{ reader }: Store,
	datasetIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
	const truth = new Map<string, Set<string>>();
	if (datasetIds.length === 0) return truth;
	const looks = await reader
		.selectFrom('runs')
		.select(['dataset_id', 'model_id'])
		.distinct()
		.where('dataset_id', 'in', datasetIds)
		.where('model_id', 'is not', null)
		.execute();
	if (looks.length === 0) return truth;
	const ids = [...new Set(looks.map(({ model_id }) => model_id as string))];
	const models = await reader
		.selectFrom('models')
		.select(['model_id', 'config_json'])
		.where('model_id', 'in', ids)
		.execute();
	const named = new Map(models.map(({ model_id, config_json }) => [model_id, namesOfTruth(config_json)]));
	for (const { dataset_id, model_id } of looks) {
		const names = truth.get(dataset_id as string) ?? new Set();
		for (const name of named.get(model_id as string) ?? []) names.add(name);
		truth.set(dataset_id as string, names);
	}
	return truth;
}

function namesOfTruth(config: string): string[] {
	const { label = null, truth = [] } = JSON.parse(config) as Partial<RunConfig>;
	return label === null ? [...truth] : [label, ...truth];
}
