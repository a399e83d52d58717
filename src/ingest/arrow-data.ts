import { type Data, Dictionary, Float64, Int8, Int16, Int32, makeData, Utf8, Vector } from 'apache-arrow';
import type { ByteTexts, NumberCells, TextCells } from '../contracts/table.ts';
import { byteTextsOf, encodeTexts as toBytes } from '../texts/byte-texts.ts';

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
 * Numbers in the narrowest of Int8, Int16, Int32 and Float64 that holds them all; missing cells are nulls. An eighth of
 * the bytes to hash and to store is what most columns of whole numbers come to.
 */
export function packNumbers(cells: NumberCells): Data<Float64 | Int8 | Int16 | Int32> {
	const { values } = cells;
	const { length } = values;
	let least = 0;
	let most = 0;
	let missing = 0;
	for (let row = 0; row < length; row++) {
		const value = values[row] as number;
		const whole = value | 0;
		if (whole !== value) {
			if (!Number.isNaN(value)) return encodeNumbers(cells);
			missing++;
		} else if (whole < least) least = whole;
		else if (whole > most) most = whole;
		else if (whole === 0 && Object.is(value, -0)) return encodeNumbers(cells);
	}
	const type = integerType(least, most);
	return makeData({
		type,
		length,
		data: narrow(values, type),
		...missingOf(missing, length, (row) => Number.isNaN(values[row])),
	});
}

/**
 * Text as dictionary of Utf8 with the narrowest codes that there are enough of; missing cells are nulls.
 *
 * @param id of the dictionary within its table; left to the library, it would count up over the life of the process.
 */
export function encodeDictionary(cells: TextCells, id: number): Data<Dictionary<Utf8, Int8 | Int16 | Int32>> {
	const { codes } = cells;
	const { length } = codes;
	const texts = byteTextsOf(cells);
	const codeType = integerType(0, texts.ends.length);
	let missing = 0;
	for (let row = 0; row < length; row++) missing += (codes[row] as number) >>> 31;
	const type = new Dictionary(new Utf8(), codeType, id);
	const dictionary = new Vector([encodeByteTexts(texts, NO_NULLS)]);
	return makeData({
		type,
		length,
		data: narrow(codes, codeType),
		dictionary,
		...missingOf(missing, length, (row) => (codes[row] as number) < 0),
	});
}

/** Whole numbers as integers of a type; NaN becomes 0. A loop for each type takes a fraction of one for all. */
function narrow(
	values: Float64Array | Int32Array,
	{ bitWidth }: Int8 | Int16 | Int32,
): Int8Array | Int16Array | Int32Array {
	const { length } = values;
	if (bitWidth === 8) {
		const data = new Int8Array(length);
		for (let row = 0; row < length; row++) data[row] = values[row] as number;
		return data;
	}
	if (bitWidth === 16) {
		const data = new Int16Array(length);
		for (let row = 0; row < length; row++) data[row] = values[row] as number;
		return data;
	}
	const data = new Int32Array(length);
	for (let row = 0; row < length; row++) data[row] = values[row] as number;
	return data;
}

function integerType(least: number, most: number): Int8 | Int16 | Int32 {
	if (least >= -(2 ** 7) && most < 2 ** 7) return new Int8();
	return least >= -(2 ** 15) && most < 2 ** 15 ? new Int16() : new Int32();
}

function missingOf(
	missing: number,
	rows: number,
	isMissing: (row: number) => boolean,
): ReturnType<typeof createValidity> {
	return missing === 0 ? NO_NULLS : createValidity(rows, (row) => !isMissing(row));
}

const NO_NULLS = { nullCount: 0, nullBitmap: null };

/** Texts as Utf8; null is missing. They have to be well-formed Unicode. */
export function encodeTexts(texts: readonly (string | null)[]): Data<Utf8> {
	return encodeByteTexts(
		toBytes(texts),
		createValidity(texts.length, (row) => texts[row] !== null),
	);
}

function encodeByteTexts({ bytes, ends }: ByteTexts, validity: ReturnType<typeof createValidity>): Data<Utf8> {
	const valueOffsets = new Int32Array(ends.length + 1);
	valueOffsets.set(ends, 1);
	return makeData({ type: new Utf8(), length: ends.length, ...validity, valueOffsets, data: bytes });
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
