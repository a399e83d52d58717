import { readChange, readGroups, readReasons } from '../../review/read-reasons.ts';
import type { Dataset, Model, Run, SyntheticTable } from '../../store/database.ts';
import type { ReviewItem } from '../../store/review-database.ts';
import type { ScoreWithRecord } from '../../store/scores.ts';
import { type Cells, MASK, maskCells, maskKey } from '../mask-cells.ts';
import type { DatasetBody, ModelBody, ReasonBody, RunRow, ScoredRow, SyntheticTableBody } from './schemas.ts';

/** Rows of the database in the form that the API gives them. */

export function presentRun(run: Run, datasetName: string | null): RunRow {
	return {
		runId: run.run_id,
		kind: run.kind,
		status: run.status,
		runner: run.runner,
		datasetId: run.dataset_id,
		datasetName,
		modelId: run.model_id,
		seed: run.seed,
		backend: run.backend,
		version: run.counterfoil_version,
		startedAt: run.started_at,
		finishedAt: run.finished_at,
		error: run.error_json === null ? null : (JSON.parse(run.error_json) as RunRow['error']),
		progress: run.status === 'running' ? presentProgress(run.progress_json) : null,
	};
}

interface StoredEvent {
	readonly step?: string;
	readonly progress?: { readonly done: number; readonly total: number; readonly phase: string };
}

function presentProgress(json: string | null): RunRow['progress'] {
	if (json === null) return null;
	const { step = '', progress } = JSON.parse(json) as StoredEvent;
	return { step, done: progress?.done ?? 0, total: progress?.total ?? 0, phase: progress?.phase ?? '' };
}

/** @param hidden columns that whoever asks may not see */
export function presentReasons(
	parsed: unknown,
	hidden: ReadonlySet<string>,
): { reasons: ReasonBody[]; together: string[]; change: string | null } {
	const reasons = readReasons(parsed).map((reason) => {
		if (reason.column === null || !hidden.has(reason.column)) return reason;
		return { ...reason, value: reason.value === null ? null : MASK, typical: null, text: null };
	});
	// Sentences may name values of any column.
	const isOpen = hidden.size === 0;
	return { reasons, together: isOpen ? readGroups(parsed) : [], change: isOpen ? readChange(parsed) : null };
}

export function presentScore(row: ScoreWithRecord, hidden: ReadonlySet<string>): ScoredRow {
	const cells = JSON.parse(row.data_json) as Cells;
	return {
		rowNumber: row.row_number,
		recordKey: maskKey(row.record_key, cells, hidden),
		score: row.score,
		surprise: row.surprise,
		severity: row.severity,
		isAlert: row.is_alert === 1,
		...presentReasons(JSON.parse(row.reasons), hidden),
		record: maskCells(cells, hidden),
	};
}

export function presentDataset(dataset: Dataset): DatasetBody {
	return {
		datasetId: dataset.dataset_id,
		name: dataset.name,
		source: dataset.source_uri.split(/[/\\]/).at(-1) ?? '',
		rowsLoaded: dataset.rows_loaded,
		rowsRejected: dataset.rows_rejected,
		status: dataset.status,
		ingestedAt: dataset.ingested_at,
	};
}

export function presentModel(model: Model): ModelBody {
	return {
		modelId: model.model_id,
		name: model.name,
		version: model.version,
		kind: model.kind,
		stage: model.stage,
		datasetId: model.dataset_id,
		seed: model.seed,
		backend: model.backend,
		trainedAt: model.trained_at,
	};
}

interface StoredRelease {
	readonly verdict: 'release' | 'refuse';
	readonly reasons: readonly string[];
	readonly override: string | null;
}

export function presentSynthetic(table: SyntheticTable, isStored: boolean): SyntheticTableBody {
	const release = table.release_json === null ? null : (JSON.parse(table.release_json) as StoredRelease);
	return {
		syntheticTableId: table.synthetic_table_id,
		modelId: table.model_id,
		runId: table.run_id,
		rows: table.rows,
		conditions: JSON.parse(table.conditions_json) as unknown,
		seed: table.seed,
		tableName: table.table_name,
		isStored,
		createdAt: table.created_at,
		release:
			release === null
				? null
				: {
						isFit: release.verdict === 'release',
						reasons: [...release.reasons],
						override: release.override,
					},
	};
}

/** What an item holds by itself, without its score and its record. */
export function presentItem(item: ReviewItem) {
	return {
		itemId: item.item_id,
		version: item.version,
		entityKey: item.entity_key,
		recordKey: item.record_key,
		runId: item.run_id,
		rowNumber: item.row_number,
		priority: item.priority,
		state: item.state,
		hits: item.hits,
		assignee: item.assignee,
		leaseExpiresAt: item.lease_expires_at,
		snoozedUntil: item.snoozed_until,
		dueAt: item.due_at,
		openedAt: item.opened_at,
		closedAt: item.closed_at,
		amount: item.amount,
		origin: item.origin,
		decision: item.decision,
		reasonCode: item.reason_code,
		decidedBy: item.decided_by,
		proposedDecision: item.proposed_decision,
		proposedBy: item.proposed_by,
		escalatedBy: item.escalated_by,
	};
}
