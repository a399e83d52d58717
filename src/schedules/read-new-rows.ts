import { CounterfoilError } from '../contracts/errors.ts';
import { readAbove } from '../store/read-above.ts';
import type { Store } from '../store/store.ts';

/**
 * Writes the rows of a query that are above the watermark as JSON lines, in the order of the column.
 *
 * @param write is called where there is something new
 * @returns the highest value of the column; null where there is nothing new
 * @throws CounterfoilError CONFIG_INVALID if the query has no such column; what the database says of the query
 */
export async function readNewRows(
	store: Store,
	query: { readonly sql: string; readonly column: string },
	watermark: string | number | null,
	write: (lines: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<string | number | null> {
	let last: string | number | null = null;
	async function* readLines(): AsyncGenerator<Uint8Array> {
		for await (const row of readAbove(store, query, watermark)) {
			const value = row[query.column];
			if (typeof value !== 'string' && typeof value !== 'number') {
				throw new CounterfoilError('CONFIG_INVALID', 'the column that the query goes by must be text or a number', {
					where: `column "${query.column}"`,
				});
			}
			last = value;
			yield Buffer.from(`${JSON.stringify(row)}\n`);
		}
	}
	const lines = readLines();
	const first = await lines.next();
	if (first.done) return null;
	async function* fromFirst(): AsyncGenerator<Uint8Array> {
		yield first.value as Uint8Array;
		yield* lines;
	}
	await write(fromFirst());
	return last;
}
