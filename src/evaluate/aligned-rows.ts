import { alignLevels, assertSameColumns, type QualityTable } from './quality-table.ts';

/** The rows of a table, row-major, so that a row is read in one go. */
export interface AlignedRows {
	readonly rows: number;
	/** [rows, numbers]; NaN where missing. */
	readonly values: Float64Array;
	/** [rows, levels]; missing is a code of its own. */
	readonly codes: Int32Array;
}

/** Two tables with their levels on one list, so that equal codes are equal levels. */
export interface AlignedTables {
	/** Numeric columns. */
	readonly numbers: number;
	/** Categorical columns. */
	readonly levels: number;
	readonly first: AlignedRows;
	readonly second: AlignedRows;
}

function scatter<T extends Float64Array | Int32Array>(from: T, to: T, offset: number, width: number): void {
	for (let row = 0; row < from.length; row++) to[row * width + offset] = from[row] as number;
}

/** @throws INTERNAL if the tables differ in their columns. */
export function alignTables(first: QualityTable, second: QualityTable): AlignedTables {
	assertSameColumns(first, second);
	const numbers = first.columns.filter((column) => column.type === 'numeric').length;
	const levels = first.columns.length - numbers;
	const empty = (rows: number): AlignedRows => ({
		rows,
		values: new Float64Array(rows * numbers),
		codes: new Int32Array(rows * levels),
	});
	const aligned: AlignedTables = { numbers, levels, first: empty(first.rows), second: empty(second.rows) };
	let number = 0;
	let level = 0;
	first.columns.forEach((column, i) => {
		const other = second.columns[i];
		if (column.type === 'numeric' && other?.type === 'numeric') {
			scatter(column.values, aligned.first.values, number, numbers);
			scatter(other.values, aligned.second.values, number, numbers);
			number++;
		} else if (column.type === 'categorical' && other?.type === 'categorical') {
			const codes = alignLevels(column, other);
			scatter(codes.first, aligned.first.codes, level, levels);
			scatter(codes.second, aligned.second.codes, level, levels);
			level++;
		}
	});
	return aligned;
}
