import { type Kysely, sql } from 'kysely';
import { createViews, VIEWS } from './0001-initial/views.ts';
import { ADDED_COLUMNS, ADDED_TABLES, addReviewColumns, dropReviewColumns } from './0008-review-work/columns.ts';
import { REASON_CODES } from './0008-review-work/reason-codes.ts';
import { reviewRules } from './0008-review-work/rules.ts';
import { createWorkViews, WORK_VIEWS } from './0008-review-work/views.ts';
import { schemaDialect } from './schema-dialect.ts';

/** Views of the first migration that are made anew. */
const REPLACED_VIEWS = ['precision_at_k', 'review_queue'] as const;

/** What people do in a queue: claims, decisions, four eyes, notes, and rules that the database itself keeps. */
export async function up(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	for (const view of REPLACED_VIEWS) await db.schema.dropView(view).execute();
	await addReviewColumns(db, dialect);
	for (const { code, decision, description } of REASON_CODES) {
		await sql`insert into reason_codes (code, decision, description) values (${code}, ${decision}, ${description})`.execute(
			db,
		);
	}
	for (const rule of reviewRules(dialect)) {
		for (const statement of dialect.refuseRows(rule)) await statement.execute(db);
	}
	await createWorkViews(db, dialect);
	for (const [object, column, description] of descriptions()) {
		await sql`insert into schema_doc (object, column_name, description)
			values (${object}, ${column}, ${description})`.execute(db);
	}
}

export async function down(db: Kysely<unknown>): Promise<void> {
	const dialect = schemaDialect(db);
	for (const [object, column] of descriptions()) {
		await sql`delete from schema_doc where object = ${object} and column_name = ${column}`.execute(db);
	}
	const views = [...Object.keys(WORK_VIEWS), ...VIEWS.filter((view) => !(view in WORK_VIEWS))];
	for (const view of views) await db.schema.dropView(view).execute();
	for (const rule of reviewRules(dialect)) {
		for (const statement of dialect.allowRows(rule)) await statement.execute(db);
	}
	await dropReviewColumns(db);
	await createViews(db, dialect);
}

/** Object, column (empty: the object itself) and description of all that is new. */
function* descriptions(): Generator<readonly [string, string, string]> {
	for (const [object, columns] of Object.entries(ADDED_COLUMNS)) {
		for (const [column, description] of Object.entries(columns)) yield [object, column, description];
	}
	for (const [object, { about, columns }] of [...Object.entries(ADDED_TABLES), ...Object.entries(WORK_VIEWS)]) {
		if (about !== '') yield [object, '', about];
		for (const [column, description] of Object.entries(columns)) yield [object, column, description];
	}
}
