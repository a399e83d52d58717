import { type Kysely, sql } from 'kysely';

const COLUMNS = {
	table_name: 'Table of this database that holds the rows, a column for each; null if there is none.',
	provenance_json: 'What the rows were made from: model, training data, configuration, request, seed, verdict.',
} as const;

/** Generated rows may fill a table of their own, and say where they come from. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const [column, description] of Object.entries(COLUMNS)) {
		await db.schema.alterTable('synthetic_tables').addColumn(column, 'text').execute();
		await sql`insert into schema_doc (object, column_name, description)
			values ('synthetic_tables', ${column}, ${description})`.execute(db);
	}
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const column of Object.keys(COLUMNS)) {
		await sql`delete from schema_doc where object = 'synthetic_tables' and column_name = ${column}`.execute(db);
		await db.schema.alterTable('synthetic_tables').dropColumn(column).execute();
	}
}
