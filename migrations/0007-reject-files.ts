import { type Kysely, sql } from 'kysely';

const DESCRIPTION = 'Path of the file, where the data set was read from several; null where it was read from one.';

/** Which of several files a rejected row is from. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await db.schema.alterTable('rejects').addColumn('file', 'text').execute();
	await sql`insert into schema_doc (object, column_name, description)
		values ('rejects', 'file', ${DESCRIPTION})`.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await sql`delete from schema_doc where object = 'rejects' and column_name = 'file'`.execute(db);
	await db.schema.alterTable('rejects').dropColumn('file').execute();
}
