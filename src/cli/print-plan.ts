import { DEFAULT_INPUT_LIMITS, type RunRequest } from '../contracts/run-config.ts';
import { usualDurationMs } from '../runtime/estimate-remaining.ts';
import type { Workspace } from '../runtime/open-workspace.ts';
import { measureInput } from '../runtime/plan-run.ts';
import { describeUsual } from './describe-usual.ts';
import { escapeControls } from './escape-controls.ts';
import { formatBytes, formatDuration, formatQuantity } from './format-values.ts';
import { isWrittenByCommand } from './is-written-by-command.ts';
import type { Terminal } from './terminal.ts';

export interface PlannedRun {
	readonly request: RunRequest;
	readonly resumed: boolean;
	/** To generate, or of the data set, if known. */
	readonly rows: number | null;
	/** The database as it was named; the workspace has a copy. */
	readonly database: string;
}

/** What each kind of run leaves behind. */
const WRITES: Readonly<Record<RunRequest['kind'], string>> = {
	pipeline: 'a data set with its records, a model, scores, generated rows, a report, items of the review queue',
	ingest: 'a data set with its records and rejects',
	train: 'a data set if a file is named, and a model',
	score: 'a data set if a file is named, scores, items of the review queue',
	augment: 'generated rows',
	retrain: 'a model and its comparison with the one before',
	monitor: 'figures of drift, alerts where there is drift',
};

/** Says what a run would read and write, and about how long it would take; nothing is done. */
export async function printPlan(planned: PlannedRun, workspace: Workspace, terminal: Terminal): Promise<void> {
	const { request, resumed, database } = planned;
	const { kind, source, config, seed } = request;
	const input = source === null ? null : await measureInput(source);
	const known = request.datasetId === null ? null : await rowsOf(workspace, request.datasetId);
	const rows = planned.rows ?? input?.rows ?? known;
	const usualMs = rows === null ? null : usualDurationMs(rows, kind);
	const limits = { ...DEFAULT_INPUT_LIMITS, ...config.limits };
	if (terminal.json) {
		return terminal.outJson({
			kind,
			resumes: resumed ? request.runId : null,
			source,
			input,
			rows,
			database,
			modelId: request.modelId,
			datasetId: request.datasetId,
			seed,
			writes: WRITES[kind],
			memoryMb: limits.memoryMb,
			estimatedMs: usualMs,
			config,
		});
	}
	const size = input === null ? null : `${formatQuantity(input.files, 'file')}, ${formatBytes(input.bytes)}`;
	const lines: readonly (readonly [name: string, words: string | null])[] = [
		['would', resumed ? `go on with run ${request.runId} (${kind})` : `begin a run (${kind}), seed ${seed}`],
		['reads', source === null ? null : `${escapeControls(source)}: ${size}`],
		['data set', request.datasetId],
		['model', request.modelId],
		['columns', describeUsual(request, null)],
		['rows', rows === null ? 'not known before it is read' : `about ${formatQuantity(rows, 'row')}`],
		[
			'writes',
			`${WRITES[kind]}, into ${isWrittenByCommand(request) ? 'the file that is named' : escapeControls(database)}`,
		],
		[
			'memory',
			`at most ${limits.memoryMb} MB to read with; what it learns from is a sample, however many rows there are`,
		],
		['time', usualMs === null ? null : `about ${formatDuration(usualMs)} on a usual machine`],
	];
	for (const [name, words] of lines) if (words !== null) terminal.out(`${name.padEnd(9)} ${words}`);
}

async function rowsOf({ store }: Workspace, datasetId: string): Promise<number> {
	const { getDataset } = await import('../store/datasets.ts');
	return (await getDataset(store, datasetId)).rows_loaded;
}
