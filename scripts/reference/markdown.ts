/** A text as prose of Markdown: what would be markup is shown as it stands. Code in backticks stays. */
export function prose(text: string): string {
	return text
		.split(/(`[^`]*`)/)
		.map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('>', '&gt;')))
		.join('')
		.replaceAll(/\s*\n\s*/g, ' ');
}

/** A cell of a table. */
export function cell(text: string): string {
	return prose(text).replaceAll('|', '\\|');
}

export function code(text: string): string {
	return `\`${text.replaceAll('|', '\\|')}\``;
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Said at the top of every page that is made. */
export const MADE = '<!-- Made by "node scripts/write-reference.ts" from the code; a test holds it to that. -->';
