import { stripVTControlCharacters } from 'node:util';
import { escapeControls } from './escape-controls.ts';

export interface TableColumn {
	readonly header: string;
	/** @default 'left' */
	readonly align?: 'left' | 'right';
	/** Longer cells are cut with an ellipsis; columns of a terminal. @default no limit */
	readonly maxWidth?: number;
	/** Colours a cell that is already padded; its width must stay what it is. */
	readonly style?: (cell: string) => string;
}

const GAP = '  ';
const WIDE =
	/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/**
 * Rows as aligned columns under a header, one line each, without a frame. Control characters in cells are
 * escaped. A line ends where its text ends.
 */
export function formatTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
	const cells = rows.map((row) =>
		columns.map((column, index) => cutToWidth(escapeControls(row[index] ?? ''), column.maxWidth ?? Infinity)),
	);
	const widths = columns.map((column, index) =>
		cells.reduce((width, row) => Math.max(width, displayWidth(row[index] ?? '')), displayWidth(column.header)),
	);
	const line = (row: readonly string[], styled: boolean) =>
		columns
			.map((column, index) => {
				const cell = row[index] ?? '';
				const fill = ' '.repeat((widths[index] as number) - displayWidth(cell));
				const isLast = index === columns.length - 1;
				const padded = column.align === 'right' ? fill + cell : isLast ? cell : cell + fill;
				return styled && column.style !== undefined ? column.style(padded) : padded;
			})
			.join(GAP)
			.trimEnd();
	const header = columns.map((column) => column.header);
	return [line(header, false), ...cells.map((row) => line(row, true))].join('\n');
}

/** Columns of a terminal that a text takes: two for East Asian wide characters, none for marks. */
export function displayWidth(text: string): number {
	let width = 0;
	for (const character of stripVTControlCharacters(text)) {
		if (!ZERO_WIDTH.test(character)) width += WIDE.test(character) ? 2 : 1;
	}
	return width;
}

/** The text cut to at most `width` terminal columns, the last of them an ellipsis if anything was cut. */
export function cutToWidth(text: string, width: number): string {
	if (width === Infinity || displayWidth(text) <= width) return text;
	let kept = '';
	let used = 0;
	for (const character of text) {
		const next = displayWidth(character);
		if (used + next > width - 1) break;
		kept += character;
		used += next;
	}
	return `${kept}…`;
}
