import { type Kysely, sql } from 'kysely';

const DESCRIPTION =
	'JSON: whether its rows may be handed out (verdict, reasons), and the reason to do so anyway (override); null if it was not judged.';

/** What was found about a generated table before it was handed out. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await db.schema.alterTable('synthetic_tables').addColumn('release_json', 'text').execute();
	await sql`insert into schema_doc (object, column_name, description)
		values ('synthetic_tables', 'release_json', ${DESCRIPTION})`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql`delete from schema_doc where object = 'synthetic_tables' and column_name = 'release_json'`.execute(db);
	await db.schema.alterTable('synthetic_tables').dropColumn('release_json').execute();
}
