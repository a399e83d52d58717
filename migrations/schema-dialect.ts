import { type Expression, type Kysely, PostgresAdapter, type RawBuilder, SqliteAdapter, sql } from 'kysely';

/** Everything in which the schema differs between database systems; migrations have no other branch. */
export interface SchemaDialect {
	/** 64-bit floating point. */
	readonly double: RawBuilder<unknown>;
	/** 64-bit integer. */
	readonly bigint: RawBuilder<unknown>;
	/** Integer key that the database counts up and never gives out twice. */
	readonly identity: RawBuilder<unknown>;
	/** What follows the closing bracket of a table. */
	readonly table: RawBuilder<unknown>;
	/** The same, for a table stored in the order of its primary key. */
	readonly clusteredTable: RawBuilder<unknown>;
	/** True where the text is a JSON document of the type. */
	isJson(column: string, type: 'object' | 'array'): Expression<boolean>;
	/** Text at a path such as `$.decision`, or null. */
	jsonValue(column: string, path: string): RawBuilder<unknown>;
	/** Number at a path, or null. */
	jsonNumber(column: string, path: string): RawBuilder<unknown>;
	/** A number without what comes after its point. */
	truncate(expression: RawBuilder<unknown>): RawBuilder<unknown>;
	/** The statements that make, and remove, what the triggers and views of the schema call. */
	readonly createRoutines: readonly RawBuilder<unknown>[];
	readonly dropRoutines: readonly RawBuilder<unknown>[];
	/** The statements that make a table refuse UPDATE, and DELETE too if `deletes` is false. */
	refuseChanges(table: string, options: { readonly deletes: boolean }): RawBuilder<unknown>[];
	/** The statements that make a table refuse some rows. */
	refuseRows(rule: RowRule): RawBuilder<unknown>[];
	/** The statements that undo `refuseRows`. */
	allowRows(rule: Pick<RowRule, 'name' | 'table'>): RawBuilder<unknown>[];
	/** Seconds since 1970 of a time that is stored as text. */
	epochSeconds(time: Expression<unknown>): RawBuilder<unknown>;
	/** The statements that make a hash-chained table accept only the next link. */
	requireChain(table: string, key: string): RawBuilder<unknown>[];
	/** The statements that make, and remove, what appends to the review log in one statement. */
	readonly createAppendReviewEvents: readonly RawBuilder<unknown>[];
	readonly dropAppendReviewEvents: readonly RawBuilder<unknown>[];
}

const sqlite: SchemaDialect = {
	double: sql`real`,
	bigint: sql`integer`,
	identity: sql`integer primary key autoincrement`,
	table: sql`strict`,
	clusteredTable: sql`strict, without rowid`,
	isJson: (column, type) =>
		sql<boolean>`json_valid(${sql.ref(column)}) and json_type(${sql.ref(column)}) = ${sql.lit(type)}`,
	jsonValue: (column, path) => sql`json_extract(${sql.ref(column)}, ${sql.lit(path)})`,
	jsonNumber: (column, path) => sql`json_extract(${sql.ref(column)}, ${sql.lit(path)})`,
	truncate: (expression) => sql`cast(${expression} as integer)`,
	createRoutines: [],
	dropRoutines: [],
	refuseChanges: (table, { deletes }) => {
		const refuse = (operation: 'update' | 'delete'): RawBuilder<unknown> =>
			sql`create trigger ${sql.ref(`${table}_no_${operation}`)} before ${sql.raw(operation)} on ${sql.table(table)}
				begin select raise(abort, ${sql.lit(`${table} is append-only`)}); end`;
		return deletes ? [refuse('update')] : [refuse('update'), refuse('delete')];
	},
	refuseRows: ({ name, table, on, when, message }) => [
		sql`create trigger ${sql.ref(name)} before ${sql.raw(on)} on ${sql.table(table)} when ${when}
			begin select raise(abort, ${sql.lit(message)}); end`,
	],
	allowRows: ({ name }) => [sql`drop trigger ${sql.ref(name)}`],
	epochSeconds: (time) => sql`((julianday(${time}) - 2440587.5) * 86400.0)`,
	// INSERT OR REPLACE deletes without firing the delete trigger, so an existing key is refused on insert.
	requireChain: (table, key) => [
		sql`create trigger ${sql.ref(`${table}_no_replace`)} before insert on ${sql.table(table)}
			when exists (select 1 from ${sql.table(table)} where ${sql.ref(key)} = new.${sql.ref(key)})
			begin select raise(abort, ${sql.lit(`${table} is append-only`)}); end`,
		sql`create trigger ${sql.ref(`${table}_chained`)} before insert on ${sql.table(table)}
			when new.prev_sha256 <> coalesce(
				(select row_sha256 from ${sql.table(table)} order by ${sql.ref(key)} desc limit 1),
				${sql.lit('0'.repeat(64))})
			begin select raise(abort, ${sql.lit(`${table} must continue the hash chain`)}); end`,
	],
	createAppendReviewEvents: [],
	dropAppendReviewEvents: [],
};

/** Rows that a table refuses: those for which `when` is true, over columns of `new` and (on update) `old`. */
export interface RowRule {
	/** Of the trigger, which begins with the name of the table. */
	readonly name: string;
	readonly table: string;
	readonly on: 'insert' | 'update';
	readonly when: RawBuilder<unknown>;
	readonly message: string;
}

/** `$[0].column` as the array that PostgreSQL takes: `{0,column}`. */
function pathArray(path: string): RawBuilder<unknown> {
	return sql.lit(`{${[...path.matchAll(/[^$.[\]]+/g)].map(([part]) => part).join(',')}}`);
}

const postgres: SchemaDialect = {
	double: sql`double precision`,
	bigint: sql`bigint`,
	identity: sql`bigint generated by default as identity primary key`,
	table: sql``,
	clusteredTable: sql``,
	isJson: (column, type) => sql<boolean>`json_typeof(${sql.ref(column)}::json) = ${sql.lit(type)}`,
	jsonValue: (column, path) => sql`counterfoil_json_value(${sql.ref(column)}, ${pathArray(path)})`,
	jsonNumber: (column, path) =>
		sql`cast(counterfoil_json_value(${sql.ref(column)}, ${pathArray(path)}) as double precision)`,
	truncate: (expression) => sql`cast(trunc(${expression}) as integer)`,
	createRoutines: [
		sql`create function counterfoil_refuse_change() returns trigger language plpgsql as $$
			begin
				raise exception '% is append-only', tg_table_name;
			end $$`,
		// Of two transactions that append at once the second waits here, and then sees what the first has appended.
		sql`create function counterfoil_require_chain() returns trigger language plpgsql as $$
			declare
				previous text;
			begin
				perform pg_advisory_xact_lock(hashtextextended('counterfoil ' || tg_table_name, 0));
				execute format('select row_sha256 from %I.%I order by %I desc limit 1',
					tg_table_schema, tg_table_name, tg_argv[0]) into previous;
				if new.prev_sha256 is distinct from coalesce(previous, repeat('0', 64)) then
					raise exception '% must continue the hash chain', tg_table_name;
				end if;
				return new;
			end $$`,
		// A document with an escaped NUL is a valid one, but nothing can be taken out of it.
		sql`create function counterfoil_json_value(document text, path text[]) returns text
			language plpgsql immutable as $$
			begin
				return document::json #>> path;
			exception when untranslatable_character or invalid_text_representation then
				return null;
			end $$`,
	],
	dropRoutines: [
		sql`drop function counterfoil_json_value(text, text[])`,
		sql`drop function counterfoil_require_chain()`,
		sql`drop function counterfoil_refuse_change()`,
	],
	refuseChanges: (table, { deletes }) => {
		const refuse = (operation: 'update' | 'delete' | 'truncate'): RawBuilder<unknown> =>
			sql`create trigger ${sql.ref(`${table}_no_${operation}`)} before ${sql.raw(operation)} on ${sql.table(table)}
				for each ${sql.raw(operation === 'truncate' ? 'statement' : 'row')}
				execute function counterfoil_refuse_change()`;
		return deletes ? [refuse('update')] : [refuse('update'), refuse('delete'), refuse('truncate')];
	},
	// A condition that asks other tables must be in a function.
	refuseRows: ({ name, table, on, when, message }) => [
		sql`create function ${sql.ref(name)}() returns trigger language plpgsql set search_path from current as $$
			begin
				if ${when} then
					raise exception using message = ${sql.lit(message)};
				end if;
				return new;
			end $$`,
		sql`create trigger ${sql.ref(name)} before ${sql.raw(on)} on ${sql.table(table)}
			for each row execute function ${sql.ref(name)}()`,
	],
	allowRows: ({ name, table }) => [
		sql`drop trigger ${sql.ref(name)} on ${sql.table(table)}`,
		sql`drop function ${sql.ref(name)}()`,
	],
	epochSeconds: (time) => sql`cast(extract(epoch from cast(${time} as timestamptz)) as double precision)`,
	requireChain: (table, key) => [
		sql`create trigger ${sql.ref(`${table}_chained`)} before insert on ${sql.table(table)}
			for each row execute function counterfoil_require_chain(${sql.lit(key)})`,
	],
	// The last event is read after the lock is had: one statement without a function would see the log as it was before.
	createAppendReviewEvents: [
		sql`create function counterfoil_append_review_events(events json) returns bigint
			language plpgsql set search_path from current as $$
			declare
				id bigint;
				previous text;
				digest text;
				event json;
			begin
				perform pg_advisory_xact_lock(hashtextextended('counterfoil review_events', 0));
				select event_id, row_sha256 into id, previous from review_events order by event_id desc limit 1;
				id := coalesce(id, 0);
				previous := coalesce(previous, repeat('0', 64));
				for event in select value from json_array_elements(events) loop
					id := id + 1;
					digest := encode(sha256(convert_to(
						'[' || id || ',' || (event ->> 'signed') || ',"' || previous || '"]', 'UTF8')), 'hex');
					insert into review_events (event_id, item_id, kind, actor, at, run_id, row_number,
						before_json, after_json, prev_sha256, row_sha256)
					values (id, (event ->> 'item_id')::integer, event ->> 'kind', event ->> 'actor', event ->> 'at',
						event ->> 'run_id', (event ->> 'row_number')::bigint,
						event ->> 'before_json', event ->> 'after_json', previous, digest);
					previous := digest;
				end loop;
				return id;
			end $$`,
	],
	dropAppendReviewEvents: [sql`drop function counterfoil_append_review_events(json)`],
};

/** The branch for the database that a migration runs on. */
export function schemaDialect(db: Kysely<unknown>): SchemaDialect {
	const { adapter } = db.getExecutor();
	if (adapter instanceof SqliteAdapter) return sqlite;
	if (adapter instanceof PostgresAdapter) return postgres;
	throw new Error(`no schema for the database adapter ${adapter.constructor.name}`);
}
