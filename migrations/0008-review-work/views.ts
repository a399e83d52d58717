import { type Kysely, sql } from 'kysely';
import type { ObjectDescription } from '../0001-initial/object-description.ts';
import type { SchemaDialect } from '../schema-dialect.ts';

/** Views of this migration, those that others use last; `about` is empty where the first migration described it. */
export const WORK_VIEWS: Readonly<Record<string, ObjectDescription>> = {
	precision_at_k: { about: '', columns: {} },
	review_queue: {
		about: '',
		columns: {
			amount: 'Largest absolute value of the value column among its hits.',
			needs_second: '1 if a second person must confirm the decision.',
			proposed_decision: 'What the first of two people decided.',
			proposed_by: 'Who that was.',
			escalated_by: 'Who escalated it.',
		},
	},
	latest_labels: {
		about:
			'What is known about each record now: the label that became known last; unsure counts only where nothing else is known, and what was taken back not at all.',
		columns: {
			dataset_name: 'Name of the data set.',
			record_key: 'Key of the record.',
			label: 'fraud, legitimate or unsure.',
			source: 'Where it comes from: review, or the name of an import.',
			reason_code: 'Why, a fixed word.',
			actor: 'Who said so.',
			known_at: 'When the truth became known (UTC).',
			label_id: 'The label.',
			labels: 'How many labels of the record count.',
			is_disputed: '1 if its labels say both fraud and legitimate.',
		},
	},
};

export async function createWorkViews(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await sql`create view review_queue as
		select i.item_id, q.name as queue_name, q.dataset_name, i.dataset_id, i.entity_key, i.record_key, i.priority,
			i.state, i.hits, i.assignee, i.lease_expires_at, i.snoozed_until, i.due_at, i.opened_at, s.score, s.surprise,
			s.severity, ${dialect.jsonValue('s.reasons', '$[0].column')} as top_reason,
			${dialect.jsonValue('s.reasons', '$[1].column')} as second_reason, s.reasons, r.data_json, i.run_id,
			i.row_number, s.model_id, i.version, i.amount, i.needs_second, i.proposed_decision, i.proposed_by,
			i.escalated_by
		from review_items i
		join queues q on q.queue_id = i.queue_id
		join scores s on s.run_id = i.run_id and s.row_number = i.row_number
		join records r on r.dataset_id = s.dataset_id and r.row_number = s.row_number
		where i.state <> 'decided'`.execute(db);

	await sql`create view latest_labels as
		with counted as (
			select l.dataset_name, l.record_key, l.label, l.source, l.reason_code, l.actor, l.known_at, l.label_id,
				count(*) over (partition by l.dataset_name, l.record_key) as labels,
				sum(case when l.label = 'fraud' then 1 else 0 end) over (
					partition by l.dataset_name, l.record_key) as frauds,
				sum(case when l.label = 'legitimate' then 1 else 0 end) over (
					partition by l.dataset_name, l.record_key) as legitimates,
				row_number() over (partition by l.dataset_name, l.record_key
					order by case when l.label = 'unsure' then 1 else 0 end, l.known_at desc, l.label_id desc) as recency
			from labels l
			where l.retracts_label_id is null
				and not exists (select 1 from labels r where r.retracts_label_id = l.label_id))
		select dataset_name, record_key, label, source, reason_code, actor, known_at, label_id, labels,
			case when frauds > 0 and legitimates > 0 then 1 else 0 end as is_disputed
		from counted
		where recency = 1`.execute(db);

	await sql`create view precision_at_k as
		with sizes(k) as (values (10), (20), (50), (100), (200), (500), (1000)),
		ranked as (
			select run_id, model_id, dataset_id, record_key,
				row_number() over (partition by run_id order by score desc, surprise desc, row_number) as place
			from scores)
		select t.run_id, t.model_id, d.name as dataset_name, sizes.k, count(*) as records,
			count(l.label) as labelled, sum(case when l.label = 'fraud' then 1 else 0 end) as fraud,
			sum(case when l.label = 'fraud' then 1.0 else 0.0 end) / nullif(count(l.label), 0) as precision
		from ranked t
		join sizes on t.place <= sizes.k
		join datasets d on d.dataset_id = t.dataset_id
		left join latest_labels l on l.dataset_name = d.name and l.record_key = t.record_key and l.label <> 'unsure'
		where t.place <= 1000
		group by t.run_id, t.model_id, d.name, sizes.k`.execute(db);
}
