import { sql } from 'kysely';
import type { Store } from './store.ts';

const PAGE_ROWS = 10_000;

/**
 * The rows of a select whose column is above a value, in its order, a page at a time. Rows that come while it is read
 * are left for the next time.
 *
 * @param query.sql one select, without a semicolon; it is read by a connection that cannot write
 * @param after null: from the first row; rows without a value in the column never come
 */
export async function* readAbove(
	store: Store,
	query: { readonly sql: string; readonly column: string },
	after: string | number | null,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
	const column = sql.ref(query.column);
	const from = sql`from (${sql.raw(query.sql)}) as source`;
	const max = await sql<{ value: string | number | null }>`select max(${column}) as value ${from}`.execute(
		store.reader,
	);
	const last = max.rows[0]?.value ?? null;
	if (last === null) return;
	let above = after;
	let limit = PAGE_ROWS;
	for (;;) {
		const isAbove = above === null ? sql`${column} is not null` : sql`${column} > ${above}`;
		const { rows } = await sql<Record<string, unknown>>`select * ${from} where ${isAbove} and ${column} <= ${last}
			order by ${column} limit ${limit}`.execute(store.reader);
		const isEnd = rows.length < limit;
		const end = rows.at(-1)?.[query.column];
		// Rows of the last value may go on in the next page, which begins above a value.
		const whole = isEnd ? rows : rows.filter((row) => row[query.column] !== end);
		yield* whole;
		if (isEnd) return;
		if (whole.length === 0) limit *= 2;
		else above = whole.at(-1)?.[query.column] as string | number;
	}
}
