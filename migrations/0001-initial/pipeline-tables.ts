import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();
const primaryKey = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull().primaryKey();

/** Tables of what went in, what ran and what was trained. */
export async function createPipelineTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await createDatasets(db, dialect);
	await createModels(db, dialect);
	await createRuns(db, dialect);
}

async function createDatasets(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('datasets')
		.addColumn('dataset_id', 'text', primaryKey)
		.addColumn('name', 'text', notNull)
		.addColumn('source_uri', 'text', notNull)
		.addColumn('format', 'text', notNull)
		.addColumn('content_sha256', 'text', notNull)
		.addColumn('bytes', dialect.bigint, notNull)
		.addColumn('rows_total', dialect.bigint, notNull)
		.addColumn('rows_loaded', dialect.bigint, notNull)
		.addColumn('rows_rejected', dialect.bigint, notNull)
		.addColumn('blank_lines', dialect.bigint, (column) => column.notNull().defaultTo(0))
		.addColumn('columns_json', 'text', notNull)
		.addColumn('schema_fingerprint', 'text', notNull)
		.addColumn('key_column', 'text')
		.addColumn('dialect_json', 'text')
		.addColumn('repairs_json', 'text')
		.addColumn('manifest_uri', 'text', notNull)
		.addColumn('profile_uri', 'text')
		.addColumn('ingested_at', 'text', notNull)
		.addCheckConstraint('datasets_rows_accounted_for', sql`rows_total = rows_loaded + rows_rejected`)
		.addCheckConstraint('datasets_rows_not_negative', sql`rows_loaded >= 0 and rows_rejected >= 0 and blank_lines >= 0`)
		.addCheckConstraint('datasets_columns_is_array', dialect.isJson('columns_json', 'array'))
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('datasets_by_name').on('datasets').columns(['name', 'ingested_at']).execute();
	await db.schema.createIndex('datasets_by_content').on('datasets').column('content_sha256').execute();

	await db.schema
		.createTable('rejects')
		.addColumn('reject_id', dialect.identity)
		.addColumn('dataset_id', 'text', (column) => column.notNull().references('datasets.dataset_id'))
		.addColumn('line_number', dialect.bigint, notNull)
		.addColumn('byte_offset', dialect.bigint)
		.addColumn('column_number', 'integer')
		.addColumn('column_name', 'text')
		.addColumn('error_type', 'text', notNull)
		.addColumn('message', 'text', notNull)
		.addColumn('raw_text', 'text')
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('rejects_by_dataset').on('rejects').columns(['dataset_id', 'line_number']).execute();
}

async function createModels(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('models')
		.addColumn('model_id', 'text', primaryKey)
		.addColumn('name', 'text', notNull)
		.addColumn('version', 'integer', notNull)
		.addColumn('kind', 'text', notNull)
		.addColumn('dataset_id', 'text', (column) => column.notNull().references('datasets.dataset_id'))
		.addColumn('schema_fingerprint', 'text', notNull)
		.addColumn('profile_uri', 'text')
		.addColumn('profile_sha256', 'text')
		.addColumn('features_uri', 'text')
		.addColumn('features_sha256', 'text')
		.addColumn('generator_uri', 'text')
		.addColumn('generator_sha256', 'text')
		.addColumn('discriminator_uri', 'text')
		.addColumn('discriminator_sha256', 'text')
		.addColumn('scorer_uri', 'text')
		.addColumn('scorer_sha256', 'text')
		.addColumn('config_json', 'text', notNull)
		.addColumn('seed', dialect.bigint, notNull)
		.addColumn('backend', 'text', notNull)
		.addColumn('stage', 'text', (column) => column.notNull().defaultTo('candidate'))
		.addColumn('trained_at', 'text', notNull)
		.addUniqueConstraint('models_one_per_version', ['name', 'version'])
		.addCheckConstraint('models_stage_known', sql`stage in ('candidate', 'active', 'retired')`)
		.addCheckConstraint('models_version_counts_from_1', sql`version >= 1`)
		.addCheckConstraint('models_config_is_object', dialect.isJson('config_json', 'object'))
		.modifyEnd(dialect.table)
		.execute();
	await db.schema
		.createIndex('models_one_active')
		.unique()
		.on('models')
		.column('name')
		.where(sql.ref('stage'), '=', sql.lit('active'))
		.execute();
	await db.schema.createIndex('models_by_dataset').on('models').column('dataset_id').execute();

	await db.schema
		.createTable('model_metrics')
		.addColumn('model_id', 'text', (column) => column.notNull().references('models.model_id'))
		.addColumn('metric', 'text', notNull)
		.addColumn('part', 'text', (column) => column.notNull().defaultTo(''))
		.addColumn('value', dialect.double, notNull)
		.addColumn('floor', dialect.double)
		.addColumn('ceiling', dialect.double)
		.addColumn('note', 'text')
		.addPrimaryKeyConstraint('model_metrics_key', ['model_id', 'metric', 'part'])
		.modifyEnd(dialect.clusteredTable)
		.execute();
}

async function createRuns(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('runs')
		.addColumn('run_id', 'text', primaryKey)
		.addColumn('kind', 'text', notNull)
		.addColumn('status', 'text', notNull)
		.addColumn('run_key', 'text', notNull)
		.addColumn('runner', 'text', notNull)
		.addColumn('workflow_id', 'text')
		.addColumn('owner', 'text')
		.addColumn('dataset_id', 'text', (column) => column.references('datasets.dataset_id'))
		.addColumn('model_id', 'text', (column) => column.references('models.model_id'))
		.addColumn('seed', dialect.bigint, notNull)
		.addColumn('config_json', 'text', notNull)
		.addColumn('plan_json', 'text')
		.addColumn('progress_json', 'text')
		.addColumn('counterfoil_version', 'text', notNull)
		.addColumn('backend', 'text')
		.addColumn('cancel_requested', 'integer', (column) => column.notNull().defaultTo(0))
		.addColumn('started_at', 'text', notNull)
		.addColumn('heartbeat_at', 'text')
		.addColumn('finished_at', 'text')
		.addColumn('error_json', 'text')
		.addCheckConstraint('runs_kind_known', sql`kind in ('pipeline', 'ingest', 'train', 'score', 'augment', 'generate')`)
		.addCheckConstraint(
			'runs_status_known',
			sql`status in ('running', 'succeeded', 'failed', 'cancelled', 'interrupted')`,
		)
		.addCheckConstraint('runs_runner_known', sql`runner in ('in-process', 'temporal')`)
		.addCheckConstraint('runs_cancel_is_flag', sql`cancel_requested in (0, 1)`)
		.addCheckConstraint('runs_config_is_object', dialect.isJson('config_json', 'object'))
		.addCheckConstraint(
			'runs_finished_when_over',
			sql`(status in ('succeeded', 'failed', 'cancelled')) = (finished_at is not null)`,
		)
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('runs_by_key').on('runs').columns(['run_key', 'started_at']).execute();
	await db.schema.createIndex('runs_by_start').on('runs').columns(['started_at', 'run_id']).execute();
	await db.schema.createIndex('runs_by_dataset').on('runs').columns(['dataset_id', 'finished_at', 'run_id']).execute();
	await db.schema.createIndex('runs_by_model').on('runs').column('model_id').execute();

	await db.schema
		.createTable('run_steps')
		.addColumn('run_id', 'text', (column) => column.notNull().references('runs.run_id'))
		.addColumn('step', 'text', notNull)
		.addColumn('attempt', 'integer', notNull)
		.addColumn('status', 'text', notNull)
		.addColumn('input_sha256', 'text', notNull)
		.addColumn('output_json', 'text')
		.addColumn('heartbeat_json', 'text')
		.addColumn('started_at', 'text', notNull)
		.addColumn('finished_at', 'text')
		.addPrimaryKeyConstraint('run_steps_key', ['run_id', 'step'])
		.addCheckConstraint('run_steps_status_known', sql`status in ('running', 'finished', 'failed')`)
		.addCheckConstraint('run_steps_attempt_counts_from_1', sql`attempt >= 1`)
		.addCheckConstraint('run_steps_finished_with_output', sql`status <> 'finished' or output_json is not null`)
		.modifyEnd(dialect.clusteredTable)
		.execute();

	await db.schema
		.createTable('run_shards')
		.addColumn('run_id', 'text', notNull)
		.addColumn('step', 'text', notNull)
		.addColumn('shard_number', 'integer', notNull)
		.addColumn('attempt', 'integer', notNull)
		.addColumn('first_row', dialect.bigint, notNull)
		.addColumn('row_count', dialect.bigint, notNull)
		.addColumn('content_sha256', 'text', notNull)
		.addColumn('committed_at', 'text', notNull)
		.addPrimaryKeyConstraint('run_shards_key', ['run_id', 'step', 'shard_number'])
		.addForeignKeyConstraint('run_shards_of_step', ['run_id', 'step'], 'run_steps', ['run_id', 'step'])
		.addCheckConstraint('run_shards_rows_not_negative', sql`row_count >= 0`)
		.modifyEnd(dialect.clusteredTable)
		.execute();
}
