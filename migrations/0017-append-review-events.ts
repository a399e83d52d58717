import type { Kysely } from 'kysely';
import { schemaDialect } from './schema-dialect.ts';

/** The review log grows by one statement where the database is on a server, so that its chain is held no longer. */
export async function up(db: Kysely<unknown>): Promise<void> {
	for (const statement of schemaDialect(db).createAppendReviewEvents) await statement.execute(db);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const statement of schemaDialect(db).dropAppendReviewEvents) await statement.execute(db);
}
