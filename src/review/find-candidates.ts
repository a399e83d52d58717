import { CounterfoilError } from '../contracts/errors.ts';
import type { Queue } from '../store/database.ts';
import type { StoreTransaction } from '../store/store.ts';

/** A scored record that the rule of a queue picks. */
export interface Candidate {
	readonly datasetId: string;
	readonly rowNumber: number;
	readonly recordKey: string;
	/** The record, or the value of the entity column where the queue has one and the record has a value. */
	readonly entityKey: string;
	/** The score, times the value column where the queue has one. */
	readonly priority: number;
	/** Absolute value of the value column; null where the queue has none. */
	readonly amount: number | null;
}

/**
 * The records of a run that belong into a queue, by score, then surprise, then row number: the highest
 * within the budget, or those from the threshold on, or the alerts of the run where the rule says neither.
 *
 * @throws COLUMN_UNKNOWN if the records lack the entity or the value column of the queue.
 */
export async function findCandidates(
	transaction: StoreTransaction,
	runId: string,
	queue: Pick<Queue, 'entity_column' | 'value_column'>,
	rule: Pick<Queue, 'alert_budget' | 'score_threshold'>,
): Promise<Candidate[]> {
	let query = transaction
		.selectFrom('scores')
		.innerJoin('records', (join) =>
			join.onRef('records.dataset_id', '=', 'scores.dataset_id').onRef('records.row_number', '=', 'scores.row_number'),
		)
		.select(['scores.dataset_id', 'scores.row_number', 'scores.record_key', 'scores.score', 'records.data_json'])
		.where('scores.run_id', '=', runId);
	if (rule.alert_budget !== null) query = query.limit(rule.alert_budget);
	else if (rule.score_threshold !== null) query = query.where('scores.score', '>=', rule.score_threshold);
	else query = query.where('scores.is_alert', '=', 1);
	const rows = await query
		.orderBy('scores.score', 'desc')
		.orderBy('scores.surprise', 'desc')
		.orderBy('scores.row_number')
		.execute();
	const { entity_column: entityColumn, value_column: valueColumn } = queue;
	const needsCells = entityColumn !== null || valueColumn !== null;
	return rows.map((row) => {
		const cells: Cells = needsCells ? JSON.parse(row.data_json) : {};
		const entity = entityColumn === null ? null : readCell(cells, entityColumn);
		const value = valueColumn === null ? null : Number(readCell(cells, valueColumn) ?? 0);
		// A value that is no amount is nothing that could be lost.
		const amount = value === null ? null : Number.isFinite(value) ? Math.abs(value) : 0;
		return {
			datasetId: row.dataset_id,
			rowNumber: row.row_number,
			recordKey: row.record_key,
			entityKey: entity === null ? row.record_key : String(entity),
			priority: row.score * (amount ?? 1),
			amount,
		};
	});
}

type Cells = Readonly<Record<string, string | number | null>>;

function readCell(cells: Cells, column: string): string | number | null {
	const cell = cells[column];
	if (cell !== undefined) return cell;
	throw new CounterfoilError('COLUMN_UNKNOWN', 'The records do not have a column that the queue names.', {
		where: `column "${column}"`,
	});
}
