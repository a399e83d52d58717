import type { ColumnType, OutputColumn } from '../contracts/column-type.ts';
import { type Cells, cellText, type TableBatch } from '../contracts/table.ts';
import { readTypedCells } from '../ingest/typed-cells.ts';

type SqlValue = string | number | bigint | null;

const SQL_TYPES: Readonly<Record<ColumnType, 'integer' | 'real' | 'text'>> = {
	int64: 'integer',
	double: 'real',
	boolean: 'integer',
	date: 'text',
	timestamp: 'text',
	instant: 'text',
	text: 'text',
};

/** The columns of an SQL table for the rows. */
export function sqlColumns(columns: readonly OutputColumn[]) {
	return columns.map(({ name, type }) => ({ name, type: SQL_TYPES[type] }));
}

/** Rows as SQL values: dates and times as the table writes them, true and false as 1 and 0. */
export function rowsAsSql(batch: TableBatch, columns: readonly OutputColumn[]): SqlValue[][] {
	const values = columns.map((column, index) => sqlValues(batch.columns[index] as Cells, column, batch.rows));
	return Array.from({ length: batch.rows }, (_, row) => values.map((cells) => cells[row] ?? null));
}

function sqlValues(cells: Cells, column: OutputColumn, rows: number): SqlValue[] {
	if (SQL_TYPES[column.type] === 'text') {
		return Array.from({ length: rows }, (_, row) => {
			const text = cellText(cells, row);
			return text === column.missingText ? null : text;
		});
	}
	return readTypedCells(cells, column).map((value) => (typeof value === 'boolean' ? Number(value) : value));
}
