import { type Expression, type Kysely, type RawBuilder, SqliteAdapter, sql } from 'kysely';

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
	/** Text or number at a path such as `$.decision`, or null. */
	jsonValue(column: string, path: string): RawBuilder<unknown>;
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

/** The branch for the database that a migration runs on. */
export function schemaDialect(db: Kysely<unknown>): SchemaDialect {
	const { adapter } = db.getExecutor();
	if (adapter instanceof SqliteAdapter) return sqlite;
	throw new Error(`no schema for the database adapter ${adapter.constructor.name}`);
}
