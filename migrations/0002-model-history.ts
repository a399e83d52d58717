import { type Kysely, sql } from 'kysely';

const COLUMNS = {
	history_uri: 'File with what is kept of the past of the entities; null if the model knows none.',
	history_sha256: 'Its SHA-256.',
} as const;

/** Models that score entities against their own past keep it. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const [column, description] of Object.entries(COLUMNS)) {
		await db.schema.alterTable('models').addColumn(column, 'text').execute();
		await sql`insert into schema_doc (object, column_name, description)
			values ('models', ${column}, ${description})`.execute(db);
	}
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const column of Object.keys(COLUMNS)) {
		await sql`delete from schema_doc where object = 'models' and column_name = ${column}`.execute(db);
		await db.schema.alterTable('models').dropColumn(column).execute();
	}
}
