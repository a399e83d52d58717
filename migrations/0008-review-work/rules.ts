import { type RawBuilder, sql } from 'kysely';
import type { RowRule, SchemaDialect } from '../schema-dialect.ts';

/** The states that may follow each; an item that is decided comes back only by an event that says why. */
const NEXT_STATES = {
	new: ['in_review', 'snoozed', 'escalated', 'decided'],
	in_review: ['new', 'snoozed', 'escalated', 'decided'],
	snoozed: ['new', 'in_review', 'escalated', 'decided'],
	escalated: ['new', 'in_review', 'snoozed', 'decided'],
	decided: ['new', 'escalated'],
} as const;

/** What the database refuses, whoever writes to it. */
export function reviewRules(dialect: SchemaDialect): RowRule[] {
	const allowed = Object.entries(NEXT_STATES).map(
		([state, next]) =>
			sql`(old.state = ${sql.lit(state)} and new.state in (${sql.join(next.map((name) => sql.lit(name)))}))`,
	);
	const item = (name: string, when: RawBuilder<unknown>, message: string): RowRule => ({
		name: `review_items_${name}`,
		table: 'review_items',
		on: 'update',
		when,
		message: `review_items: ${message}`,
	});
	return [
		item(
			'transition',
			sql`(old.state <> new.state and not (${sql.join(allowed, sql` or `)}))`,
			'the state cannot become this one',
		),
		item(
			'reopened_by_event',
			sql`(old.state = 'decided' and new.state <> 'decided' and not exists (
				select 1 from review_events e where e.item_id = new.item_id and e.kind in ('reopened', 'undone')
				and e.event_id > coalesce((select max(d.event_id) from review_events d
					where d.item_id = new.item_id and d.kind = 'decided'), 0)))`,
			'a decided item comes back only after an event that says why',
		),
		item('priority_rises', sql`(new.priority < old.priority)`, 'the priority only rises'),
		item(
			'four_eyes',
			sql`(new.state = 'decided' and old.state <> 'decided' and new.needs_second = 1
				and coalesce(new.proposed_by, '') in ('', coalesce(new.decided_by, '')))`,
			'a second person must confirm the decision',
		),
		item(
			'reason_known',
			sql`(new.reason_code is not null and not exists (
				select 1 from reason_codes c where c.code = new.reason_code))`,
			'there is no such reason code',
		),
		{
			name: 'review_items_begin_new',
			table: 'review_items',
			on: 'insert',
			when: sql`(new.state <> 'new')`,
			message: 'review_items: an item begins in the state new',
		},
		{
			name: 'review_events_reopened_with_reason',
			table: 'review_events',
			on: 'insert',
			when: sql`(new.kind = 'reopened' and ${dialect.jsonValue('new.after_json', '$.note_sha256')} is null)`,
			message: 'review_events: an item is reopened with a reason',
		},
	];
}
