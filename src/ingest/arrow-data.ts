import { type Data, Dictionary, Float64, Int32, makeData, Utf8, Vector } from 'apache-arrow';
import type { NumberCells, TextCells } from '../contracts/table.ts';

/** Numbers as Float64; missing cells are nulls. */
export function encodeNumbers(cells: NumberCells): Data<Float64> {
	const { values } = cells;
	const { length } = values;
	const type = new Float64();
	let missing = 0;
	for (let row = 0; row < length; row++) if (Number.isNaN(values[row])) missing++;
	if (missing === 0) return makeData({ type, length, nullCount: 0, data: values });
	// The bits of NaN are not fixed, and equal cells are to give equal bytes.
	const data = new Float64Array(length);
	const nullBitmap = new Uint8Array(Math.ceil(length / 8));
	for (let row = 0; row < length; row++) {
		const value = values[row] as number;
		if (Number.isNaN(value)) continue;
		data[row] = value;
		nullBitmap[row >> 3] = (nullBitmap[row >> 3] as number) | (1 << (row & 7));
	}
	return makeData({ type, length, nullCount: missing, nullBitmap, data });
}

/**
 * Text as Dictionary<Int32, Utf8>; missing cells are nulls.
 *
 * @param id of the dictionary within its table; left to the library, it would count up over the life of the process.
 */
export function encodeDictionary(cells: TextCells, id: number): Data<Dictionary<Utf8, Int32>> {
	const { codes } = cells;
	const { length } = codes;
	const type = new Dictionary(new Utf8(), new Int32(), id);
	const dictionary = new Vector([encodeTexts(cells.dictionary)]);
	let missing = 0;
	for (let row = 0; row < length; row++) missing += (codes[row] as number) >>> 31;
	if (missing === 0) return makeData({ type, length, nullCount: 0, data: codes, dictionary });
	const data = new Int32Array(length);
	const nullBitmap = new Uint8Array(Math.ceil(length / 8));
	for (let row = 0; row < length; row++) {
		const code = codes[row] as number;
		if (code < 0) continue;
		data[row] = code;
		nullBitmap[row >> 3] = (nullBitmap[row >> 3] as number) | (1 << (row & 7));
	}
	return makeData({ type, length, nullCount: missing, nullBitmap, data, dictionary });
}

/** Texts as Utf8; null is missing. They have to be well-formed Unicode. */
export function encodeTexts(texts: readonly (string | null)[]): Data<Utf8> {
	const joined = texts.join('');
	const bytes = Buffer.from(joined);
	const isAscii = bytes.length === joined.length;
	const valueOffsets = new Int32Array(texts.length + 1);
	for (let i = 0, end = 0; i < texts.length; i++) {
		const text = texts[i] ?? '';
		end += isAscii ? text.length : Buffer.byteLength(text);
		valueOffsets[i + 1] = end;
	}
	const validity = createValidity(texts.length, (row) => texts[row] !== null);
	return makeData({ type: new Utf8(), length: texts.length, ...validity, valueOffsets, data: bytes });
}

export function createValidity(
	rows: number,
	isPresent: (row: number) => boolean,
): { nullCount: number; nullBitmap: Uint8Array | null } {
	const bitmap = new Uint8Array(Math.ceil(rows / 8));
	let present = 0;
	for (let row = 0; row < rows; row++) {
		if (!isPresent(row)) continue;
		present++;
		bitmap[row >> 3] = (bitmap[row >> 3] as number) | (1 << (row & 7));
	}
	return present === rows ? { nullCount: 0, nullBitmap: null } : { nullCount: rows - present, nullBitmap: bitmap };
}
