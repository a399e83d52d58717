import { type Kysely, sql } from 'kysely';
import { REVIEW_VIEWS } from './0009-review-views/descriptions.ts';
import { createReviewViews } from './0009-review-views/views.ts';
import { describeObjects } from './describe-objects.ts';
import { schemaDialect } from './schema-dialect.ts';

/** Measures of the work in a queue, as views. */
export async function up(db: Kysely<unknown>): Promise<void> {
	await createReviewViews(db, schemaDialect(db));
	await describeObjects(db, REVIEW_VIEWS);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const view of Object.keys(REVIEW_VIEWS).toReversed()) {
		await sql`delete from schema_doc where object = ${view}`.execute(db);
		await db.schema.dropView(view).execute();
	}
}
