import {
	type Data,
	Field,
	makeData,
	RecordBatch,
	RecordBatchFileWriter,
	RecordBatchReader,
	Schema,
	Struct,
	type Vector,
} from 'apache-arrow';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Cells, TableBatch } from '../contracts/table.ts';
import { encodeDictionary, packNumbers } from './arrow-data.ts';

/**
 * A batch as an uncompressed Arrow IPC file: numbers as Float64 or as integers, text as a dictionary of Utf8, missing
 * cells as nulls. Equal batches give equal bytes. Texts have to be well-formed Unicode, as everything is that
 * was decoded from a file, and names not empty and all different.
 */
export function encodeShard(batch: TableBatch): Uint8Array {
	const children = batch.columns.map((cells, index) =>
		cells.type === 'number' ? packNumbers(cells) : encodeDictionary(cells, index),
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

function decodeColumn(data: Data, rows: number): Cells {
	if (data.dictionary === undefined) return { type: 'number', values: widen(data, Float64Array, rows, Number.NaN) };
	return { type: 'text', codes: widen(data, Int32Array, rows, -1), dictionary: decodeTexts(data.dictionary) };
}

/** @param missing what stands for a null; such slots read as 0, and buffers are padded beyond the last row. */
function widen<Values extends Float64Array | Int32Array>(
	data: Data,
	type: { new (length: number): Values },
	rows: number,
	missing: number,
): Values {
	const packed: unknown = data.values;
	if (![Float64Array, Int8Array, Int16Array, Int32Array].some((known) => packed instanceof known)) {
		throw new TypeError(`type ${data.type}`);
	}
	const values = new type(rows);
	values.set((packed as Int32Array).subarray(0, rows));
	if (data.nullCount > 0) for (let row = 0; row < rows; row++) if (!data.getValid(row)) values[row] = missing;
	return values;
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
