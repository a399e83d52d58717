import type { TableColumn } from '../src/cli/format-table.ts';
import { formatTable } from '../src/cli/format-table.ts';

/** A part of the results: shown in the terminal, in docs/results.md and as JSON. */
export interface ResultSection {
	readonly title: string;
	/** What was done, a paragraph each. */
	readonly text: readonly string[];
	/** Commands that measure it. */
	readonly commands: readonly string[];
	readonly tables: readonly ResultTable[];
}

export interface ResultTable {
	readonly title: string;
	readonly columns: readonly Pick<TableColumn, 'header' | 'align'>[];
	readonly rows: readonly (readonly string[])[];
	/** What is to be known to read it. */
	readonly notes: readonly string[];
}

/** For a terminal: aligned columns. */
export function sectionAsText({ title, text, tables }: ResultSection): string {
	const parts = [title, ...text];
	for (const table of tables) {
		parts.push(`${table.title}\n${formatTable(table.columns, table.rows)}`, ...table.notes);
	}
	return `${parts.join('\n\n')}\n`;
}

/** For docs/results.md, under a heading of the second level. */
export function sectionAsMarkdown({ title, text, commands, tables }: ResultSection): string {
	const parts = [`## ${title}`, ...text, ['```sh', ...commands, '```'].join('\n')];
	for (const table of tables) parts.push(`### ${table.title}`, markdownTable(table), ...table.notes);
	return `${parts.join('\n\n')}\n`;
}

function markdownTable({ columns, rows }: ResultTable): string {
	const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	const rule = columns.map(({ align }) => (align === 'right' ? '---:' : '---'));
	return [line(columns.map(({ header }) => header)), line(rule), ...rows.map(line)].join('\n');
}
