import { runTask } from '../compute/run-task.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { GenerateOutput } from '../contracts/generation-steps.ts';
import type { AddHistoryOutput, ArtifactRef } from '../contracts/pipeline.ts';
import { getDataset } from '../store/datasets.ts';
import { getRecord } from '../store/get-record.ts';
import { findScoredRow, getScore } from '../store/get-score.ts';
import { getRun } from '../store/list-runs.ts';
import { getModel } from '../store/models.ts';
import { hasReleasedRows } from '../store/released-rows.ts';
import { getStepOutput } from '../store/run-steps.ts';
import type { ScoreWithRecord } from '../store/scores.ts';
import type { Store } from '../store/store.ts';
import { truthColumnsOf } from '../store/truth-columns.ts';
import type { Workspace } from './open-workspace.ts';

export interface ExplainedRecord {
	readonly runId: string;
	readonly score: ScoreWithRecord;
	/** As `scores.reasons` holds them, in full even where only the cheap ones are stored. */
	readonly reasons: readonly unknown[];
	/** The normal training record that is most like this one; null if there is none in the database. */
	readonly nearest: NearestRecord | null;
	/** The row most like it of those that the run generated; null if there is none that may be shown. */
	readonly nearestGenerated: Cells | null;
	/** Names of the columns that the score may look at. */
	readonly columns: readonly string[];
	/** Columns that tell the truth about a record. */
	readonly truthColumns: readonly string[];
}

export interface NearestRecord {
	readonly datasetId: string;
	readonly rowNumber: number;
	readonly recordKey: string;
	readonly record: Cells;
}

export type Cells = Readonly<Record<string, string | number | null>>;

/** A record of a run, by its row from 1 or by its key. */
export type AskedRecord = { readonly rowNumber: number } | { readonly key: string };

async function getAskedScore(store: Store, runId: string, record: AskedRecord): Promise<ScoreWithRecord> {
	const rowNumber = 'key' in record ? await findScoredRow(store, runId, record.key) : record.rowNumber;
	const score = rowNumber === undefined ? undefined : await getScore(store, runId, rowNumber);
	if (score !== undefined) return score;
	const which = 'key' in record ? `record ${record.key}` : `row ${record.rowNumber}`;
	throw new CounterfoilError('NOT_FOUND', `the run has no score of this ${'key' in record ? 'record' : 'row'}`, {
		where: `run ${runId}, ${which}`,
		hint:
			'key' in record
				? 'name the row, or the key as the column of --key has it'
				: 'rows are numbered from 1, in the order of the file; a key that is a number needs --by-key',
	});
}

/**
 * Why a record has its score. Of records that are not suspicious only the cheap reasons are stored: then the full ones
 * are worked out anew from the stored model and table, in a compute process.
 *
 * @throws CounterfoilError NOT_FOUND; what the compute process fails with
 */
export async function explainRecord(
	workspace: Workspace,
	runReference: string,
	record: AskedRecord,
	signal: AbortSignal,
): Promise<ExplainedRecord> {
	const { store } = workspace;
	const run = await getRun(store, runReference);
	const score = await getAskedScore(store, run.run_id, record);
	const stored = JSON.parse(score.reasons) as readonly unknown[];
	const model = await getModel(store, score.model_id);
	const generated = (await hasReleasedRows(store, score.run_id))
		? ((await getStepOutput(store, score.run_id, 'generate')) as GenerateOutput | null)
		: null;
	const isFull = findNearestRow(stored) !== null;
	const made = isFull && generated === null ? null : await workOut();
	const reasons = isFull || made === null ? stored : made.reasons;
	const columns = JSON.parse((await getDataset(store, score.dataset_id)).columns_json) as readonly ColumnFacts[];
	const truth = await truthColumnsOf(store, score.dataset_id);
	return {
		runId: run.run_id,
		score,
		reasons,
		nearest: await findNearest(workspace, model.dataset_id, findNearestRow(reasons)),
		nearestGenerated: made?.nearestGenerated ?? null,
		columns: columns.filter((column) => isScored(column) && !truth.has(column.name)).map(({ name }) => name),
		truthColumns: [...truth],
	};

	/** What is stored in full is told even where no more can be found out: the model or the table may be gone. */
	async function workOut() {
		try {
			return await explainAnew(workspace, score as ScoreWithRecord, generated?.table ?? null, signal);
		} catch (error) {
			if (isFull && !signal.aborted) return null;
			throw error;
		}
	}
}

interface ColumnFacts {
	readonly name: string;
	readonly kind: string;
	readonly role: string;
}

function isScored({ kind, role }: ColumnFacts): boolean {
	return role === 'feature' && kind !== 'key' && kind !== 'text';
}

async function explainAnew(
	workspace: Workspace,
	score: ScoreWithRecord,
	generated: ArtifactRef | null,
	signal: AbortSignal,
): Promise<{ readonly reasons: unknown[]; readonly nearestGenerated: Cells | null }> {
	const { store } = workspace;
	const model = await getModel(store, score.model_id);
	const dataset = await getDataset(store, score.dataset_id);
	const ref = (uri: string | null, sha256: string | null): ArtifactRef => {
		if (uri !== null) return { uri, sha256: sha256 ?? '', bytes: 0 };
		throw new CounterfoilError('MODEL_INVALID', 'the model is not complete', { where: `model ${model.model_id}` });
	};
	const history = (await getStepOutput(store, score.run_id, 'addHistory')) as AddHistoryOutput | null;
	const { reasons, nearestGenerated } = await runTask(
		'explain',
		{
			manifest: ref(dataset.manifest_uri, null),
			history: history?.rows ?? null,
			model: {
				modelId: model.model_id,
				profile: ref(model.profile_uri, model.profile_sha256),
				features: ref(model.features_uri, model.features_sha256),
				generator: ref(model.generator_uri, model.generator_sha256),
				scorer: ref(model.scorer_uri, model.scorer_sha256),
				history: history === null ? null : ref(model.history_uri, model.history_sha256),
			},
			row: score.row_number - 1,
			generated,
		},
		{ step: 'explain', attempt: 1, previous: null, signal, report: () => undefined },
		workspace.compute,
	);
	return { reasons: JSON.parse(reasons) as unknown[], nearestGenerated };
}

/** The row that a reason of the kind `nearest` names. */
function findNearestRow(reasons: readonly unknown[]): number | null {
	for (const reason of reasons as readonly { readonly kind?: unknown; readonly rowNumber?: unknown }[]) {
		if (reason.kind === 'nearest' && typeof reason.rowNumber === 'number') return reason.rowNumber;
	}
	return null;
}

async function findNearest(
	workspace: Workspace,
	datasetId: string | null,
	rowNumber: number | null,
): Promise<NearestRecord | null> {
	if (datasetId === null || rowNumber === null) return null;
	const record = await getRecord(workspace.store, datasetId, rowNumber);
	if (record === undefined) return null;
	return { datasetId, rowNumber, recordKey: record.record_key, record: JSON.parse(record.data_json) as Cells };
}
