import { stringify } from 'csv-stringify/sync';
import { type Cells, cellText, type TableBatch } from '../contracts/table.ts';

export interface WriteCsvOptions {
	/**
	 * Puts an apostrophe before a cell that a spreadsheet would carry out as a formula (OWASP, "CSV injection").
	 *
	 * @default true
	 */
	readonly neutralizeFormulas?: boolean;
}

/** Full-width forms count too: spreadsheets take them as the plain ones. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Batches of a table as CSV text (UTF-8, comma, `\n`, RFC 4180 quoting), the header first. Missing cells are
 * empty; an empty text is written `""`.
 */
export async function* writeCsv(
	names: readonly string[],
	batches: AsyncIterable<TableBatch>,
	{ neutralizeFormulas = true }: WriteCsvOptions = {},
): AsyncGenerator<string> {
	const safe = (text: string) => (neutralizeFormulas ? neutralizeFormula(text) : text);
	yield toLines([names.map(safe)]);
	for await (const { rows, columns } of batches) {
		const read = columns.map((cells) => cellReader(cells, safe));
		yield toLines(Array.from({ length: rows }, (_, row) => read.map((cell) => cell(row))));
	}
}

/** The text as a spreadsheet shows it instead of carrying it out. Numbers are left as they are. */
export function neutralizeFormula(text: string): string {
	return FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
}

function cellReader(cells: Cells, safe: (text: string) => string): (row: number) => string | null {
	if (cells.type === 'number') return (row) => cellText(cells, row);
	const dictionary = cells.dictionary.map(safe);
	return (row) => dictionary[cells.codes[row] as number] ?? null;
}

function toLines(rows: (string | null)[][]): string {
	// A lone empty cell would make an empty line, which readers skip.
	const alone = rows[0]?.length === 1;
	return stringify(alone ? rows.map(([cell]) => [cell ?? '']) : rows, { quoted_empty: true, record_delimiter: '\n' });
}
