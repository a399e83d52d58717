import type { RunConfig, RunRequest } from '../contracts/run-config.ts';
import type { Dataset, Run } from '../store/database.ts';
import { getDataset } from '../store/datasets.ts';
import { getRun } from '../store/list-runs.ts';
import { listMetrics } from '../store/model-metrics.ts';
import { listTopScores } from '../store/scores.ts';
import type { Store } from '../store/store.ts';

/** How many of the highest records are held against each other. */
const TOPS = [10, 100, 1_000] as const;
const MOST_MOVED = 10;

export interface ComparedRun {
	readonly runId: string;
	readonly kind: string;
	readonly datasetName: string | null;
	readonly rows: number | null;
	readonly modelId: string | null;
	readonly seed: number;
	readonly startedAt: string;
	readonly version: string;
}

export interface RunComparison {
	readonly runs: readonly [ComparedRun, ComparedRun];
	/** Whether both read the same bytes. */
	readonly isSameData: boolean;
	/** Of the models that both runs have trained, by name; null where one of them was not measured so. */
	readonly metrics: readonly {
		readonly metric: string;
		readonly first: number | null;
		readonly second: number | null;
		readonly difference: number | null;
	}[];
	/** Choices of the configuration that differ, by path; null where nothing was chosen. */
	readonly settings: readonly { readonly path: string; readonly first: unknown; readonly second: unknown }[];
	/** Of the `k` highest records of each, how many both have; empty for different data, or where one has scored nothing. */
	readonly overlap: readonly { readonly k: number; readonly both: number }[];
	/** Records of the first run's highest whose place changed most; `second` is null where the second run puts them lower. */
	readonly moved: readonly { readonly recordKey: string; readonly first: number; readonly second: number | null }[];
}

/** Two runs side by side: what they were made of, how good their models are, whether they find the same records. @throws NOT_FOUND */
export async function compareRuns(store: Store, references: readonly [string, string]): Promise<RunComparison> {
	const [first, second] = [await getRun(store, references[0]), await getRun(store, references[1])];
	const tables = await Promise.all([tableOf(store, first), tableOf(store, second)]);
	// The same rows may have been named by other keys.
	const nameBy = tables[0]?.rows_total === tables[1]?.rows_total ? 'row_number' : 'record_key';
	const [firstTop, secondTop] = await Promise.all([topScores(store, first), topScores(store, second)]);
	const [firstRows, secondRows] = [firstTop.map((score) => score[nameBy]), secondTop.map((score) => score[nameBy])];
	const places = new Map(secondRows.map((row, place) => [row, place + 1]));
	const moved = firstTop
		.slice(0, TOPS[1])
		.map((score, place) => ({
			recordKey: score.record_key,
			first: place + 1,
			second: places.get(score[nameBy]) ?? null,
		}))
		.filter((record) => record.second !== record.first)
		.toSorted((a, b) => distance(b) - distance(a) || a.first - b.first)
		.slice(0, MOST_MOVED);
	const isSameData = tables[0] !== null && tables[0]?.content_sha256 === tables[1]?.content_sha256;
	// Keys of other data may be the same by chance.
	const isComparable = isSameData && firstRows.length > 0 && secondRows.length > 0;
	return {
		runs: [await describe(store, first), await describe(store, second)],
		isSameData,
		metrics: await compareMetrics(store, first, second),
		settings: compareSettings(first, second),
		overlap: isComparable
			? TOPS.filter((k) => k <= Math.min(firstRows.length, secondRows.length)).map((k) => {
					const head = new Set(firstRows.slice(0, k));
					return { k, both: secondRows.slice(0, k).filter((row) => head.has(row)).length };
				})
			: [],
		moved: isComparable ? moved : [],
	};
}

function distance({ first, second }: { readonly first: number; readonly second: number | null }): number {
	return second === null ? Number.POSITIVE_INFINITY : Math.abs(second - first);
}

function topScores(store: Store, { run_id }: Run) {
	return listTopScores(store, run_id, { limit: TOPS[2] });
}

async function tableOf(store: Store, { dataset_id: id }: Run): Promise<Dataset | null> {
	return id === null ? null : await getDataset(store, id);
}

async function describe(store: Store, run: Run): Promise<ComparedRun> {
	const dataset = await tableOf(store, run);
	return {
		runId: run.run_id,
		kind: run.kind,
		datasetName: dataset?.name ?? null,
		rows: dataset?.rows_loaded ?? null,
		modelId: run.model_id,
		seed: run.seed,
		startedAt: run.started_at,
		version: run.counterfoil_version,
	};
}

/** A model has its measures from the run that trained it; of a run that only uses it they would say nothing. */
const TRAINING: ReadonlySet<string> = new Set(['pipeline', 'train', 'retrain']);

async function compareMetrics(store: Store, first: Run, second: Run): Promise<RunComparison['metrics']> {
	if (!TRAINING.has(first.kind) || !TRAINING.has(second.kind)) return [];
	const valuesOf = async ({ model_id: id }: Run) => {
		const metrics = id === null ? [] : await listMetrics(store, id);
		return new Map(metrics.filter(({ part }) => part === '').map(({ metric, value }) => [metric, value]));
	};
	const [a, b] = [await valuesOf(first), await valuesOf(second)];
	return [...new Set([...a.keys(), ...b.keys()])].toSorted().map((metric) => {
		const [one = null, other = null] = [a.get(metric), b.get(metric)];
		return { metric, first: one, second: other, difference: one === null || other === null ? null : other - one };
	});
}

/** Settings that only a training goes by. */
const OF_TRAINING = /^(generator|scoring|entity|baselines)(\.|$)/;

/** Leaves by path; what names the run itself is left out, and what a run that only uses a model has no use for. */
function compareSettings(first: Run, second: Run): RunComparison['settings'] {
	const [a, b] = [settingsOf(first), settingsOf(second)];
	const isOfBoth = (path: string) => !OF_TRAINING.test(path) || (TRAINING.has(first.kind) && TRAINING.has(second.kind));
	return [...new Set([...a.keys(), ...b.keys()])]
		.filter((path) => isOfBoth(path) && JSON.stringify(a.get(path)) !== JSON.stringify(b.get(path)))
		.map((path) => ({ path, first: a.get(path) ?? null, second: b.get(path) ?? null }));
}

/** Columns that were not named are what they were in the table of the model, if a model looked at them. */
function settingsOf({ config_json }: Run): Map<string, unknown> {
	const { seed, config = {} } = JSON.parse(config_json) as Pick<RunRequest, 'seed'> & { config?: Partial<RunConfig> };
	const { usual, ...said } = config;
	const settings = new Map(leaves({ seed, ...said }));
	for (const [path, column] of Object.entries(usual ?? {})) {
		const named = settings.get(path) ?? [];
		if (Array.isArray(named) && named.length === 0) settings.set(path, column);
	}
	return settings;
}

function* leaves(value: unknown, path = ''): Generator<[string, unknown]> {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		yield [path, value];
		return;
	}
	for (const [name, inner] of Object.entries(value)) yield* leaves(inner, path === '' ? name : `${path}.${name}`);
}
