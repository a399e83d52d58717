import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from './0001-initial/object-description.ts';
import { describeObjects } from './describe-objects.ts';
import { schemaDialect } from './schema-dialect.ts';

const TABLES: Readonly<Record<string, ObjectDescription>> = {
	schedules: {
		about: 'What is to be done again and again; when, is kept by Temporal.',
		columns: {
			schedule_id: 'Name of the schedule.',
			task_json: 'What each run is asked to do.',
			source_json: 'Where new data come from; JSON null for generation.',
			retention_json: 'How many days scores, shards and journals of its runs are kept.',
			watermark_json: 'The last value of the column that a query goes by; null before the first run.',
			ticks: 'How often it was due.',
			created_at: 'When it was made (UTC).',
		},
	},
	schedule_items: {
		about: 'What a schedule has taken from its source, so that nothing is taken twice.',
		columns: {
			schedule_id: 'The schedule.',
			item_key: 'Hash of what names the item: path, size and time of change of a file; number of the tick.',
			content_sha256: 'Hash of the content of a file; null for what is no file.',
			path: 'The file; null for generation.',
			watermark_json: 'What the watermark becomes once the item is done; null for files.',
			state: 'taken, done, failed (it will not be tried again) or repeated (a file with the same content was taken).',
			tick: 'The workflow that took it.',
			run_id: 'The run; null where there is none.',
			taken_at: 'When it was taken (UTC).',
			finished_at: 'When it was done (UTC).',
		},
	},
};

/** Schedules and what they have taken. */
export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	await db.schema
		.createTable('schedules')
		.addColumn('schedule_id', 'text', (column) => column.notNull().primaryKey())
		.addColumn('task_json', 'text', (column) => column.notNull())
		.addColumn('source_json', 'text', (column) => column.notNull())
		.addColumn('retention_json', 'text', (column) => column.notNull())
		.addColumn('watermark_json', 'text')
		.addColumn('ticks', dialect.bigint, (column) => column.notNull().defaultTo(0))
		.addColumn('created_at', 'text', (column) => column.notNull())
		.addCheckConstraint('schedules_task_is_object', dialect.isJson('task_json', 'object'))
		.modifyEnd(dialect.table)
		.execute();
	await db.schema
		.createTable('schedule_items')
		.addColumn('schedule_id', 'text', (column) => column.notNull().references('schedules.schedule_id'))
		.addColumn('item_key', 'text', (column) => column.notNull())
		.addColumn('content_sha256', 'text')
		.addColumn('path', 'text')
		.addColumn('watermark_json', 'text')
		.addColumn('state', 'text', (column) =>
			column.notNull().check(sql`state in ('taken', 'done', 'failed', 'repeated')`),
		)
		.addColumn('tick', 'text', (column) => column.notNull())
		.addColumn('run_id', 'text')
		.addColumn('taken_at', 'text', (column) => column.notNull())
		.addColumn('finished_at', 'text')
		.addPrimaryKeyConstraint('schedule_items_key', ['schedule_id', 'item_key'])
		.modifyEnd(dialect.clusteredTable)
		.execute();
	await db.schema
		.createIndex('schedule_items_content')
		.on('schedule_items')
		.columns(['schedule_id', 'content_sha256'])
		.execute();
	await db.schema.createIndex('schedule_items_run').on('schedule_items').columns(['run_id']).execute();
	await describeObjects(db, TABLES);
}

export async function down(db: Kysely<unknown>): Promise<void> {
	for (const table of Object.keys(TABLES).toReversed()) {
		await sql`delete from schema_doc where object = ${table}`.execute(db);
		await db.schema.dropTable(table).execute();
	}
}
