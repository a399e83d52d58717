import type { QualityColumn, QualityTable } from './quality-table.ts';

/** The rows of these numbers, in their order. */
export function takeRows(table: QualityTable, rows: Int32Array): QualityTable {
	const columns = table.columns.map((column): QualityColumn => {
		if (column.type === 'numeric') {
			return { ...column, values: Float64Array.from(rows, (row) => column.values[row] as number) };
		}
		return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row] as number) };
	});
	return { rows: rows.length, columns };
}
