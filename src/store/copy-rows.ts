import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { storable } from './postgres-connection.ts';
import { quoteName } from './quote-name.ts';
import type { Bindable, BulkRows } from './store.ts';

/** Length of the text that is sent at once. */
const CHUNK_LENGTH = 256 * 1024;

/** Inserts rows by COPY, the fastest way into PostgreSQL. */
export async function copyRows(client: PoolClient, { table, columns, rows }: BulkRows): Promise<void> {
	const names = columns.map(quoteName).join(', ');
	const stream = client.query(copyFrom(`copy ${quoteName(table)} (${names}) from stdin`));
	let wake = (): void => undefined;
	let failure: { readonly error: unknown } | null = null;
	let isDone = false;
	const end = (ended: { readonly error: unknown } | null): void => {
		failure ??= ended;
		isDone = true;
		wake();
	};
	stream.on('error', (error) => end({ error }));
	stream.on('finish', () => end(null));
	stream.on('drain', () => wake());
	const turn = (): Promise<void> =>
		new Promise((resolve) => {
			wake = resolve;
		});
	try {
		for (const chunk of chunksOf(rows)) {
			if (!stream.write(chunk) && !isDone) await turn();
			if (isDone) break;
		}
	} catch (error) {
		// The rows themselves could not be made: the server forgets those that it has.
		stream.destroy(error instanceof Error ? error : new Error('the rows could not be made'));
		if (!isDone) await turn();
		throw error;
	}
	if (!isDone) {
		stream.end();
		await turn();
		while (!isDone) await turn();
	}
	if (failure !== null) throw (failure as { readonly error: unknown }).error;
}

function* chunksOf(rows: Iterable<readonly Bindable[]>): Generator<Buffer> {
	let text = '';
	for (const row of rows) {
		for (let i = 0; i < row.length; i++) text += (i === 0 ? '' : '\t') + copyText(row[i] as Bindable);
		text += '\n';
		if (text.length < CHUNK_LENGTH) continue;
		yield Buffer.from(text);
		text = '';
	}
	if (text !== '') yield Buffer.from(text);
}

const SPECIAL = /[\\\n\r\t\0]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A value in the text format of COPY (PostgreSQL documentation, "COPY": File Formats). */
function copyText(value: Bindable): string {
	if (value === null) return '\\N';
	if (typeof value !== 'string') return String(value);
	if (!SPECIAL.test(value)) return value;
	return (storable(value) as string).replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] as string);
}
