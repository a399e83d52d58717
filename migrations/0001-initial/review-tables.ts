import { type ColumnDefinitionBuilder, type Kysely, sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

const notNull = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

/** Tables of the review queue and of what people decided there. */
export async function createReviewTables(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await createQueues(db, dialect);
	await createReviewItems(db, dialect);
	await createReviewEvents(db, dialect);
	await createLabels(db, dialect);
}

async function createQueues(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('queues')
		.addColumn('queue_id', dialect.identity)
		.addColumn('dataset_name', 'text', notNull)
		.addColumn('name', 'text', notNull)
		.addColumn('alert_budget', 'integer')
		.addColumn('score_threshold', dialect.double)
		.addColumn('entity_column', 'text')
		.addColumn('value_column', 'text')
		.addColumn('audit_share', dialect.double, (column) => column.notNull().defaultTo(0))
		.addColumn('lease_minutes', 'integer', (column) => column.notNull().defaultTo(15))
		.addColumn('due_hours', dialect.double)
		.addColumn('created_at', 'text', notNull)
		.addUniqueConstraint('queues_one_per_name', ['dataset_name', 'name'])
		.addCheckConstraint('queues_budget_positive', sql`alert_budget >= 1`)
		.addCheckConstraint('queues_threshold_in_range', sql`score_threshold >= 0.0 and score_threshold <= 1.0`)
		.addCheckConstraint('queues_one_rule', sql`alert_budget is null or score_threshold is null`)
		.addCheckConstraint('queues_audit_share_in_range', sql`audit_share >= 0.0 and audit_share <= 1.0`)
		.modifyEnd(dialect.table)
		.execute();

	await db.schema
		.createTable('suppressions')
		.addColumn('suppression_id', dialect.identity)
		.addColumn('queue_id', 'integer', (column) => column.notNull().references('queues.queue_id'))
		.addColumn('entity_key', 'text', notNull)
		.addColumn('reason', 'text', notNull)
		.addColumn('created_by', 'text', notNull)
		.addColumn('created_at', 'text', notNull)
		.addColumn('expires_at', 'text', notNull)
		.modifyEnd(dialect.table)
		.execute();
	await db.schema
		.createIndex('suppressions_by_entity')
		.on('suppressions')
		.columns(['queue_id', 'entity_key', 'expires_at'])
		.execute();
}

async function createReviewItems(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('review_items')
		.addColumn('item_id', dialect.identity)
		.addColumn('queue_id', 'integer', (column) => column.notNull().references('queues.queue_id'))
		.addColumn('dataset_id', 'text', (column) => column.notNull().references('datasets.dataset_id'))
		.addColumn('entity_key', 'text', notNull)
		.addColumn('record_key', 'text', notNull)
		.addColumn('run_id', 'text')
		.addColumn('row_number', dialect.bigint)
		.addColumn('priority', dialect.double, notNull)
		.addColumn('state', 'text', (column) => column.notNull().defaultTo('new'))
		.addColumn('hits', 'integer', (column) => column.notNull().defaultTo(1))
		.addColumn('assignee', 'text')
		.addColumn('lease_expires_at', 'text')
		.addColumn('snoozed_until', 'text')
		.addColumn('due_at', 'text')
		.addColumn('opened_at', 'text', notNull)
		.addColumn('closed_at', 'text')
		.addColumn('version', 'integer', (column) => column.notNull().defaultTo(1))
		// Only what was scored can be reviewed, and only a record can be scored: no generated row gets in. A
		// decided item outlives its score, so that old scores can be deleted and a person's record purged.
		.addForeignKeyConstraint(
			'review_items_of_scores',
			['run_id', 'row_number'],
			'scores',
			['run_id', 'row_number'],
			(constraint) => constraint.onDelete('set null'),
		)
		.addCheckConstraint(
			'review_items_open_with_score',
			sql`(run_id is not null and row_number is not null) or (state = 'decided' and run_id is null and row_number is null)`,
		)
		.addCheckConstraint(
			'review_items_state_known',
			sql`state in ('new', 'in_review', 'snoozed', 'escalated', 'decided')`,
		)
		.addCheckConstraint('review_items_closed_when_decided', sql`(state = 'decided') = (closed_at is not null)`)
		.addCheckConstraint('review_items_assigned_in_review', sql`state <> 'in_review' or assignee is not null`)
		.addCheckConstraint('review_items_snoozed_until', sql`state <> 'snoozed' or snoozed_until is not null`)
		.addCheckConstraint('review_items_hits_positive', sql`hits >= 1 and version >= 1`)
		.modifyEnd(dialect.table)
		.execute();
	await db.schema
		.createIndex('review_items_one_open')
		.unique()
		.on('review_items')
		.columns(['queue_id', 'entity_key'])
		.where(sql.ref('state'), '<>', sql.lit('decided'))
		.execute();
	await db.schema
		.createIndex('review_items_head')
		.on('review_items')
		.columns(['priority desc', 'item_id'])
		.where(sql.ref('state'), '<>', sql.lit('decided'))
		.execute();
	await db.schema
		.createIndex('review_items_by_state')
		.on('review_items')
		.columns(['queue_id', 'state', 'priority desc', 'item_id'])
		.execute();
	await db.schema
		.createIndex('review_items_mine')
		.on('review_items')
		.columns(['assignee', 'state', 'priority desc'])
		.execute();
	await db.schema.createIndex('review_items_by_score').on('review_items').columns(['run_id', 'row_number']).execute();
	await db.schema.createIndex('review_items_by_dataset').on('review_items').column('dataset_id').execute();
	await db.schema.createIndex('review_items_by_record').on('review_items').column('record_key').execute();
}

async function createReviewEvents(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('review_events')
		.addColumn('event_id', dialect.bigint, (column) => column.notNull().primaryKey())
		.addColumn('item_id', 'integer', (column) => column.notNull().references('review_items.item_id'))
		.addColumn('kind', 'text', notNull)
		.addColumn('actor', 'text', notNull)
		.addColumn('at', 'text', notNull)
		.addColumn('run_id', 'text')
		.addColumn('row_number', dialect.bigint)
		.addColumn('before_json', 'text')
		.addColumn('after_json', 'text')
		.addColumn('prev_sha256', 'text', notNull)
		.addColumn('row_sha256', 'text', notNull)
		.addCheckConstraint('review_events_hit_names_a_score', sql`(run_id is null) = (row_number is null)`)
		.addCheckConstraint(
			'review_events_kind_known',
			sql`kind in ('opened', 'hit', 'claimed', 'renewed', 'released', 'expired', 'snoozed', 'woken', 'escalated',
				'assigned', 'noted', 'decided', 'undone', 'reopened', 'suppressed', 'purged')`,
		)
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('review_events_by_item').on('review_events').columns(['item_id', 'event_id']).execute();
	await db.schema.createIndex('review_events_by_score').on('review_events').columns(['run_id', 'row_number']).execute();
	const triggers = [
		...dialect.refuseChanges('review_events', { deletes: false }),
		...dialect.requireChain('review_events', 'event_id'),
	];
	for (const statement of triggers) await statement.execute(db);
}

async function createLabels(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await db.schema
		.createTable('labels')
		.addColumn('label_id', dialect.identity)
		.addColumn('dataset_name', 'text', notNull)
		.addColumn('record_key', 'text', notNull)
		.addColumn('label', 'text', notNull)
		.addColumn('source', 'text', notNull)
		.addColumn('reason_code', 'text')
		.addColumn('actor', 'text', notNull)
		.addColumn('item_id', 'integer', (column) => column.references('review_items.item_id'))
		.addColumn('known_at', 'text', notNull)
		.addColumn('created_at', 'text', notNull)
		.addUniqueConstraint('labels_one_per_source_and_time', ['dataset_name', 'record_key', 'source', 'known_at'])
		.addCheckConstraint('labels_label_known', sql`label in ('fraud', 'legitimate', 'unsure')`)
		.modifyEnd(dialect.table)
		.execute();
	await db.schema.createIndex('labels_by_item').on('labels').column('item_id').execute();
	for (const statement of dialect.refuseChanges('labels', { deletes: true })) await statement.execute(db);
}
