import { createRandom } from '../../../contracts/random.ts';
import type { ConstraintColumn } from '../constraint-columns.ts';

/** A column with its cells numbered in the order of first appearance; missing is a cell like any other. */
export interface CodedColumn {
	readonly column: ConstraintColumn;
	/** [rows] */
	readonly codes: Int32Array;
	/** Number (as `cellNumber` gives it) of each code. */
	readonly numbers: readonly number[];
	/** Rows with each code. */
	readonly counts: readonly number[];
	/** Code of missing cells, or -1. */
	readonly missing: number;
}

/** What every search shares. */
export interface Search {
	readonly rows: number;
	readonly columns: readonly CodedColumn[];
	/** [rows] in random order, so that a rule that does not hold is given up after a few rows, however they are sorted. */
	readonly order: Int32Array;
}

export function createSearch(columns: readonly ConstraintColumn[], rows: number): Search {
	return {
		rows,
		columns: columns.map((column) => codeColumn(column, rows)).filter((coded) => !hasUnseen(coded)),
		order: createRandom(0, 'constraints').permutation(rows),
	};
}

function hasUnseen({ column, numbers }: CodedColumn): boolean {
	return column.type === 'level' && numbers.some((number) => number < 0);
}

function codeColumn(column: ConstraintColumn, rows: number): CodedColumn {
	const codes = new Int32Array(rows);
	const known = new Map<number, number>();
	const numbers: number[] = [];
	const counts: number[] = [];
	for (let row = 0; row < rows; row++) {
		let number = column.type === 'number' ? (column.values[row] as number) : (column.codes[row] as number);
		if (column.type === 'level' && number === -1) number = Number.NaN;
		let code = known.get(number);
		if (code === undefined) {
			code = numbers.push(number) - 1;
			counts.push(0);
			known.set(number, code);
		}
		codes[row] = code;
		counts[code] = (counts[code] as number) + 1;
	}
	return { column, codes, numbers, counts, missing: numbers.findIndex((number) => Number.isNaN(number)) };
}

/** Distinct present cells. */
export function presentCells({ numbers, missing }: CodedColumn): number {
	return missing < 0 ? numbers.length : numbers.length - 1;
}

export function isDerived({ column }: CodedColumn): boolean {
	return column.type === 'level' && column.isDerived;
}

/** Share of the rows that have the most frequent cell. */
export function largestShare({ counts, codes }: CodedColumn): number {
	return counts.reduce((most, count) => Math.max(most, count), 0) / Math.max(1, codes.length);
}
