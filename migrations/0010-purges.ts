import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from './0001-initial/object-description.ts';
import { describeObjects } from './describe-objects.ts';
import { schemaDialect } from './schema-dialect.ts';

const TABLES: Readonly<Record<string, ObjectDescription>> = {
	purges: {
		about:
			'Records that were removed on request: who did it and when, and nothing of the record; append-only, chained.',
		columns: {
			purge_id: 'Number of the purge, from 1.',
			actor: 'Who did it.',
			at: 'When (UTC).',
			counts_json: 'How many records, scores, labels, notes and so on were removed.',
			prev_sha256: 'row_sha256 of the purge before; 64 zeros for the first.',
			row_sha256: 'SHA-256 of prev_sha256 and all other columns.',
		},
	},
	purged_rows: {
		about: 'Rows of data sets whose record was removed; they are not stored or scored again.',
		columns: {
			dataset_id: 'The data set.',
			row_number: 'Number of the row within the data set.',
			purge_id: 'The purge.',
		},
	},
};

/** What is left of a record that was removed on request. */
export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	await db.schema
		.createTable('purges')
		.addColumn('purge_id', dialect.bigint, (column) => column.notNull().primaryKey())
		.addColumn('actor', 'text', (column) => column.notNull())
		.addColumn('at', 'text', (column) => column.notNull())
		.addColumn('counts_json', 'text', (column) => column.notNull())
		.addColumn('prev_sha256', 'text', (column) => column.notNull())
		.addColumn('row_sha256', 'text', (column) => column.notNull())
		.addCheckConstraint('purges_counts_is_object', dialect.isJson('counts_json', 'object'))
		.modifyEnd(dialect.table)
		.execute();
	const triggers = [
		...dialect.refuseChanges('purges', { deletes: false }),
		...dialect.requireChain('purges', 'purge_id'),
	];
	for (const statement of triggers) await statement.execute(db);
	await db.schema
		.createTable('purged_rows')
		.addColumn('dataset_id', 'text', (column) => column.notNull().references('datasets.dataset_id'))
		.addColumn('row_number', dialect.bigint, (column) => column.notNull())
		.addColumn('purge_id', dialect.bigint, (column) => column.notNull().references('purges.purge_id'))
		.addPrimaryKeyConstraint('purged_rows_key', ['dataset_id', 'row_number'])
		.modifyEnd(dialect.clusteredTable)
		.execute();
	await describeObjects(db, TABLES);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const table of Object.keys(TABLES).toReversed()) {
		await sql`delete from schema_doc where object = ${table}`.execute(db);
		await db.schema.dropTable(table).execute();
	}
}
