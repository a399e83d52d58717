/**
 * The cells of one column in one batch, as they were read.
 *
 * `number` is used only where the text of every present cell is exactly `String(value)`, so that what
 * went in comes out unchanged; all else stays text. Interpretation (dates, booleans, numbers written in
 * other ways, spellings of "missing") belongs to src/features.
 */
export type Cells = NumberCells | TextCells;

export interface NumberCells {
	readonly type: 'number';
	/** [rows]; finite, or NaN where the cell is missing. */
	readonly values: Float64Array;
}

export interface TextCells {
	readonly type: 'text';
	/** [rows]; index into `dictionary`, -1 where the cell is missing. */
	readonly codes: Int32Array;
	/** Distinct texts of this batch. */
	readonly dictionary: readonly string[];
	/** The same as bytes, where the reader has them; `dictionary` is then made when it is first asked for. */
	readonly utf8?: ByteTexts;
}

/** Texts as their bytes in UTF-8, one after the other. */
export interface ByteTexts {
	readonly bytes: Uint8Array;
	/** [texts]; where each text ends; it starts where the one before ends. */
	readonly ends: Int32Array;
}

/** Some consecutive rows of a table, column by column. */
export interface TableBatch {
	readonly rows: number;
	readonly names: readonly string[];
	/** One per name. */
	readonly columns: readonly Cells[];
}

/** Rows of a column shard, the unit in which rows are stored and worked on. */
export const ROWS_PER_SHARD = 65_536;

/** The text of one cell, or null where it is missing. */
export function cellText(cells: Cells, row: number): string | null {
	if (cells.type === 'number') {
		const value = cells.values[row] as number;
		return Number.isNaN(value) ? null : String(Object.is(value, -0) ? '-0' : value);
	}
	const code = cells.codes[row] as number;
	return code < 0 ? null : (cells.dictionary[code] as string);
}

/** A cell as JSON: a number, a text, or null where it is missing. */
export function cellValue(cells: Cells, row: number): string | number | null {
	if (cells.type === 'number') {
		const value = cells.values[row] as number;
		return Number.isNaN(value) ? null : value;
	}
	return cellText(cells, row);
}
