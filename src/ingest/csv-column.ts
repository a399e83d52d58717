import type { Cells } from '../contracts/table.ts';
import { createByteDictionary } from '../texts/byte-dictionary.ts';
import { textCells } from '../texts/byte-texts.ts';
import { readCanonicalNumber } from './canonical-number.ts';

/** Collects the cells of a column of delimited text, row after row; the outcome is that of a `ColumnBuilder`. */
export interface CsvColumn {
	/**
	 * Cells that are bytes of UTF-8; one without any is missing, one that ends before it starts is written `""`.
	 *
	 * @param bounds where cells start and end; two numbers a cell
	 * @param first place in `bounds` of the first cell
	 */
	addCells(text: Uint8Array, bounds: Int32Array, first: number, count: number): void;
	/** The text of a cell; '' is a missing one. */
	addText(text: string): void;
	/** A cell written `""`: a text of no characters in a column of texts, missing in one of numbers. */
	addQuotedEmpty(): void;
	/** The cells since the last call; starts anew. */
	take(): Cells;
}

const FIRST_CAPACITY = 1_024;
/** Digits of whole numbers that 32 bits hold in any case. */
const SHORT = 9;
const ZERO = 48;

export function createCsvColumn(): CsvColumn {
	const dictionary = createByteDictionary();
	let rows = 0;
	let values = new Float64Array(FIRST_CAPACITY);
	let codes = new Int32Array(0);
	let isNumber = true;
	/** Rows of cells written `""`, as long as the column may turn out to be numbers. */
	let quotedEmpties: number[] = [];

	function makeRoom(more: number): void {
		const capacity = isNumber ? values.length : codes.length;
		if (rows + more <= capacity) return;
		const wanted = Math.max(2 * capacity, rows + more);
		if (isNumber) {
			const larger = new Float64Array(wanted);
			larger.set(values);
			values = larger;
		} else {
			const larger = new Int32Array(wanted);
			larger.set(codes);
			codes = larger;
		}
	}

	function turnToText(): void {
		if (codes.length < values.length) codes = new Int32Array(values.length);
		for (let row = 0; row < rows; row++) {
			const value = values[row] as number;
			codes[row] = Number.isNaN(value) ? -1 : dictionary.encodeText(String(value));
		}
		for (const row of quotedEmpties) codes[row] = dictionary.encodeText('');
		quotedEmpties = [];
		isNumber = false;
	}

	/** @returns how many cells from the first on were numbers or missing. */
	function addNumbers(text: Uint8Array, bounds: Int32Array, first: number, count: number): number {
		const numbers = values;
		let row = rows;
		let i = 0;
		cells: for (let at = first; i < count; i++, at += 2) {
			const start = bounds[at] as number;
			const end = bounds[at + 1] as number;
			const length = end - start;
			if (length <= 0) {
				if (length < 0) quotedEmpties.push(row);
				numbers[row++] = Number.NaN;
				continue;
			}
			// Most numbers are short whole ones; the call, and the box that its outcome comes in, take longer than the rest.
			if (length <= SHORT && (length === 1 || text[start] !== ZERO)) {
				let whole = 0;
				for (let place = start; place < end; place++) {
					const digit = (text[place] as number) - ZERO;
					if (digit < 0 || digit > 9) {
						if (!readCanonicalNumber(text, start, end, numbers, row)) break cells;
						row++;
						continue cells;
					}
					whole = (whole * 10 + digit) | 0;
				}
				numbers[row++] = whole;
			} else {
				if (!readCanonicalNumber(text, start, end, numbers, row)) break;
				row++;
			}
		}
		rows = row;
		return i;
	}

	function addTexts(text: Uint8Array, bounds: Int32Array, first: number, count: number): void {
		const bytes = new DataView(text.buffer, text.byteOffset, text.length);
		dictionary.encodeAll(bytes, bounds, first, count, codes, rows);
		rows += count;
	}

	function addCells(text: Uint8Array, bounds: Int32Array, first: number, count: number): void {
		makeRoom(count);
		let added = 0;
		if (isNumber) {
			added = addNumbers(text, bounds, first, count);
			if (added === count) return;
			turnToText();
		}
		addTexts(text, bounds, first + 2 * added, count - added);
	}

	return {
		addCells,
		addText(text) {
			const bytes = Buffer.from(text);
			addCells(bytes, Int32Array.of(0, bytes.length), 0, 1);
		},
		addQuotedEmpty: () => addCells(NOTHING, QUOTED_EMPTY, 0, 1),
		take() {
			// Without any number in it, a column of such cells is one of texts.
			if (quotedEmpties.length > 0 && values.subarray(0, rows).every(Number.isNaN)) turnToText();
			const cells: Cells = isNumber
				? { type: 'number', values: values.slice(0, rows) }
				: textCells(codes.slice(0, rows), dictionary.texts());
			dictionary.clear();
			rows = 0;
			quotedEmpties = [];
			isNumber = true;
			return cells;
		},
	};
}

const NOTHING = new Uint8Array(0);
/** Where a cell written `""` starts and ends. */
const QUOTED_EMPTY = Int32Array.of(0, -1);
