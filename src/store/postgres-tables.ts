import { sql } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import { quoteName } from './quote-name.ts';
import type { NamedObject, TableCatalogue } from './store.ts';

/** The mark is the comment on the table. */
const MARKED = /^counterfoil (\S+)$/;
const TYPES = { integer: 'bigint', real: 'double precision', text: 'text collate "C"' } as const;
const KINDS: Readonly<Record<string, string>> = {
	r: 'table',
	p: 'table',
	f: 'table',
	v: 'view',
	m: 'view',
	i: 'index',
	I: 'index',
	S: 'sequence',
	c: 'type',
};
const DEPENDENT_OBJECTS = '2BP01';

export const postgresTables: TableCatalogue = {
	mostColumns: 1_600,
	/** NAMEDATALEN less one; PostgreSQL cuts off what is more. */
	longestName: 63,
	find: async (db, name) => {
		const { rows } = await sql<{ kind: string; name: string; comment: string | null }>`select relkind as kind,
				relname as name, obj_description(oid, 'pg_class') as comment
			from pg_class where relnamespace = current_schema()::regnamespace and lower(relname) = lower(${name})
			order by relname <> ${name} limit 1`.execute(db);
		return rows.map(
			(row): NamedObject => ({
				type: KINDS[row.kind] ?? 'table',
				name: row.name,
				mark: row.kind === 'r' ? (MARKED.exec(row.comment ?? '')?.[1] ?? null) : null,
			}),
		)[0];
	},
	create: async (db, { name, columns, mark }) => {
		const { rows } = await sql`select 1 from pg_class
			where relnamespace = current_schema()::regnamespace and relname = ${name}`.execute(db);
		if (rows.length > 0) return;
		const defined = columns.map(
			(column, i) => `${quoteName(column.name)} ${TYPES[column.type]}${i === 0 ? ' primary key' : ''}`,
		);
		await sql.raw(`create table ${quoteName(name)} (${defined.join(', ')})`).execute(db);
		await sql`comment on table ${sql.raw(quoteName(name))} is ${sql.lit(`counterfoil ${mark}`)}`.execute(db);
	},
	drop: async (db, name) => {
		try {
			await sql.raw(`drop table ${quoteName(name)}`).execute(db);
		} catch (error) {
			if (!(error instanceof Error && 'code' in error && error.code === DEPENDENT_OBJECTS)) throw error;
			throw new CounterfoilError('TABLE_EXISTS', 'Views of others hang on the generated table of this name.', {
				where: `table "${name}"`,
				hint: 'Drop the views and make them again afterwards, or name another table with --table.',
			});
		}
	},
	rename: async (db, name, newName) => {
		await sql.raw(`alter table ${quoteName(name)} rename to ${quoteName(newName)}`).execute(db);
	},
};
