import { CounterfoilError } from '../contracts/errors.ts';
import type { Run, RunKind, RunStatus } from './database.ts';
import { isOwned } from './run-owner.ts';
import type { Store } from './store.ts';

export interface ListRunsOptions {
	/** @default 50 */
	readonly limit?: number;
	readonly kind?: RunKind;
	readonly status?: RunStatus;
	/** Only runs before this one: the last of the page before. */
	readonly before?: Pick<Run, 'started_at' | 'run_id'>;
}

/** Runs that an error names where their beginning is not enough. */
const MOST_NAMED = 5;

/** Latest first. A run whose process is gone is listed as interrupted. */
export async function listRuns(store: Store, options: ListRunsOptions = {}): Promise<Run[]> {
	let query = store.reader.selectFrom('runs').selectAll();
	if (options.kind !== undefined) query = query.where('kind', '=', options.kind);
	if (options.status !== undefined) query = query.where('status', '=', options.status);
	const { before } = options;
	if (before !== undefined) {
		query = query.where((where) =>
			where.or([
				where('started_at', '<', before.started_at),
				where.and([where('started_at', '=', before.started_at), where('run_id', '<', before.run_id)]),
			]),
		);
	}
	const runs = await query
		.orderBy('started_at', 'desc')
		.orderBy('run_id', 'desc')
		.limit(options.limit ?? 50)
		.execute();
	return runs.map(withTrueStatus);
}

/**
 * A run by its id or by the beginning of it, as long as only one begins so.
 *
 * @throws NOT_FOUND
 */
export async function getRun(store: Store, idOrPrefix: string): Promise<Run> {
	const runs = await store.reader
		.selectFrom('runs')
		.selectAll()
		.where('run_id', '>=', idOrPrefix)
		.where('run_id', '<', `${idOrPrefix}\u{10ffff}`)
		.orderBy('run_id')
		.limit(MOST_NAMED + 1)
		.execute();
	const [run, another] = runs;
	if (run === undefined) {
		throw new CounterfoilError('NOT_FOUND', `No run has an id that begins with "${idOrPrefix}".`, {
			hint: 'See "counterfoil runs list".',
		});
	}
	if (another !== undefined && run.run_id !== idOrPrefix) {
		const named = runs.slice(0, MOST_NAMED).map(({ run_id }) => run_id);
		throw new CounterfoilError('NOT_FOUND', `More than one run has an id that begins with "${idOrPrefix}".`, {
			hint: `They are ${named.join(', ')}${runs.length > MOST_NAMED ? ' and others' : ''}.`,
		});
	}
	return withTrueStatus(run);
}

function withTrueStatus(run: Run): Run {
	const gone = run.status === 'running' && run.owner !== null && !isOwned(run);
	return gone ? { ...run, status: 'interrupted' } : run;
}

/** What people call the data set and the model of a run; null where it has none. */
export interface RunNames {
	readonly dataset: string | null;
	/** `payments@2` */
	readonly model: string | null;
}

/** By the ids of the runs. */
export async function nameRuns(store: Store, runs: readonly Run[]): Promise<ReadonlyMap<string, RunNames>> {
	const ids = (of: (run: Run) => string | null) => [...new Set(runs.flatMap((run) => of(run) ?? []))];
	const [datasetIds, modelIds] = [ids(({ dataset_id }) => dataset_id), ids(({ model_id }) => model_id)];
	const { reader } = store;
	const datasets =
		datasetIds.length === 0
			? []
			: await reader
					.selectFrom('datasets')
					.select(['dataset_id', 'name'])
					.where('dataset_id', 'in', datasetIds)
					.execute();
	const models =
		modelIds.length === 0
			? []
			: await reader
					.selectFrom('models')
					.select(['model_id', 'name', 'version'])
					.where('model_id', 'in', modelIds)
					.execute();
	const nameOf = new Map(datasets.map(({ dataset_id, name }) => [dataset_id, name]));
	const modelOf = new Map(models.map(({ model_id, name, version }) => [model_id, `${name}@${version}`]));
	return new Map(
		runs.map(({ run_id, dataset_id, model_id }) => [
			run_id,
			{ dataset: nameOf.get(dataset_id ?? '') ?? null, model: modelOf.get(model_id ?? '') ?? null },
		]),
	);
}
