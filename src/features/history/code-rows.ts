import type { HistoryPlan } from '../../contracts/history.ts';
import type { Cells, TableBatch } from '../../contracts/table.ts';
import { compileDateFormat } from '../date-format.ts';
import { levelKey } from '../group-levels.ts';
import { isMissingText } from '../is-missing-text.ts';
import { columnCells, readLocalTimes, readNumbers } from '../read-cells.ts';

/** What the history needs of some rows, as numbers. */
export interface CodedRows {
	readonly rows: number;
	/** [rows]; milliseconds, NaN where missing. Where the plan has no time: 0 for all. */
	readonly times: Float64Array;
	/** [entities][rows]; -1 where missing. */
	readonly entities: readonly Int32Array[];
	/** [numbers][rows]; NaN where missing or infinite. */
	readonly numbers: readonly Float64Array[];
	/** [levels][rows]; 0 where missing. */
	readonly levels: readonly Int32Array[];
	/** [places][2][rows] */
	readonly places: readonly (readonly [Float64Array, Float64Array])[];
}

/** The codes of texts, given out in order of first appearance. */
export type Codes = Map<string, number>;

export interface Dictionaries {
	readonly entities: readonly Codes[];
	readonly levels: readonly Codes[];
}

/**
 * Reads what the history needs; new texts get new codes.
 *
 * @throws SCHEMA_MISMATCH if a column is missing.
 */
export function codeRows(batch: TableBatch, plan: HistoryPlan, dictionaries: Dictionaries): CodedRows {
	return {
		rows: batch.rows,
		times: readTimes(batch, plan),
		entities: plan.entities.map((column, e) =>
			codeCells(columnCells(batch, column), dictionaries.entities[e] as Codes, false, 0),
		),
		numbers: plan.numbers.map((column) => finiteNumbers(batch, column)),
		levels: plan.levels.map(({ column, ignoreCase }, l) => {
			const codes = codeCells(columnCells(batch, column), dictionaries.levels[l] as Codes, ignoreCase, 1);
			return codes.map((code) => Math.max(code, 0));
		}),
		places: plan.places.map(({ first, second }) => [finiteNumbers(batch, first), finiteNumbers(batch, second)]),
	};
}

/** [rows]; milliseconds, NaN where missing; 0 for all where the plan has no time. */
export function readTimes(batch: TableBatch, { time }: HistoryPlan): Float64Array {
	if (time === null) return new Float64Array(batch.rows);
	const cells = columnCells(batch, time.column);
	if (time.dateFormat !== null) return readLocalTimes(cells, compileDateFormat(time.dateFormat));
	return readNumbers(cells).map((seconds) => (Number.isFinite(seconds) ? seconds * 1000 : Number.NaN));
}

function finiteNumbers(batch: TableBatch, column: string): Float64Array {
	return readNumbers(columnCells(batch, column)).map((value) => (Number.isFinite(value) ? value : Number.NaN));
}

/** @param first code of the first text */
function codeCells(cells: Cells, codes: Codes, ignoreCase: boolean, first: number): Int32Array {
	const codeOf = (text: string): number => {
		if (isMissingText(text)) return -1;
		const key = levelKey(text, ignoreCase);
		let code = codes.get(key);
		if (code === undefined) {
			code = codes.size + first;
			codes.set(key, code);
		}
		return code;
	};
	const coded = new Int32Array(cells.type === 'number' ? cells.values.length : cells.codes.length);
	if (cells.type === 'number') {
		for (let row = 0; row < coded.length; row++) {
			const value = cells.values[row] as number;
			coded[row] = Number.isNaN(value) ? -1 : codeOf(String(value));
		}
		return coded;
	}
	const known = new Int32Array(cells.dictionary.length).fill(-2);
	for (let row = 0; row < coded.length; row++) {
		const at = cells.codes[row] as number;
		if (at >= 0 && known[at] === -2) known[at] = codeOf(cells.dictionary[at] as string);
		coded[row] = at < 0 ? -1 : (known[at] as number);
	}
	return coded;
}
