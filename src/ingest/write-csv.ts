import { type Options as StringifyOptions, stringify } from 'csv-stringify/sync';
import { type Cells, cellText } from '../contracts/table.ts';
import type { PlannedTable } from './planned-table.ts';

/** Rows turned into text at a time. */
const ROWS_PER_PIECE = 4_096;

/** RFC 4180 with `\n`: cells as they are written in the table. */
export async function* writeCsv(
	{ columns: planned, batches }: PlannedTable,
	isEscaped: boolean,
): AsyncGenerator<Uint8Array> {
	const options = csvOptions(planned.length);
	if (planned.length > 0) yield Buffer.from(stringify([planned.map(({ name }) => name)], options));
	for await (const batch of batches) {
		const columns = isEscaped ? batch.columns.map(escapeFormulas) : batch.columns;
		for (let start = 0; start < batch.rows; start += ROWS_PER_PIECE) {
			const rows: (string | null)[][] = [];
			const end = Math.min(batch.rows, start + ROWS_PER_PIECE);
			for (let row = start; row < end; row++) rows.push(columns.map((cells) => cellText(cells, row)));
			yield Buffer.from(stringify(rows, options));
		}
	}
}

/** In a table of one column a missing cell would be a blank line, which is no row; it is written as `""` too. */
function csvOptions(columns: number): StringifyOptions {
	return { quoted_match: /^$/, quoted_empty: columns === 1 };
}

/** Signs that make a spreadsheet evaluate a cell (OWASP), also in their full-width forms. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const PLAIN_NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

function escapeFormulas(cells: Cells): Cells {
	if (cells.type === 'number') return cells;
	const dictionary = cells.dictionary.map((text) =>
		FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text,
	);
	return { ...cells, dictionary };
}
