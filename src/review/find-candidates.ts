import type { Kysely } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { Database } from '../store/database.ts';
import type { Queue } from '../store/review-database.ts';
import { findDiscoveryCut } from './discovery-cut.ts';
import type { QueueRule } from './queue-rule.ts';

/** Values of one `in (...)`, well below the limit of parameters. */
const ROWS_PER_QUERY = 1_000;

/** A scored record that the rule of a queue picks. */
export interface Candidate {
	readonly datasetId: string;
	readonly rowNumber: number;
	readonly recordKey: string;
	/** The record, or the value of the entity column where the queue has one and the record has a value. */
	readonly entityKey: string;
	readonly score: number;
	/** The score, times the value column where the queue has one. */
	readonly priority: number;
	/** Absolute value of the value column; null where the queue has none. */
	readonly amount: number | null;
}

/** Columns of a queue that say what an item is about and what it is worth. */
export type QueueColumns = Pick<Queue, 'entity_column' | 'value_column'>;

/**
 * The records of a run that belong into a queue, by score, then surprise, then row number: the highest
 * within the budget, or those from the threshold on, or as many as the share of false alarms allows, or the alerts of
 * the run where the rule says none of it.
 *
 * @throws COLUMN_UNKNOWN if the records lack the entity or the value column of the queue.
 */
export async function findCandidates(
	db: Kysely<Database>,
	runId: string,
	queue: QueueColumns,
	rule: QueueRule,
): Promise<Candidate[]> {
	let query = scoredRecords(db, runId);
	if (rule.alert_budget !== null) query = query.limit(rule.alert_budget);
	else if (rule.score_threshold !== null) query = query.where('scores.score', '>=', rule.score_threshold);
	else if (rule.fdr_level !== null) {
		query = query.where('scores.p_value', '<=', await findDiscoveryCut(db, runId, rule.fdr_level));
	} else query = query.where('scores.is_alert', '=', 1);
	const rows = await query
		.orderBy('scores.score', 'desc')
		.orderBy('scores.surprise', 'desc')
		.orderBy('scores.row_number')
		.execute();
	return rows.map((row) => toCandidate(row, queue));
}

/** The same for certain rows of a run, in the order of their numbers. */
export async function readCandidates(
	db: Kysely<Database>,
	runId: string,
	queue: QueueColumns,
	rowNumbers: readonly number[],
): Promise<Candidate[]> {
	const candidates: Candidate[] = [];
	for (let start = 0; start < rowNumbers.length; start += ROWS_PER_QUERY) {
		const rows = await scoredRecords(db, runId)
			.where('scores.row_number', 'in', rowNumbers.slice(start, start + ROWS_PER_QUERY))
			.orderBy('scores.row_number')
			.execute();
		candidates.push(...rows.map((row) => toCandidate(row, queue)));
	}
	return candidates;
}

function scoredRecords(db: Kysely<Database>, runId: string) {
	return db
		.selectFrom('scores')
		.innerJoin('records', (join) =>
			join.onRef('records.dataset_id', '=', 'scores.dataset_id').onRef('records.row_number', '=', 'scores.row_number'),
		)
		.select(['scores.dataset_id', 'scores.row_number', 'scores.record_key', 'scores.score', 'records.data_json'])
		.where('scores.run_id', '=', runId);
}

interface ScoredRecord {
	readonly dataset_id: string;
	readonly row_number: number;
	readonly record_key: string;
	readonly score: number;
	readonly data_json: string;
}

function toCandidate(row: ScoredRecord, { entity_column: entityColumn, value_column: valueColumn }: QueueColumns) {
	const cells: Cells = entityColumn !== null || valueColumn !== null ? JSON.parse(row.data_json) : {};
	const entity = entityColumn === null ? null : readCell(cells, entityColumn);
	const value = valueColumn === null ? null : Number(readCell(cells, valueColumn) ?? 0);
	// A value that is no amount is nothing that could be lost.
	const amount = value === null ? null : Number.isFinite(value) ? Math.abs(value) : 0;
	return {
		datasetId: row.dataset_id,
		rowNumber: row.row_number,
		recordKey: row.record_key,
		entityKey: entity === null ? row.record_key : String(entity),
		score: row.score,
		priority: row.score * (amount ?? 1),
		amount,
	};
}

type Cells = Readonly<Record<string, string | number | null>>;

function readCell(cells: Cells, column: string): string | number | null {
	const cell = cells[column];
	if (cell !== undefined) return cell;
	const nearest = findNearest(column, Object.keys(cells));
	throw new CounterfoilError('COLUMN_UNKNOWN', 'The records do not have a column that the queue names.', {
		where: `column "${column}"`,
		hint: nearest === null ? 'counterfoil queue rules shows what the queues name' : `did you mean ${nearest}?`,
	});
}
