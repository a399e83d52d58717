import {
	type Data,
	Dictionary,
	Field,
	Float64,
	Int32,
	makeData,
	RecordBatch,
	RecordBatchFileWriter,
	RecordBatchReader,
	Schema,
	Struct,
	Utf8,
	Vector,
} from 'apache-arrow';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Cells, NumberCells, TableBatch, TextCells } from '../contracts/table.ts';

/**
 * A batch as an uncompressed Arrow IPC file: numbers as Float64, text as Dictionary<Int32, Utf8>, missing
 * cells as nulls. Equal batches give equal bytes. Texts have to be well-formed Unicode, as everything is that
 * was decoded from a file.
 */
export function encodeShard(batch: TableBatch): Uint8Array {
	const children = batch.columns.map((cells, index) =>
		cells.type === 'number' ? encodeNumbers(cells) : encodeText(cells, index),
	);
	const fields = children.map((child, index) => new Field(batch.names[index] as string, child.type, true));
	const data = makeData({ type: new Struct(fields), length: batch.rows, nullCount: 0, children });
	const writer = new RecordBatchFileWriter();
	writer.write(new RecordBatch(new Schema(fields), data));
	writer.finish();
	return writer.toUint8Array(true);
}

/**
 * @throws ARROW_UNREADABLE if the bytes are not a shard that `encodeShard` wrote.
 */
export function decodeShard(bytes: Uint8Array): TableBatch {
	try {
		const reader = RecordBatchReader.from(bytes).open() as RecordBatchReader;
		const batches = [...reader];
		const [batch] = batches;
		if (batch === undefined || batches.length !== 1) throw new TypeError(`${batches.length} record batches`);
		const names = batch.schema.fields.map((field) => field.name);
		const columns = batch.data.children.map((child) => decodeColumn(child, batch.numRows));
		return { rows: batch.numRows, names, columns };
	} catch (error) {
		throw new CounterfoilError('ARROW_UNREADABLE', 'A column shard cannot be read.', {
			hint: 'Run the ingestion of this table again.',
			cause: error,
		});
	}
}

function encodeNumbers(cells: NumberCells): Data<Float64> {
	const { values } = cells;
	const data = new Float64Array(values);
	const validity = createValidity(values.length, (row) => !Number.isNaN(values[row]));
	// The bits of NaN are not fixed, and equal batches are to give equal bytes.
	if (validity.nullCount > 0) for (let row = 0; row < data.length; row++) if (Number.isNaN(data[row])) data[row] = 0;
	return makeData({ type: new Float64(), length: values.length, ...validity, data });
}

function encodeText(cells: TextCells, id: number): Data<Dictionary<Utf8, Int32>> {
	const { codes, dictionary } = cells;
	const validity = createValidity(codes.length, (row) => (codes[row] as number) >= 0);
	const offsets = new Int32Array(dictionary.length + 1);
	const texts = Buffer.from(dictionary.join(''));
	for (let i = 0, end = 0; i < dictionary.length; i++) {
		end += Buffer.byteLength(dictionary[i] as string);
		offsets[i + 1] = end;
	}
	const utf8 = makeData({
		type: new Utf8(),
		length: dictionary.length,
		nullCount: 0,
		valueOffsets: offsets,
		data: new Uint8Array(texts.buffer, texts.byteOffset, texts.length),
	});
	return makeData({
		// An id of its own: the library counts them up over the life of the process.
		type: new Dictionary(new Utf8(), new Int32(), id),
		length: codes.length,
		...validity,
		data: codes.map((code) => Math.max(0, code)),
		dictionary: new Vector([utf8]),
	});
}

function createValidity(
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

function decodeColumn(data: Data, rows: number): Cells {
	// Null slots read as 0 in both kinds, and buffers are padded beyond the last row.
	const hasNulls = data.nullCount > 0;
	if (data.values instanceof Float64Array) {
		const values = data.values.slice(0, rows);
		if (hasNulls) for (let row = 0; row < rows; row++) if (!data.getValid(row)) values[row] = Number.NaN;
		return { type: 'number', values };
	}
	if (!(data.values instanceof Int32Array) || data.dictionary === undefined) throw new TypeError(`type ${data.type}`);
	const codes = data.values.slice(0, rows);
	if (hasNulls) for (let row = 0; row < rows; row++) if (!data.getValid(row)) codes[row] = -1;
	return { type: 'text', codes, dictionary: decodeTexts(data.dictionary) };
}

function decodeTexts(vector: Vector): string[] {
	const texts: string[] = [];
	for (const data of vector.data) {
		const bytes = Buffer.from(data.values.buffer, data.values.byteOffset, data.values.byteLength);
		const offsets = data.valueOffsets as Int32Array;
		for (let i = 0; i < data.length; i++) texts.push(bytes.toString('utf8', offsets[i], offsets[i + 1]));
	}
	return texts;
}
