import { type Kysely, PostgresAdapter, sql } from 'kysely';
import type { Database } from '../../src/store/database.ts';

/** Everything that a schema has, as the database describes it. */
export async function readSchema(db: Kysely<Database>): Promise<string[]> {
	const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
	const { rows } = await (isPostgres ? postgresSchema : sqliteSchema).execute(db);
	return rows.map((row) => row.sql);
}

const sqliteSchema = sql<{ sql: string }>`select sql from sqlite_schema
	where sql is not null and name not like 'kysely_%' and name not like 'sqlite_%' order by type, name`;

const postgresSchema = sql<{ sql: string }>`
	with ours as (select oid, relname, relkind from pg_class
		where relnamespace = 'public'::regnamespace and relkind in ('r', 'v') and relname not like 'kysely_%')
	select line as sql from (
		select concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull,
			attidentity, pg_get_expr(adbin, adrelid)) as line
			from ours join pg_attribute on attrelid = ours.oid and attnum > 0 and not attisdropped
			left join pg_attrdef on adrelid = attrelid and adnum = attnum
		union all select relname || ' ' || pg_get_constraintdef(c.oid) from ours join pg_constraint c on conrelid = ours.oid
		union all select pg_get_indexdef(indexrelid) from ours join pg_index on indrelid = ours.oid
		union all select pg_get_triggerdef(t.oid) from ours join pg_trigger t on tgrelid = ours.oid and not tgisinternal
		union all select relname || ' ' || pg_get_viewdef(oid) from ours where relkind = 'v'
		union all select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace) lines
	order by line collate "C"`;
