import { type Cells, ROWS_PER_SHARD, type TableBatch } from '../contracts/table.ts';
import { parseCanonicalNumber } from './canonical-number.ts';

/** Collects the cells of a column, row after row. */
export interface ColumnBuilder {
	/** The text of a cell; '' is a missing one. */
	addText(text: string): void;
	/** A number that the source holds as one; NaN is missing. Infinities become text. */
	addNumber(value: number): void;
	addMissing(): void;
	/** A text that is present even if it is ''. */
	addPresentText(text: string): void;
	/** A cell written `""`: a text of no characters in a column of texts, missing in one of numbers. */
	addQuotedEmpty(): void;
	/** The cells since the last call; starts anew. */
	take(): Cells;
}

/**
 * A column starts as numbers and turns to text at the first cell whose text is not exactly what its number
 * would be written as ('007', '1.50', '1e5', '-0', 2^53 and beyond), so that what goes in comes out unchanged.
 */
export function createColumnBuilder(): ColumnBuilder {
	let rows = 0;
	let capacity = FIRST_CAPACITY;
	let values: Float64Array | null = new Float64Array(capacity);
	let codes = new Int32Array(0);
	let dictionary: string[] = [];
	let codeOf = new Map<string, number>();
	/** Rows of `addQuotedEmpty`, as long as the column may turn out to be numbers. */
	let quotedEmpties: number[] = [];

	function encode(text: string): number {
		const known = codeOf.get(text);
		if (known !== undefined) return known;
		const code = dictionary.length;
		codeOf.set(text, code);
		dictionary.push(text);
		return code;
	}

	function turnToText(numbers: Float64Array): void {
		codes = new Int32Array(capacity);
		for (let row = 0; row < rows; row++) {
			const value = numbers[row] as number;
			codes[row] = Number.isNaN(value) ? -1 : encode(Object.is(value, -0) ? '-0' : String(value));
		}
		for (const row of quotedEmpties) codes[row] = encode('');
		quotedEmpties = [];
		values = null;
	}

	function grow(): void {
		capacity *= 2;
		if (values !== null) {
			const larger = new Float64Array(capacity);
			larger.set(values);
			values = larger;
		} else {
			const larger = new Int32Array(capacity);
			larger.set(codes);
			codes = larger;
		}
	}

	function addPresentText(text: string): void {
		if (rows === capacity) grow();
		if (values !== null) {
			const value = parseCanonicalNumber(text);
			if (!Number.isNaN(value)) {
				values[rows++] = value;
				return;
			}
			turnToText(values);
		}
		codes[rows++] = encode(text);
	}

	function addMissing(): void {
		if (rows === capacity) grow();
		if (values !== null) values[rows++] = Number.NaN;
		else codes[rows++] = -1;
	}

	return {
		addPresentText,
		addMissing,
		addQuotedEmpty() {
			if (values === null) return addPresentText('');
			quotedEmpties.push(rows);
			addMissing();
		},
		addText(text) {
			if (text === '') addMissing();
			else addPresentText(text);
		},
		addNumber(value) {
			if (Number.isNaN(value)) addMissing();
			else if (values !== null && Number.isFinite(value)) {
				if (rows === capacity) grow();
				values[rows++] = value;
			} else addPresentText(Object.is(value, -0) ? '-0' : String(value));
		},
		take() {
			// Without any number in it, a column of such cells is one of texts.
			if (quotedEmpties.length > 0 && values?.subarray(0, rows).every(Number.isNaN)) turnToText(values);
			const cells: Cells =
				values !== null
					? { type: 'number', values: values.slice(0, rows) }
					: { type: 'text', codes: codes.slice(0, rows), dictionary };
			rows = 0;
			quotedEmpties = [];
			values ??= new Float64Array(capacity);
			dictionary = [];
			codeOf = new Map();
			return cells;
		},
	};
}

const FIRST_CAPACITY = 1_024;

/** Collects rows into batches. */
export interface BatchBuilder {
	/** One per name; every row adds one cell to each. */
	readonly columns: readonly ColumnBuilder[];
	take(rows: number): TableBatch;
}

export function createBatchBuilder(names: readonly string[]): BatchBuilder {
	const columns = names.map(createColumnBuilder);
	return {
		columns,
		take: (rows) => ({ rows, names, columns: columns.map((column) => column.take()) }),
	};
}

/**
 * Rows of a batch: a shard of ordinary tables, fewer where they are very wide, so that the cells of a batch
 * stay near 16 MB of numbers, or 125 MB of texts of which none is repeated.
 */
export function rowsPerBatchOf(columns: number): number {
	return Math.min(ROWS_PER_SHARD, Math.max(1_024, Math.floor(2 ** 21 / Math.max(1, columns))));
}
