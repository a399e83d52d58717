import { type Kysely, sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';
import { TABLE_DESCRIPTIONS } from './table-descriptions.ts';
import { VIEW_DESCRIPTIONS } from './view-descriptions.ts';

/** Puts the description of every table, view and column into the database itself, where SQL tools find it. */
export async function createSchemaDoc(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('schema_doc')
		.addColumn('object', 'text', (column) => column.notNull())
		.addColumn('column_name', 'text', (column) => column.notNull())
		.addColumn('description', 'text', (column) => column.notNull())
		.addPrimaryKeyConstraint('schema_doc_key', ['object', 'column_name'])
		.modifyEnd(dialect.clusteredTable)
		.execute();
	for (const [object, { about, columns }] of Object.entries({ ...TABLE_DESCRIPTIONS, ...VIEW_DESCRIPTIONS })) {
		for (const [column, description] of [['', about], ...Object.entries(columns)]) {
			await sql`insert into schema_doc (object, column_name, description)
				values (${object}, ${column}, ${description})`.execute(db);
		}
	}
}
