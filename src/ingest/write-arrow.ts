import {
	AsyncByteQueue,
	Bool,
	type Data,
	type DataType,
	DateDay,
	Field,
	Float64,
	Int64,
	makeData,
	RecordBatch,
	RecordBatchFileWriter,
	RecordBatchStreamWriter,
	Schema,
	Struct,
	TimestampMicrosecond,
	Utf8,
} from 'apache-arrow';
import type { OutputColumn } from '../contracts/column-type.ts';
import type { Cells } from '../contracts/table.ts';
import { createValidity, encodeNumbers, encodeTexts } from './arrow-data.ts';
import type { PlannedTable } from './planned-table.ts';
import { readTypedCells } from './typed-cells.ts';

/** Arrow IPC, uncompressed, a record batch per batch: the file format (with a footer) or the stream format. */
export async function* writeArrow(
	{ columns, batches, metadata }: PlannedTable,
	format: 'arrow' | 'arrow-stream',
): AsyncGenerator<Uint8Array> {
	const output = new PieceList();
	const fields = columns.map((column) => new Field(column.name, typeOf(column), true));
	const schema = new Schema(fields, new Map(Object.entries(metadata)));
	const writer = format === 'arrow' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
	writer.reset(output, schema);
	for await (const batch of batches) {
		const children = columns.map((column, i) => encodeColumn(batch.columns[i] as Cells, column));
		const data = makeData({ type: new Struct(fields), length: batch.rows, nullCount: 0, children });
		writer.write(new RecordBatch(schema, data));
		yield* output.take();
	}
	writer.finish();
	yield* output.take();
}

/** Holds what the writer has written until it is taken, so that nothing piles up. */
class PieceList extends AsyncByteQueue<Uint8Array> {
	private pieces: Uint8Array[] = [];

	override write(piece: Uint8Array | ArrayBufferView): void {
		this.pieces.push(piece as Uint8Array);
	}

	take(): Uint8Array[] {
		const taken = this.pieces;
		this.pieces = [];
		return taken;
	}
}

function typeOf({ type }: OutputColumn): DataType {
	switch (type) {
		case 'int64':
			return new Int64();
		case 'double':
			return new Float64();
		case 'boolean':
			return new Bool();
		case 'date':
			return new DateDay();
		case 'timestamp':
			return new TimestampMicrosecond();
		case 'instant':
			return new TimestampMicrosecond('UTC');
		case 'text':
			return new Utf8();
	}
}

function encodeColumn(cells: Cells, column: OutputColumn): Data {
	const values = readTypedCells(cells, column);
	const length = values.length;
	const validity = createValidity(length, (row) => values[row] !== null);
	switch (column.type) {
		case 'text':
			return encodeTexts(values as (string | null)[]);
		case 'double':
			return encodeNumbers({
				type: 'number',
				values: Float64Array.from(values as (number | null)[], (value) => value ?? Number.NaN),
			});
		case 'int64':
			return makeData({ type: new Int64(), length, ...validity, data: toBigInts(values) });
		case 'date':
			return makeData({ type: new DateDay(), length, ...validity, data: Int32Array.from(values, Number) });
		case 'timestamp':
		case 'instant':
			return makeData({
				type: typeOf(column) as TimestampMicrosecond,
				length,
				...validity,
				data: toBigInts(values) as never,
			});
		case 'boolean': {
			const { nullBitmap } = createValidity(length, (row) => values[row] === true);
			// No bitmap means that all are true.
			const data = nullBitmap ?? new Uint8Array(Math.ceil(length / 8)).fill(255);
			return makeData({ type: new Bool(), length, ...validity, data });
		}
	}
}

function toBigInts(values: readonly unknown[]): BigInt64Array {
	return BigInt64Array.from(values as (bigint | null)[], (value) => value ?? 0n);
}
