import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from './0001-initial/object-description.ts';

/** Puts what new tables and views are about, and what their columns hold, into `schema_doc`. */
export async function describeObjects(
	db: Kysely<unknown>,
	objects: Readonly<Record<string, ObjectDescription>>,
): Promise<void> {
	for (const [object, { about, columns }] of Object.entries(objects)) {
		for (const [column, description] of [['', about], ...Object.entries(columns)]) {
			await sql`insert into schema_doc (object, column_name, description)
				values (${object}, ${column}, ${description})`.execute(db);
		}
	}
}
