import { type Kysely, sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

/** One view for each question about the work in a queue. */
export async function createReviewViews(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	const text = (path: string) => dialect.jsonValue('e.after_json', path);
	await sql`create view review_decisions as
		select e.event_id, e.item_id, q.dataset_name, q.name as queue_name, i.record_key, i.origin,
			case when e.kind = 'decided' then 'decided' else 'proposed' end as step,
			coalesce(${text('$.decision')}, ${text('$.proposed_decision')}) as decision,
			coalesce(${text('$.reason_code')}, ${text('$.proposed_reason')}) as reason_code,
			e.actor as reviewer, e.at as decided_at,
			${dialect.jsonNumber('e.after_json', '$.seconds_spent')} as seconds_spent,
			(${dialect.epochSeconds(sql`e.at`)} - ${dialect.epochSeconds(sql`i.opened_at`)}) / 3600.0 as hours_open,
			case when exists (
				select 1 from review_events u where u.item_id = e.item_id and u.kind = 'undone'
					and ${dialect.jsonNumber('u.after_json', '$.undoes_event')} = e.event_id) then 1 else 0 end as is_undone,
			case when exists (
				select 1 from review_events o where o.item_id = e.item_id and o.kind = 'reopened'
					and o.event_id > e.event_id) then 1 else 0 end as is_reopened,
			s.model_id, s.score
		from review_events e
		join review_items i on i.item_id = e.item_id
		join queues q on q.queue_id = i.queue_id
		left join scores s on s.run_id = i.run_id and s.row_number = i.row_number
		where e.kind = 'decided' or (e.kind = 'escalated' and ${text('$.proposed_decision')} is not null)`.execute(db);

	await sql`create view precision_by_day as
		with sizes(k) as (values (10), (20), (50), (100), (200), (500), (1000)),
		scored as (
			select s.model_id, d.name as dataset_name, substr(s.scored_at, 1, 10) as day, s.record_key, s.score, s.surprise,
				row_number() over (partition by s.model_id, d.name, substr(s.scored_at, 1, 10), s.record_key
					order by s.scored_at desc, s.run_id desc) as recency
			from scores s
			join datasets d on d.dataset_id = s.dataset_id),
		ranked as (
			select model_id, dataset_name, day, record_key,
				row_number() over (partition by model_id, dataset_name, day
					order by score desc, surprise desc, record_key) as place
			from scored
			where recency = 1)
		select t.model_id, t.dataset_name, t.day, sizes.k, count(*) as records,
			count(l.label) as labelled, sum(case when l.label = 'fraud' then 1 else 0 end) as fraud,
			sum(case when l.label = 'fraud' then 1.0 else 0.0 end) / nullif(count(l.label), 0) as precision
		from ranked t
		join sizes on t.place <= sizes.k
		left join latest_labels l
			on l.dataset_name = t.dataset_name and l.record_key = t.record_key and l.label <> 'unsure'
		where t.place <= 1000
		group by t.model_id, t.dataset_name, t.day, sizes.k`.execute(db);

	const alerts = (decision: string) =>
		sql`sum(case when i.origin = 'alert' and i.decision = ${sql.lit(decision)} then 1 else 0 end)`;
	await sql`create view alerts_per_day as
		select q.dataset_name, q.name as queue_name, substr(i.opened_at, 1, 10) as day,
			sum(case when i.origin = 'alert' then 1 else 0 end) as alerts,
			sum(case when i.origin = 'audit' then 1 else 0 end) as audits,
			${alerts('fraud')} as fraud, ${alerts('legitimate')} as legitimate, ${alerts('unsure')} as unsure,
			sum(case when i.origin = 'alert' and i.state <> 'decided' then 1 else 0 end) as undecided,
			1.0 * ${alerts('legitimate')} / nullif(${alerts('fraud')}, 0) as false_positive_ratio
		from review_items i
		join queues q on q.queue_id = i.queue_id
		group by q.dataset_name, q.name, substr(i.opened_at, 1, 10)`.execute(db);

	await sql`create view queue_backlog as
		select q.dataset_name, q.name as queue_name, i.state, count(*) as items, min(i.opened_at) as oldest_opened_at,
			min(i.due_at) as next_due_at
		from review_items i
		join queues q on q.queue_id = i.queue_id
		where i.state <> 'decided'
		group by q.dataset_name, q.name, i.state`.execute(db);

	await sql`create view reviewer_agreement as
		with said as (
			select dataset_name, record_key, reviewer, decision,
				row_number() over (partition by dataset_name, record_key, reviewer order by event_id desc) as recency
			from review_decisions
			where is_undone = 0)
		select a.reviewer as reviewer_a, b.reviewer as reviewer_b, a.decision as decision_a, b.decision as decision_b,
			count(*) as records
		from said a
		join said b on b.dataset_name = a.dataset_name and b.record_key = a.record_key and a.reviewer < b.reviewer
		where a.recency = 1 and b.recency = 1
		group by a.reviewer, b.reviewer, a.decision, b.decision`.execute(db);

	await sql`create view recall_estimate as
		with counted as (
			select q.dataset_name, q.name as queue_name,
				sum(case when i.origin = 'alert' and l.label = 'fraud' then 1 else 0 end) as alerts_fraud,
				sum(case when i.origin = 'audit' then 1 else 0 end) as audits,
				sum(case when i.origin = 'audit' and l.label is not null then 1 else 0 end) as audits_known,
				sum(case when i.origin = 'audit' and l.label = 'fraud' then 1 else 0 end) as audits_fraud,
				sum(case when i.origin = 'audit' and l.label = 'fraud' then i.weight else 0.0 end) as weight
			from review_items i
			join queues q on q.queue_id = i.queue_id
			left join latest_labels l
				on l.dataset_name = q.dataset_name and l.record_key = i.record_key and l.label <> 'unsure'
			group by q.dataset_name, q.name),
		estimated as (
			select dataset_name, queue_name, alerts_fraud, audits, audits_known, audits_fraud,
				weight * audits / nullif(audits_known, 0) as missed_estimate
			from counted)
		select dataset_name, queue_name, alerts_fraud, audits, audits_known, audits_fraud, missed_estimate,
			alerts_fraud / nullif(alerts_fraud + missed_estimate, 0) as recall_estimate
		from estimated`.execute(db);
}
