import { sql } from 'kysely';
import { quoteName } from './quote-name.ts';
import type { NamedObject, StoreTransaction, TableCatalogue } from './store.ts';

/** The mark is a comment within the statement that makes the table, which SQLite keeps. */
const MARKED = /^create table (?:"(?:[^"]|"")*"|[^\s"(]+)\s*\(\/\* counterfoil (\S+) \*\//i;

export const sqliteTables: TableCatalogue = {
	/** SQLite's limit, unless it was built with another. */
	mostColumns: 2_000,
	longestName: Number.POSITIVE_INFINITY,
	find: async (db, name) => {
		const { rows } = await sql<{ type: string; name: string; sql: string | null }>`select type, name, sql
			from sqlite_schema where name = ${name} collate nocase and type <> 'trigger'`.execute(db);
		return rows.map((row): NamedObject => ({ type: row.type, name: row.name, mark: readMark(row) }))[0];
	},
	create: async (db, { name, columns, mark }) => {
		const defined = columns.map(
			(column, i) => `${quoteName(column.name)} ${column.type}${i === 0 ? ' primary key' : ''}`,
		);
		await sql
			.raw(`create table if not exists ${quoteName(name)} (/* counterfoil ${mark} */ ${defined.join(', ')}) strict`)
			.execute(db);
	},
	drop: (db, name) => withoutViews(db, `drop table ${quoteName(name)}`),
	rename: (db, name, newName) => withoutViews(db, `alter table ${quoteName(name)} rename to ${quoteName(newName)}`),
};

/** Otherwise a view of someone else's over a table that goes would keep a new one from its name. */
async function withoutViews(db: StoreTransaction, statement: string): Promise<void> {
	await sql`pragma legacy_alter_table = on`.execute(db);
	try {
		await sql.raw(statement).execute(db);
	} finally {
		await sql`pragma legacy_alter_table = off`.execute(db);
	}
}

function readMark({ type, sql: text }: { readonly type: string; readonly sql: string | null }): string | null {
	return type === 'table' ? (MARKED.exec(text ?? '')?.[1] ?? null) : null;
}
