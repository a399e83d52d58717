import { type Kysely, sql } from 'kysely';
import { REVIEW_VIEWS } from './0009-review-views/descriptions.ts';
import { createReviewViews } from './0009-review-views/views.ts';
import { schemaDialect } from './schema-dialect.ts';

/** Measures of the work in a queue, as views. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await createReviewViews(db, schemaDialect(db));
	for (const [object, { about, columns }] of Object.entries(REVIEW_VIEWS)) {
		for (const [column, description] of [['', about], ...Object.entries(columns)]) {
			await sql`insert into schema_doc (object, column_name, description)
				values (${object}, ${column}, ${description})`.execute(db);
		}
	}
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const view of Object.keys(REVIEW_VIEWS).toReversed()) {
		await sql`delete from schema_doc where object = ${view}`.execute(db);
		await db.schema.dropView(view).execute();
	}
}
