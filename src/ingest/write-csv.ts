import { type Options as StringifyOptions, stringify } from 'csv-stringify/sync';
import { type Cells, cellText } from '../contracts/table.ts';
import { isFormula } from '../texts/is-formula.ts';
import type { PlannedTable } from './planned-table.ts';

/** Rows turned into text at a time. */
const ROWS_PER_PIECE = 4_096;

export interface WriteCsvOptions {
	readonly delimiter: ',' | '\t';
	/** Told how many cells and names were changed so that no spreadsheet evaluates them; null: none is changed. */
	readonly onEscaped: ((cells: number) => void) | null;
}

/** RFC 4180 with `\n`: cells as they are written in the table. */
export async function* writeCsv(
	{ columns: planned, batches }: PlannedTable,
	{ delimiter, onEscaped }: WriteCsvOptions,
): AsyncGenerator<Uint8Array> {
	const options = csvOptions(planned.length, delimiter);
	if (planned.length > 0) {
		const names = planned.map(({ name }) => name);
		if (onEscaped !== null) onEscaped(names.filter(isFormula).length);
		const written = onEscaped === null ? names : names.map((name) => (isFormula(name) ? `'${name}` : name));
		yield Buffer.from(stringify([written], options));
	}
	for await (const batch of batches) {
		const columns = onEscaped === null ? batch.columns : batch.columns.map((cells) => escapeFormulas(cells, onEscaped));
		for (let start = 0; start < batch.rows; start += ROWS_PER_PIECE) {
			const rows: (string | null)[][] = [];
			const end = Math.min(batch.rows, start + ROWS_PER_PIECE);
			for (let row = start; row < end; row++) rows.push(columns.map((cells) => cellText(cells, row)));
			yield Buffer.from(stringify(rows, options));
		}
	}
}

/** In a table of one column a missing cell would be a blank line, which is no row; it is written as `""` too. */
function csvOptions(columns: number, delimiter: string): StringifyOptions {
	return { delimiter, quoted_match: /^$/, quoted_empty: columns === 1 };
}

function escapeFormulas(cells: Cells, onEscaped: (cells: number) => void): Cells {
	if (cells.type === 'number') return cells;
	const isChanged = Uint8Array.from(cells.dictionary, (text) => (isFormula(text) ? 1 : 0));
	if (!isChanged.includes(1)) return cells;
	let changed = 0;
	for (const code of cells.codes) if (isChanged[code] === 1) changed++;
	onEscaped(changed);
	const dictionary = cells.dictionary.map((text, code) => (isChanged[code] === 1 ? `'${text}` : text));
	return { type: 'text', codes: cells.codes, dictionary };
}
