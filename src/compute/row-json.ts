import { cellValue, type TableBatch } from '../contracts/table.ts';

/**
 * Texts of JSON objects, one per row, keys in the order of the columns; a missing cell is null.
 *
 * Written by hand because a column may be called `__proto__`, which an object would lose.
 */
export function rowsAsJson(batch: TableBatch): string[] {
	const keys = batch.names.map((name) => `${JSON.stringify(name)}:`);
	return Array.from({ length: batch.rows }, (_, row) => {
		let text = '{';
		for (let column = 0; column < keys.length; column++) {
			const cells = batch.columns[column];
			const value = cells === undefined ? null : cellValue(cells, row);
			// JSON has no -0, and the cell has.
			const written = Object.is(value, -0) ? '-0' : JSON.stringify(value);
			text += `${column === 0 ? '' : ','}${keys[column]}${written}`;
		}
		return `${text}}`;
	});
}
