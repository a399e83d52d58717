import type { RejectedRow } from './table-source.ts';

/** Lines that may be taken for a footer; more of them are rows that could not be read. */
export const MAX_FOOTER_LINES = 20;

const TOTAL = /^\s*(?:grand |sub)?(?:totals?|sum|summe|gesamt(?:summe)?|total general|somme)\s*:?\s*$/i;
const FOOTER =
	/^\W*(?:(?:grand |sub)?totals?|sum|summe|gesamt|rows?|records?|count|end|eof|footer|trailer|source|notes?|generated|created|exported|copyright)\b|^\W*\d+ (?:rows?|records?|lines?)\b|^(?:--|==|\*\*)/i;

/** Whether the first cell that is filled in is a word for a total. */
export function startsWithTotal(cells: readonly string[]): boolean {
	return cells.length > 1 && TOTAL.test(cells.find((cell) => cell !== '') ?? '');
}

/**
 * Whether a record that lacks fields looks like a line below the table: it begins with a word for one, or a blank line
 * sets it off and at least half of the fields are not there. A last row that was cut off is none.
 */
export function looksLikeFooter(reject: RejectedRow, fields: number, columns: number, isSetOff: boolean): boolean {
	if (reject.errorType !== 'MISSING_COLUMNS' || fields * 2 > columns + 1) return false;
	return isSetOff || FOOTER.test(reject.rawText);
}
