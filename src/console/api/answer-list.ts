import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Context } from 'hono';
import type { PageQuery } from './cursor.ts';

/** Rows of a file at most; the command line exports everything. */
const MOST_ROWS = 100_000;
const ROWS_PER_READ = 500;

export interface Page<Row> {
	readonly items: Row[];
	/** Null at the end. */
	readonly next: string | null;
}

/** Reads a page of a list. */
export type ReadPage<Row> = (query: {
	readonly cursor: string | undefined;
	readonly limit: number;
}) => Promise<Page<Row>>;

/** A list as a file, read page by page while it is sent. Texts that a spreadsheet would run get a `'` in front. */
export function sendFile<Row extends object>(
	context: Context,
	{ name, format, read }: { readonly name: string; readonly format: 'csv' | 'json'; readonly read: ReadPage<Row> },
): Response {
	const body = format === 'csv' ? csvOf(rowsOf(read)) : jsonOf(rowsOf(read));
	return context.body(Readable.toWeb(body) as ReadableStream, 200, {
		'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json',
		'Content-Disposition': `attachment; filename="${name.replaceAll(/[^\w.-]+/g, '-')}.${format}"`,
		'Cache-Control': 'no-store',
	});
}

/** A page as JSON, or the whole list as a file where one is asked for. */
export async function readOrSend<Row extends object>(
	context: Context,
	query: PageQuery,
	name: string,
	read: ReadPage<Row>,
): Promise<{ readonly file: Response } | { readonly page: Page<Row> }> {
	const { format, cursor, limit } = query;
	if (format !== undefined) return { file: sendFile(context, { name, format, read }) };
	return { page: await read({ cursor, limit }) };
}

/** A list that is read at once, or the same as a file where one is asked for. */
export function listOrSend<Row extends object>(
	context: Context,
	format: PageQuery['format'],
	name: string,
	items: readonly Row[],
): { readonly file: Response } | { readonly list: { readonly items: Row[] } } {
	if (format === undefined) return { list: { items: [...items] } };
	return { file: sendFile(context, { name, format, read: async () => ({ items: [...items], next: null }) }) };
}

/** What of a reading is a page, from one row more than it can hold. */
export function pageFrom<Row>(rows: readonly Row[], limit: number, position: (row: Row) => string): Page<Row> {
	const items = rows.slice(0, limit);
	const last = items.at(-1);
	return { items, next: rows.length > limit && last !== undefined ? position(last) : null };
}

async function* rowsOf<Row extends object>(read: ReadPage<Row>): AsyncGenerator<Row> {
	let cursor: string | undefined;
	for (let sent = 0; sent < MOST_ROWS; ) {
		const { items, next } = await read({ cursor, limit: ROWS_PER_READ });
		yield* items;
		sent += items.length;
		if (next === null) return;
		cursor = next;
	}
}

function csvOf<Row extends object>(rows: AsyncIterable<Row>): Readable {
	const cells = async function* () {
		for await (const row of rows)
			yield Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toCell(value)]));
	};
	const lines = stringify({
		header: true,
		escape_formulas: true,
		record_delimiter: 'windows',
		quoted_match: /[\r\n]/,
	});
	// A reading that fails breaks the file off; with `pipe` it would end the process.
	pipeline(Readable.from(cells()), lines, () => undefined);
	return lines;
}

/** Nested values are written as JSON; a text that begins with a line feed is as good as a formula. */
function toCell(value: unknown): string | number | null {
	if (value === null || value === undefined) return null;
	if (typeof value === 'number') return value;
	if (typeof value === 'boolean') return value ? 1 : 0;
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	return /^[\n\v\f]/.test(text) ? `'${text}` : text;
}

function jsonOf<Row extends object>(rows: AsyncIterable<Row>): Readable {
	const lines = async function* () {
		let before = '[';
		for await (const row of rows) {
			yield `${before}${JSON.stringify(row)}`;
			before = ',\n';
		}
		yield before === '[' ? '[]\n' : ']\n';
	};
	return Readable.from(lines());
}
