import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from './0001-initial/object-description.ts';
import { describeObjects } from './describe-objects.ts';
import { schemaDialect } from './schema-dialect.ts';

const TABLES: Readonly<Record<string, ObjectDescription>> = {
	access_events: {
		about: 'Who came in and what was done in the console beside the queue, which has its own log; append-only.',
		columns: {
			access_event_id: 'Number of the event.',
			at: 'When (UTC).',
			actor: 'Who did it, or the name that was given for a failed login.',
			kind: 'What was done: signed_in, sign_in_failed, user_added, token_made, query_run and so on.',
			detail_json: 'To whom or what, as a JSON object; never a secret, and no values of records.',
		},
	},
};

const TOKEN_COLUMNS = {
	role: 'The most that the token may do; never more than its user may.',
	hint: 'The first characters of the token, to tell it from others.',
} as const;

/** What the lists of the console are read from in their order. */
const INDEXES = [
	['models_by_time', 'models', ['trained_at desc', 'model_id']],
	['datasets_by_time', 'datasets', ['ingested_at desc', 'dataset_id']],
	['synthetic_tables_by_time', 'synthetic_tables', ['created_at desc', 'synthetic_table_id']],
] as const;

/** What the console needs to know who does what. */
export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	await db.schema
		.createTable('access_events')
		.addColumn('access_event_id', dialect.identity)
		.addColumn('at', 'text', (column) => column.notNull())
		.addColumn('actor', 'text', (column) => column.notNull())
		.addColumn('kind', 'text', (column) => column.notNull())
		.addColumn('detail_json', 'text', (column) => column.notNull())
		.addCheckConstraint('access_events_detail_is_object', dialect.isJson('detail_json', 'object'))
		.modifyEnd(dialect.table)
		.execute();
	for (const statement of dialect.refuseChanges('access_events', { deletes: false })) await statement.execute(db);
	await describeObjects(db, TABLES);
	await db.schema
		.alterTable('api_tokens')
		.addColumn('role', 'text', (column) =>
			column.notNull().defaultTo('viewer').check(sql`role in ('viewer', 'analyst', 'lead', 'admin')`),
		)
		.execute();
	await db.schema
		.alterTable('api_tokens')
		.addColumn('hint', 'text', (column) => column.notNull().defaultTo(''))
		.execute();
	for (const [column, description] of Object.entries(TOKEN_COLUMNS)) {
		await sql`insert into schema_doc (object, column_name, description)
			values ('api_tokens', ${column}, ${description})`.execute(db);
	}
	for (const [name, table, columns] of INDEXES) {
		await db.schema
			.createIndex(name)
			.on(table)
			.columns([...columns])
			.execute();
	}
	await db.schema
		.createIndex('review_items_by_closing')
		.on('review_items')
		.columns(['closed_at desc', 'item_id desc'])
		.where(sql.ref('state'), '=', sql.lit('decided'))
		.execute();
}

export async function down(db: Kysely<unknown>): Promise<void> {
	await db.schema.dropIndex('review_items_by_closing').execute();
	for (const [name] of INDEXES) await db.schema.dropIndex(name).execute();
	for (const column of Object.keys(TOKEN_COLUMNS)) {
		await sql`delete from schema_doc where object = 'api_tokens' and column_name = ${column}`.execute(db);
		await db.schema.alterTable('api_tokens').dropColumn(column).execute();
	}
	await sql`delete from schema_doc where object = 'access_events'`.execute(db);
	await db.schema.dropTable('access_events').execute();
}
