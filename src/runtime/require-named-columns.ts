import { getJson } from '../artifacts/stored-json.ts';
import { readingSettings } from '../compute/ingest-contained.ts';
import { runTask } from '../compute/run-task.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { DEFAULT_INPUT_LIMITS, type RunConfig, type RunRequest } from '../contracts/run-config.ts';
import type { SchemaContract } from '../contracts/schema-contract.ts';
import { requireColumns } from '../features/require-columns.ts';
import { findDataset } from '../store/datasets.ts';
import { getModel } from '../store/models.ts';
import { nameDataset } from '../store/name-dataset.ts';
import type { Workspace } from './open-workspace.ts';

/**
 * Holds the columns that a run is told of, and the value of the label that is the anomaly, against those of its table,
 * before anything of the run is noted. The table is opened in a process of its own. A column that the table lacks, and
 * that a table before it or the schema has, is for the run to judge, by its policies.
 *
 * @throws CounterfoilError COLUMN_UNKNOWN, CONFIG_INVALID for a value that the label of a short table has not, and what
 * opening a table throws
 */
export async function requireNamedColumns(
	workspace: Workspace,
	request: Omit<RunRequest, 'runId' | 'runKey'>,
	signal: AbortSignal,
): Promise<void> {
	const { source, config } = request;
	const named = namedColumns(config);
	if (source === null || named.length === 0) return;
	const { names } = await runTask(
		'readColumns',
		{ source, config },
		{ step: 'readColumns', attempt: 1, previous: null, signal, report: () => undefined },
		{
			...workspace.compute,
			backend: config.backend,
			...readingSettings({ ...DEFAULT_INPUT_LIMITS, ...config.limits }),
		},
	);
	if (named.every((name) => names.includes(name))) return;
	const known = new Set(await knownColumns(workspace, request, source));
	requireColumns(
		names,
		named.filter((name) => !known.has(name)),
	);
}

/** The columns that settings speak of by their names in the table. */
function namedColumns({ label, key, time, ignore, truth = [], entity, dialect, schema }: RunConfig): string[] {
	const { dateFormats = [], columnNulls = [] } = dialect;
	const spoken = [...dateFormats, ...columnNulls, ...(schema?.policies.columns ?? [])].map(({ column }) => column);
	return [label, key, time, ...ignore, ...truth, ...entity, ...spoken].filter((name) => name !== null);
}

/** Columns of the table that this one is going to be held against, and those that the schema says there are. */
async function knownColumns(
	{ store, artifacts }: Workspace,
	{ config, datasetName, modelId }: Omit<RunRequest, 'runId' | 'runKey'>,
	source: string,
): Promise<readonly string[]> {
	const { against = null, declared = [] } = config.schema ?? {};
	const dataset = await findDataset(store, against ?? datasetName ?? nameDataset(source));
	const model = modelId === null ? null : await getModel(store, modelId);
	const names = declared.map(({ column }) => column);
	for (const owner of [dataset, model]) {
		const uri = owner?.contract_uri ?? owner?.profile_uri ?? null;
		if (uri === null) continue;
		const stored = await getJson<SchemaContract | TableProfile>(artifacts, { uri });
		names.push(...stored.columns.map(({ name }) => name));
	}
	return names;
}
