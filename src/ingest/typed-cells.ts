import type { OutputColumn } from '../contracts/column-type.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import { type Cells, cellText } from '../contracts/table.ts';
import { type CellValue, readValue } from './read-value.ts';

/**
 * The cells of a column as values of its type, null where they are missing. Each distinct text is read once.
 *
 * @throws SCHEMA_MISMATCH where a cell does not have the type.
 */
export function readTypedCells(cells: Cells, column: OutputColumn): (CellValue | null)[] {
	const { type, missingText } = column;
	function read(text: string): CellValue | null {
		if (text === missingText) return null;
		const value = readValue(type, text);
		if (value !== null) return value;
		throw new CounterfoilError('SCHEMA_MISMATCH', `A column of type ${type} has a cell that is not of it.`, {
			where: `column "${column.name}"`,
			hint: 'Write the table as CSV.',
		});
	}
	if (cells.type === 'text') {
		const used = new Uint8Array(cells.dictionary.length);
		for (const code of cells.codes) if (code >= 0) used[code] = 1;
		const values = cells.dictionary.map((text, code) => (used[code] === 1 ? read(text) : null));
		return Array.from(cells.codes, (code) => (code < 0 ? null : (values[code] ?? null)));
	}
	if (type === 'double') return Array.from(cells.values, (value) => (Number.isNaN(value) ? null : value));
	return Array.from(cells.values, (value, row) => {
		if (Number.isNaN(value)) return null;
		if (type === 'int64' && Number.isSafeInteger(value) && !Object.is(value, -0)) return BigInt(value);
		return read(cellText(cells, row) as string);
	});
}
