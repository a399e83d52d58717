import { cellValue, type TableBatch } from './contracts/table.ts';
import { createColumnBuilder } from './ingest/build-columns.ts';
import { type ArrowTable, isArrowTable, tableFromArrow } from './table-from-arrow.ts';

/** A cell of a plain JavaScript record; missing are null, undefined, NaN and ''. */
export type PlainCell = string | number | bigint | boolean | Date | null | undefined;
export type PlainRow = Readonly<Record<string, PlainCell>>;

/** Records as a table; its columns are all the keys, in the order in which they first occur. */
export function tableFromRows(rows: readonly PlainRow[]): TableBatch {
	const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const columns = names.map((name) => {
		const builder = createColumnBuilder();
		for (const row of rows) {
			const cell = Object.hasOwn(row, name) ? row[name] : null;
			if (cell === null || cell === undefined || (cell instanceof Date && Number.isNaN(cell.getTime()))) {
				builder.addMissing();
			} else if (typeof cell === 'number') builder.addNumber(cell);
			else builder.addText(cell instanceof Date ? cell.toISOString() : String(cell));
		}
		return builder.take();
	});
	return { rows: rows.length, names, columns };
}

/** The rows of a table as plain records, missing cells null. */
export function rowsFromTable(batch: TableBatch): Record<string, string | number | null>[] {
	return Array.from({ length: batch.rows }, (_, row) =>
		Object.fromEntries(
			batch.names.map((name, column) => {
				const cells = batch.columns[column];
				return [name, cells === undefined ? null : cellValue(cells, row)];
			}),
		),
	);
}

/** Records as plain objects, a table of apache-arrow, or columns as the pipeline has them. */
export type TableInput = readonly PlainRow[] | ArrowTable | TableBatch;

/** The columns of any of them. @throws CounterfoilError ARROW_UNREADABLE */
export function readTable(table: TableInput): TableBatch {
	if (Array.isArray(table)) return tableFromRows(table as readonly PlainRow[]);
	const columns = table as ArrowTable | TableBatch;
	return isArrowTable(columns) ? tableFromArrow(columns) : columns;
}
