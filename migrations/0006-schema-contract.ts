import { type Kysely, sql } from 'kysely';

const COLUMNS = [
	[
		'datasets',
		'status',
		'`loaded`; `quarantined`: the file differed from its contract and nothing of it was loaded; `refused`: too many of its rows were rejected.',
	],
	[
		'datasets',
		'contract_uri',
		'File with the schema contract that later tables are held against; null of old data sets.',
	],
	[
		'datasets',
		'alerts_json',
		'JSON: what is worth knowing of its columns before a model is trained on them; null of old data sets.',
	],
	[
		'datasets',
		'schema_changes_json',
		'JSON: how the file differed from the contract it was held against, and what was done.',
	],
	[
		'models',
		'contract_uri',
		'File with the schema contract that tables to score are held against; null of old models.',
	],
] as const;

/** Data sets and models keep what later tables are held against, data sets also what was found in them. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const [table, column, description] of COLUMNS) {
		await db.schema
			.alterTable(table)
			.addColumn(column, 'text', (definition) =>
				column === 'status'
					? definition.notNull().defaultTo('loaded').check(sql`status in ('loaded', 'quarantined', 'refused')`)
					: definition,
			)
			.execute();
		await sql`insert into schema_doc (object, column_name, description)
			values (${table}, ${column}, ${description})`.execute(db);
	}
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const [table, column] of COLUMNS) {
		await sql`delete from schema_doc where object = ${table} and column_name = ${column}`.execute(db);
		await db.schema.alterTable(table).dropColumn(column).execute();
	}
}
