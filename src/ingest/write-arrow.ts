import {
	Field,
	Float64,
	makeData,
	RecordBatch,
	RecordBatchStreamWriter,
	Schema,
	Struct,
	Utf8,
	vectorFromArray,
} from 'apache-arrow';
import { type Cells, cellText, type TableBatch } from '../contracts/table.ts';

/** A continuation marker and a length of zero. */
const END_MARK_BYTES = 8;

/**
 * Batches of a table as an uncompressed Arrow IPC stream, one record batch each: Float64 for columns of
 * numbers, Utf8 for all others, nulls for missing cells.
 *
 * @param isNumber whether each column holds numbers in every batch; else its numbers are written as text.
 */
export async function* writeArrow(
	names: readonly string[],
	isNumber: readonly boolean[],
	batches: AsyncIterable<TableBatch>,
): AsyncGenerator<Uint8Array> {
	const schema = new Schema(
		names.map((name, index) => new Field(name, isNumber[index] === true ? new Float64() : new Utf8(), true)),
	);
	// A stream is the schema, the batches and an end mark. Written one batch at a time and without what is the
	// same in each, no more than one batch is in memory.
	const empty = encodeStream(schema, []);
	const head = empty.length - END_MARK_BYTES;
	yield empty.subarray(0, head);
	for await (const batch of batches) {
		const children = batch.columns.map((cells, index) => toData(cells, batch.rows, isNumber[index] === true));
		const data = makeData({ type: new Struct(schema.fields), length: batch.rows, nullCount: 0, children });
		const bytes = encodeStream(schema, [new RecordBatch(schema, data)]);
		yield bytes.subarray(head, bytes.length - END_MARK_BYTES);
	}
	yield empty.subarray(head);
}

function encodeStream(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
	const writer = new RecordBatchStreamWriter();
	writer.reset(undefined, schema);
	for (const batch of batches) writer.write(batch);
	writer.finish();
	return writer.toUint8Array(true);
}

function toData(cells: Cells, rows: number, isNumber: boolean) {
	const texts = () => Array.from({ length: rows }, (_, row) => cellText(cells, row));
	if (!isNumber) return dataOf(vectorFromArray(texts(), new Utf8()));
	if (cells.type !== 'number') throw new TypeError('a column of numbers holds text');
	return dataOf(
		vectorFromArray(
			Array.from(cells.values, (value) => (Number.isNaN(value) ? null : value)),
			new Float64(),
		),
	);
}

function dataOf<T extends { readonly data: readonly unknown[] }>(vector: T): T['data'][number] {
	const [data] = vector.data;
	if (data === undefined || vector.data.length !== 1) throw new TypeError('a column has more than one chunk');
	return data;
}
