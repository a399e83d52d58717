import { ByteWriter, type ColumnSource, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import type { OutputColumn } from '../contracts/column-type.ts';
import type { Cells } from '../contracts/table.ts';
import type { PlannedTable } from './planned-table.ts';
import { readTypedCells } from './typed-cells.ts';

/** Parquet with Snappy, a row group per batch. */
export async function* writeParquet({ columns, batches, metadata }: PlannedTable): AsyncGenerator<Uint8Array> {
	const writer = new ByteWriter();
	const parquet = new ParquetWriter({
		writer,
		schema: [{ name: 'schema', num_children: columns.length }, ...columns.map(elementOf)],
		kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
		createdBy: 'counterfoil',
	});
	for await (const batch of batches) {
		if (batch.rows === 0) continue;
		await parquet.write({
			columnData: columns.map((column, index) => toSource(batch.columns[index] as Cells, column)),
			rowGroupSize: batch.rows,
		});
		yield take(writer);
	}
	await parquet.finish();
	yield take(writer);
}

/** What has been written since the last time; `offset` goes on counting, since positions are those in the file. */
function take(writer: ByteWriter): Uint8Array {
	const piece = writer.getBytes().slice();
	writer.index = 0;
	return piece;
}

function toSource(cells: Cells, column: OutputColumn): ColumnSource {
	const data = readTypedCells(cells, column);
	// The writer's dictionary takes -0 and 0 for one value.
	const isPlain = column.type === 'double' && data.some((value) => Object.is(value, -0));
	return { name: column.name, data, ...(isPlain ? { encoding: 'PLAIN' as const } : {}) };
}

function elementOf({ name, type }: OutputColumn): SchemaElement {
	const element = { name, repetition_type: 'OPTIONAL' } as const;
	switch (type) {
		case 'int64':
			return { ...element, type: 'INT64' };
		case 'double':
			return { ...element, type: 'DOUBLE' };
		case 'boolean':
			return { ...element, type: 'BOOLEAN' };
		case 'date':
			return { ...element, type: 'INT32', converted_type: 'DATE' };
		case 'timestamp':
		case 'instant': {
			const isAdjustedToUTC = type === 'instant';
			return { ...element, type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit: 'MICROS' } };
		}
		case 'text':
			return { ...element, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
	}
}
