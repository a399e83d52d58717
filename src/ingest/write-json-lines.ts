import type { OutputColumn } from '../contracts/column-type.ts';
import { type Cells, cellText } from '../contracts/table.ts';
import { isJsonValue } from './form-tally.ts';
import type { PlannedTable } from './planned-table.ts';
import type { CellValue } from './read-value.ts';
import { readTypedCells } from './typed-cells.ts';

/** Rows turned into text at a time. */
const ROWS_PER_PIECE = 4_096;

/**
 * An object per line with the columns in their order; a missing cell is null. Dates and times are texts as the table
 * writes them. Numbers have all of their digits, for which JSON has no limit and some readers have.
 */
export async function* writeJsonLines({ columns, batches }: PlannedTable): AsyncGenerator<Uint8Array> {
	// By hand, because a column may be called `__proto__`, which an object would lose.
	const keys = columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
	for await (const batch of batches) {
		const texts = columns.map((column, index) => cellTexts(batch.columns[index] as Cells, column));
		for (let start = 0; start < batch.rows; start += ROWS_PER_PIECE) {
			const end = Math.min(batch.rows, start + ROWS_PER_PIECE);
			let piece = '';
			for (let row = start; row < end; row++) {
				for (let column = 0; column < keys.length; column++) piece += `${keys[column]}${texts[column]?.[row]}`;
				piece += '}\n';
			}
			yield Buffer.from(piece);
		}
	}
}

function cellTexts(cells: Cells, column: OutputColumn): string[] {
	const { type, missingText, form } = column;
	if (form === 'json') return valueTexts(cells, missingText);
	if (type === 'int64' || type === 'double' || type === 'boolean') {
		return readTypedCells(cells, column).map(toJson);
	}
	const quoted = cells.type === 'text' ? cells.dictionary.map((text) => JSON.stringify(text)) : [];
	const rows = cells.type === 'text' ? cells.codes.length : cells.values.length;
	return Array.from({ length: rows }, (_, row) => {
		const text = cellText(cells, row);
		if (text === null || text === missingText) return 'null';
		return (cells.type === 'text' ? quoted[cells.codes[row] as number] : undefined) ?? JSON.stringify(text);
	});
}

/** As the source wrote them. */
function valueTexts(cells: Cells, missingText: string | null): string[] {
	if (cells.type === 'number') return Array.from(cells.values, (value) => toJson(Number.isNaN(value) ? null : value));
	const written = cells.dictionary.map((text) => {
		if (text === missingText) return 'null';
		// Only white space of a list or an object can have line breaks.
		return isJsonValue(text) ? text.replaceAll(/[\r\n]+/g, ' ') : JSON.stringify(text);
	});
	return Array.from(cells.codes, (code) => (code < 0 ? 'null' : (written[code] as string)));
}

function toJson(value: CellValue | null): string {
	// JSON.stringify has no bigint and writes -0 as 0; without a point readers take -0 for the whole number 0.
	return Object.is(value, -0) ? '-0.0' : String(value);
}
