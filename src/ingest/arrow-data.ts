import { type Data, Dictionary, Float64, Int32, makeData, Utf8, Vector } from 'apache-arrow';
import type { NumberCells, TextCells } from '../contracts/table.ts';

/** Numbers as Float64; missing cells are nulls. */
export function encodeNumbers(cells: NumberCells): Data<Float64> {
	const { values } = cells;
	const data = new Float64Array(values);
	const validity = createValidity(values.length, (row) => !Number.isNaN(values[row]));
	// The bits of NaN are not fixed, and equal cells are to give equal bytes.
	if (validity.nullCount > 0) for (let row = 0; row < data.length; row++) if (Number.isNaN(data[row])) data[row] = 0;
	return makeData({ type: new Float64(), length: values.length, ...validity, data });
}

/**
 * Text as Dictionary<Int32, Utf8>; missing cells are nulls.
 *
 * @param id of the dictionary within its table; left to the library, it would count up over the life of the process.
 */
export function encodeDictionary(cells: TextCells, id: number): Data<Dictionary<Utf8, Int32>> {
	const { codes, dictionary } = cells;
	return makeData({
		type: new Dictionary(new Utf8(), new Int32(), id),
		length: codes.length,
		...createValidity(codes.length, (row) => (codes[row] as number) >= 0),
		data: codes.map((code) => Math.max(0, code)),
		dictionary: new Vector([encodeTexts(dictionary)]),
	});
}

/** Texts as Utf8; null is missing. They have to be well-formed Unicode. */
export function encodeTexts(texts: readonly (string | null)[]): Data<Utf8> {
	const valueOffsets = new Int32Array(texts.length + 1);
	for (let i = 0, end = 0; i < texts.length; i++) {
		end += Buffer.byteLength(texts[i] ?? '');
		valueOffsets[i + 1] = end;
	}
	const bytes = Buffer.from(texts.join(''));
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
