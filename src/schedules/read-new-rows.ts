import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { readAbove } from '../store/read-above.ts';
import type { Store } from '../store/store.ts';

/**
 * Writes the rows of a query that are above the watermark to a file of JSON lines, in the order of the column.
 *
 * @returns the highest value of the column; null where there is nothing new, and then no file
 * @throws CounterfoilError CONFIG_INVALID if the query has no such column; what the database says of the query
 */
export async function readNewRows(
	store: Store,
	query: { readonly sql: string; readonly column: string },
	watermark: string | number | null,
	path: string,
): Promise<string | number | null> {
	await mkdir(dirname(path), { recursive: true });
	const draft = `${path}.part`;
	const output = createWriteStream(draft);
	let last: string | number | null = null;
	try {
		for await (const row of readAbove(store, query, watermark)) {
			const value = row[query.column];
			if (typeof value !== 'string' && typeof value !== 'number') {
				throw new CounterfoilError('CONFIG_INVALID', 'the column that the query goes by must be text or a number', {
					where: `column "${query.column}"`,
				});
			}
			last = value;
			if (!output.write(`${JSON.stringify(row)}\n`)) await once(output, 'drain');
		}
		output.end();
		await once(output, 'close');
		if (last !== null) await rename(draft, path);
		return last;
	} finally {
		output.destroy();
		await rm(draft, { force: true });
	}
}
