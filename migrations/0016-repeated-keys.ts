import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from './0001-initial/object-description.ts';
import { describeObjects } from './describe-objects.ts';
import { schemaDialect } from './schema-dialect.ts';

const TABLES: Readonly<Record<string, ObjectDescription>> = {
	repeated_keys: {
		about: 'How often a key, or the content of a record without one, has occurred; only where it has been repeated.',
		columns: {
			dataset_id: 'The data set.',
			key_hash: 'Hash of the key or content.',
			occurrences: 'So many records have it at least; the next one gets a larger number.',
		},
	},
};

/** How often keys are repeated, so that a record of which there are many is numbered without asking for each of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	await db.schema
		.createTable('repeated_keys')
		.addColumn('dataset_id', 'text', (column) => column.notNull().references('datasets.dataset_id'))
		.addColumn('key_hash', 'text', (column) => column.notNull())
		.addColumn('occurrences', dialect.bigint, (column) => column.notNull())
		.addPrimaryKeyConstraint('repeated_keys_key', ['dataset_id', 'key_hash'])
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
