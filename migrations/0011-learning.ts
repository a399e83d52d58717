import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from './0001-initial/object-description.ts';
import { describeObjects } from './describe-objects.ts';
import { schemaDialect } from './schema-dialect.ts';

const COLUMNS = {
	head_uri: 'File with what was learnt from labels, on top of the unsupervised model; null if nothing was.',
	head_sha256: 'Its SHA-256.',
	parent_model_id: 'The model that it was retrained from; null if it was trained from scratch.',
	labels_known_at: 'What was known by then (UTC) was learnt from; null without a head.',
	comparison_uri: 'File that compares it with the model before, on later records; null if there was none.',
} as const;

const TABLES: Readonly<Record<string, ObjectDescription>> = {
	promotions: {
		about: 'Which model of a name was made the active one, when and why; append-only.',
		columns: {
			promotion_id: 'Number of the promotion.',
			name: 'Name of the models.',
			model_id: 'The model that is active from then on.',
			previous_model_id: 'The model that was active before; null if none was.',
			reason: 'base (the model that a retraining began with), rule, hand or rollback.',
			actor: 'Who did it.',
			at: 'When (UTC).',
		},
	},
};

const KINDS = ['pipeline', 'ingest', 'train', 'score', 'augment', 'generate'];

/** Models that learn from labels, which of them is in use, and the runs that retrain and watch them. */
export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	for (const [column, description] of Object.entries(COLUMNS)) {
		await db.schema.alterTable('models').addColumn(column, 'text').execute();
		await sql`insert into schema_doc (object, column_name, description)
			values ('models', ${column}, ${description})`.execute(db);
	}
	await allowKinds(db, [...KINDS, 'retrain', 'monitor']);
	await db.schema
		.createTable('promotions')
		.addColumn('promotion_id', dialect.identity)
		.addColumn('name', 'text', (column) => column.notNull())
		.addColumn('model_id', 'text', (column) => column.notNull().references('models.model_id'))
		.addColumn('previous_model_id', 'text', (column) => column.references('models.model_id'))
		.addColumn('reason', 'text', (column) => column.notNull())
		.addColumn('actor', 'text', (column) => column.notNull())
		.addColumn('at', 'text', (column) => column.notNull())
		.addCheckConstraint('promotions_reason_known', sql`reason in ('base', 'rule', 'hand', 'rollback')`)
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('promotions_by_name').on('promotions').columns(['name', 'promotion_id']).execute();
	for (const statement of dialect.refuseChanges('promotions', { deletes: false })) await statement.execute(db);
	await describeObjects(db, TABLES);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const table of Object.keys(TABLES)) {
		await sql`delete from schema_doc where object = ${table}`.execute(db);
		await db.schema.dropTable(table).execute();
	}
	await allowKinds(db, KINDS);
	for (const column of Object.keys(COLUMNS)) {
		await sql`delete from schema_doc where object = 'models' and column_name = ${column}`.execute(db);
		await db.schema.alterTable('models').dropColumn(column).execute();
	}
}

async function allowKinds(db: Kysely<unknown>, kinds: readonly string[]): Promise<void> {
	const known = sql.join(kinds.map((kind) => sql.lit(kind)));
	await sql`alter table runs drop constraint runs_kind_known`.execute(db);
	await sql`alter table runs add constraint runs_kind_known check (kind in (${known}))`.execute(db);
}
