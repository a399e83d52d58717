import type { Kysely } from 'kysely';
import { createAccessTables } from './0001-initial/access-tables.ts';
import { createPipelineTables } from './0001-initial/pipeline-tables.ts';
import { createReviewTables } from './0001-initial/review-tables.ts';
import { createSchemaDoc } from './0001-initial/schema-doc.ts';
import { createScoreTables } from './0001-initial/score-tables.ts';
import { createViews, VIEWS } from './0001-initial/views.ts';
import { schemaDialect } from './schema-dialect.ts';

/** Every table, those that refer to others first, so that they can be dropped in this order. */
const TABLES = [
	'schema_doc',
	'idempotency_keys',
	'api_tokens',
	'logins',
	'users',
	'labels',
	'review_events',
	'review_items',
	'suppressions',
	'queues',
	'drift_metrics',
	'synthetic_rows',
	'synthetic_tables',
	'scores',
	'records',
	'run_shards',
	'run_steps',
	'runs',
	'model_metrics',
	'models',
	'rejects',
	'datasets',
] as const;

export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	for (const statement of dialect.createRoutines) await statement.execute(db);
	await createPipelineTables(db, dialect);
	await createScoreTables(db, dialect);
	await createReviewTables(db, dialect);
	await createAccessTables(db, dialect);
	await createViews(db, dialect);
	await createSchemaDoc(db, dialect);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const view of VIEWS) await db.schema.dropView(view).execute();
	for (const table of TABLES) await db.schema.dropTable(table).execute();
	for (const statement of schemaDialect(db).dropRoutines) await statement.execute(db);
}
