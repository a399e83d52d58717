import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** Tables of rows: real records, their scores, generated rows, drift. */
export async function createScoreTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await createRecords(db, dialect);
	await createScores(db, dialect);
	await createSyntheticTables(db, dialect);
	await createDriftMetrics(db, dialect);
}

async function createRecords(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('records')
		.addColumn('dataset_id', 'text', (column) => column.notNull().references('datasets.dataset_id'))
		.addColumn('row_number', dialect.bigint, notNull)
		.addColumn('record_key', 'text', notNull)
		.addColumn('content_sha256', 'text', notNull)
		.addColumn('data_json', 'text', notNull)
		.addPrimaryKeyConstraint('records_key', ['dataset_id', 'row_number'])
		.addUniqueConstraint('records_one_per_key', ['dataset_id', 'record_key'])
		.addCheckConstraint('records_data_is_object', dialect.isJson('data_json', 'object'))
		.modifyEnd(dialect.table)
		.execute();
}

// Rows of records and scores are long: in a table without row ids each one over a quarter of a page would take a page
// of its own.
async function createScores(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('scores')
		.addColumn('run_id', 'text', (column) => column.notNull().references('runs.run_id'))
		.addColumn('model_id', 'text', (column) => column.notNull().references('models.model_id'))
		.addColumn('dataset_id', 'text', notNull)
		.addColumn('row_number', dialect.bigint, notNull)
		.addColumn('record_key', 'text', notNull)
		.addColumn('score', dialect.double, notNull)
		.addColumn('surprise', dialect.double, notNull)
		.addColumn('discriminator_output', dialect.double)
		.addColumn('p_value', dialect.double)
		.addColumn('severity', 'text', notNull)
		.addColumn('is_alert', 'integer', notNull)
		.addColumn('reasons', 'text', notNull)
		.addColumn('scored_at', 'text', notNull)
		.addPrimaryKeyConstraint('scores_key', ['run_id', 'row_number'])
		.addForeignKeyConstraint('scores_of_records', ['dataset_id', 'row_number'], 'records', ['dataset_id', 'row_number'])
		.addCheckConstraint('scores_score_in_range', sql`score >= 0.0 and score <= 1.0`)
		.addCheckConstraint('scores_surprise_finite', sql`surprise >= -1.7e308 and surprise <= 1.7e308`)
		.addCheckConstraint('scores_p_value_in_range', sql`p_value >= 0.0 and p_value <= 1.0`)
		.addCheckConstraint('scores_severity_known', sql`severity in ('low', 'medium', 'high', 'critical')`)
		.addCheckConstraint('scores_alert_is_flag', sql`is_alert in (0, 1)`)
		.addCheckConstraint('scores_reasons_is_array', dialect.isJson('reasons', 'array'))
		.modifyEnd(dialect.table)
		.execute();
	await db.schema
		.createIndex('scores_top')
		.on('scores')
		.columns(['run_id', 'score desc', 'surprise desc', 'row_number'])
		.execute();
	await db.schema.createIndex('scores_history').on('scores').columns(['record_key', 'scored_at desc']).execute();
	for (const statement of dialect.refuseChanges('scores', { deletes: true })) await statement.execute(db);
}

async function createSyntheticTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('synthetic_tables')
		.addColumn('synthetic_table_id', 'text', (column) => column.notNull().primaryKey())
		.addColumn('model_id', 'text', (column) => column.notNull().references('models.model_id'))
		.addColumn('run_id', 'text', (column) => column.references('runs.run_id'))
		.addColumn('rows', dialect.bigint, notNull)
		.addColumn('columns_json', 'text', notNull)
		.addColumn('conditions_json', 'text', notNull)
		.addColumn('seed', dialect.bigint, notNull)
		.addColumn('artifact_uri', 'text')
		.addColumn('sha256', 'text')
		.addColumn('created_at', 'text', notNull)
		.addCheckConstraint('synthetic_tables_rows_not_negative', sql`rows >= 0`)
		.addCheckConstraint('synthetic_tables_columns_is_array', dialect.isJson('columns_json', 'array'))
		.addCheckConstraint('synthetic_tables_conditions_is_object', dialect.isJson('conditions_json', 'object'))
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('synthetic_tables_by_model').on('synthetic_tables').column('model_id').execute();
	await db.schema.createIndex('synthetic_tables_by_run').on('synthetic_tables').column('run_id').execute();

	await db.schema
		.createTable('synthetic_rows')
		.addColumn('synthetic_table_id', 'text', (column) =>
			column.notNull().references('synthetic_tables.synthetic_table_id'),
		)
		.addColumn('row_number', dialect.bigint, notNull)
		.addColumn('data_json', 'text', notNull)
		.addPrimaryKeyConstraint('synthetic_rows_key', ['synthetic_table_id', 'row_number'])
		.addCheckConstraint('synthetic_rows_data_is_object', dialect.isJson('data_json', 'object'))
		.modifyEnd(dialect.clusteredTable)
		.execute();
}

async function createDriftMetrics(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('drift_metrics')
		.addColumn('dataset_id', 'text', (column) => column.notNull().references('datasets.dataset_id'))
		.addColumn('model_id', 'text', (column) => column.notNull().references('models.model_id'))
		.addColumn('column_name', 'text', (column) => column.notNull().defaultTo(''))
		.addColumn('metric', 'text', notNull)
		.addColumn('value', dialect.double, notNull)
		.addColumn('p_value', dialect.double)
		.addColumn('threshold', dialect.double)
		.addColumn('is_drifted', 'integer', notNull)
		.addColumn('run_id', 'text', (column) => column.references('runs.run_id'))
		.addColumn('computed_at', 'text', notNull)
		.addPrimaryKeyConstraint('drift_metrics_key', ['dataset_id', 'model_id', 'column_name', 'metric'])
		.addCheckConstraint('drift_metrics_drifted_is_flag', sql`is_drifted in (0, 1)`)
		.modifyEnd(dialect.clusteredTable)
		.execute();
	await db.schema.createIndex('drift_metrics_by_model').on('drift_metrics').column('model_id').execute();
	await db.schema.createIndex('drift_metrics_by_run').on('drift_metrics').column('run_id').execute();
}
