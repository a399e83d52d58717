import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from '../0001-initial/object-description.ts';
import type { SchemaDialect } from '../schema-dialect.ts';

/** New columns of tables that exist, with what they hold. */
export const ADDED_COLUMNS = {
	queues: {
		budget_per: 'What alert_budget is for: run, or day (UTC), of which all runs of the day share it.',
		fdr_level: 'Share of false alarms that is accepted, instead of a budget or a threshold.',
		second_review_above: 'Amount from which on a second person must confirm a decision; null for never.',
	},
	review_items: {
		origin: 'alert, or audit for a record below the cut that was drawn at random.',
		weight: 'How many records it stands for: 1 for an alert, the inverse of the share drawn for an audit.',
		amount: 'Largest absolute value of the value column among its hits.',
		needs_second: '1 if a second person must confirm the decision.',
		decision: 'fraud, legitimate or unsure, once it is decided.',
		reason_code: 'Why, a code of reason_codes.',
		decided_by: 'Who decided.',
		proposed_decision: 'What the first of two people decided.',
		proposed_by: 'Who that was.',
		escalated_by: 'Who escalated it.',
	},
	labels: {
		retracts_label_id: 'The label that this one takes back; null for a label proper.',
	},
} as const;

export const ADDED_TABLES: Readonly<Record<string, ObjectDescription>> = {
	reason_codes: {
		about: 'Why something was decided: the words to choose from.',
		columns: {
			code: 'The word.',
			decision: 'The decision that it goes with: fraud, legitimate or unsure.',
			description: 'What it means.',
			is_retired: '1 if it is no longer to be used.',
		},
	},
	review_notes: {
		about: 'Free text of review events, apart from them so that it can be removed; the event has its hash.',
		columns: {
			event_id: 'The event.',
			item_id: 'The item.',
			note: 'What was written.',
			salt: 'Put before the note to hash it, so that nobody can find a removed note by guessing.',
		},
	},
};

export async function addReviewColumns(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await createReasonCodes(db, dialect);
	await createReviewNotes(db, dialect);
	await db.schema
		.alterTable('queues')
		.addColumn('budget_per', 'text', (column) =>
			column.notNull().defaultTo('run').check(sql`budget_per in ('run', 'day')`),
		)
		.execute();
	await db.schema
		.alterTable('queues')
		.addColumn('fdr_level', dialect.double, (column) =>
			column.check(
				sql`fdr_level is null or (fdr_level > 0.0 and fdr_level < 1.0 and alert_budget is null and score_threshold is null)`,
			),
		)
		.execute();
	await db.schema
		.alterTable('queues')
		.addColumn('second_review_above', dialect.double, (column) => column.check(sql`second_review_above >= 0.0`))
		.execute();

	const decision = (name: string) => sql`${sql.ref(name)} in ('fraud', 'legitimate', 'unsure')`;
	const items = () => db.schema.alterTable('review_items');
	await items()
		.addColumn('origin', 'text', (column) =>
			column.notNull().defaultTo('alert').check(sql`origin in ('alert', 'audit')`),
		)
		.execute();
	await items()
		.addColumn('weight', dialect.double, (column) => column.notNull().defaultTo(1).check(sql`weight >= 1.0`))
		.execute();
	await items().addColumn('amount', dialect.double).execute();
	await items()
		.addColumn('needs_second', 'integer', (column) => column.notNull().defaultTo(0).check(sql`needs_second in (0, 1)`))
		.execute();
	await items()
		.addColumn('decision', 'text', (column) => column.check(decision('decision')))
		.execute();
	await items().addColumn('reason_code', 'text').execute();
	await items().addColumn('decided_by', 'text').execute();
	await items()
		.addColumn('proposed_decision', 'text', (column) => column.check(decision('proposed_decision')))
		.execute();
	await items().addColumn('proposed_by', 'text').execute();
	await items().addColumn('escalated_by', 'text').execute();
	await db.schema.alterTable('labels').addColumn('retracts_label_id', 'integer').execute();
	await db.schema.createIndex('labels_by_retraction').on('labels').column('retracts_label_id').execute();
	for (const [name, column, state] of [
		['review_items_by_lease', 'lease_expires_at', 'in_review'],
		['review_items_by_snooze', 'snoozed_until', 'snoozed'],
	] as const) {
		await db.schema
			.createIndex(name)
			.on('review_items')
			.column(column)
			.where(sql.ref('state'), '=', sql.lit(state))
			.execute();
	}
}

export async function dropReviewColumns(db: Kysely<unknown>): Promise<void> {
	for (const index of ['review_items_by_lease', 'review_items_by_snooze', 'labels_by_retraction']) {
		await db.schema.dropIndex(index).execute();
	}
	for (const [table, columns] of Object.entries(ADDED_COLUMNS)) {
		for (const column of Object.keys(columns)) await db.schema.alterTable(table).dropColumn(column).execute();
	}
	for (const table of Object.keys(ADDED_TABLES)) await db.schema.dropTable(table).execute();
}

async function createReasonCodes(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('reason_codes')
		.addColumn('code', 'text', (column) => column.notNull().primaryKey())
		.addColumn('decision', 'text', (column) => column.notNull())
		.addColumn('description', 'text', (column) => column.notNull())
		.addColumn('is_retired', 'integer', (column) => column.notNull().defaultTo(0))
		.addCheckConstraint('reason_codes_decision_known', sql`decision in ('fraud', 'legitimate', 'unsure')`)
		.addCheckConstraint('reason_codes_retired_is_flag', sql`is_retired in (0, 1)`)
		.modifyEnd(dialect.clusteredTable)
		.execute();
}

async function createReviewNotes(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('review_notes')
		.addColumn('event_id', dialect.bigint, (column) =>
			column.notNull().primaryKey().references('review_events.event_id'),
		)
		.addColumn('item_id', 'integer', (column) => column.notNull().references('review_items.item_id'))
		.addColumn('note', 'text', (column) => column.notNull())
		.addColumn('salt', 'text', (column) => column.notNull())
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('review_notes_by_item').on('review_notes').columns(['item_id', 'event_id']).execute();
	for (const statement of dialect.refuseChanges('review_notes', { deletes: true })) await statement.execute(db);
}
