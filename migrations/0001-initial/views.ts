import { type Kysely, sql } from 'kysely';
import type { SchemaDialect } from '../schema-dialect.ts';

export const VIEWS = [
	'latest_scores',
	'review_queue',
	'score_history',
	'score_deciles',
	'reject_summary',
	'precision_at_k',
	'reviewer_stats',
	'model_card',
] as const;

/** One view for each question that analysts ask; plain SQL, because that is how they read them. */
export async function createViews(db: Kysely<unknown>, dialect: SchemaDialect): Promise<void> {
	await sql`create view latest_scores as
		select s.run_id, s.model_id, s.dataset_id, d.name as dataset_name, s.row_number, s.record_key, s.score,
			s.surprise, s.discriminator_output, s.p_value, s.severity, s.is_alert, s.reasons, s.scored_at
		from datasets d
		join scores s on s.dataset_id = d.dataset_id
			and s.run_id = (
				select r.run_id from runs r
				where r.dataset_id = d.dataset_id and r.status = 'succeeded' and r.kind in ('pipeline', 'score')
				order by r.finished_at desc, r.run_id desc limit 1)`.execute(db);

	await sql`create view review_queue as
		select i.item_id, q.name as queue_name, q.dataset_name, i.dataset_id, i.entity_key, i.record_key, i.priority,
			i.state, i.hits, i.assignee, i.lease_expires_at, i.snoozed_until, i.due_at, i.opened_at, s.score, s.surprise,
			s.severity, ${dialect.jsonValue('s.reasons', '$[0].column')} as top_reason,
			${dialect.jsonValue('s.reasons', '$[1].column')} as second_reason, s.reasons, r.data_json, i.run_id,
			i.row_number, s.model_id, i.version
		from review_items i
		join queues q on q.queue_id = i.queue_id
		join scores s on s.run_id = i.run_id and s.row_number = i.row_number
		join records r on r.dataset_id = s.dataset_id and r.row_number = s.row_number
		where i.state <> 'decided'`.execute(db);

	await sql`create view score_history as
		select s.record_key, d.name as dataset_name, s.scored_at, s.score, s.surprise, s.severity, s.is_alert,
			m.name as model_name, m.version as model_version, s.run_id, s.dataset_id, s.row_number, s.reasons
		from scores s
		join datasets d on d.dataset_id = s.dataset_id
		join models m on m.model_id = s.model_id`.execute(db);

	const decile = dialect.truncate(sql`score * 10`);
	await sql`create view score_deciles as
		select run_id, case when score >= 0.9 then 9 else ${decile} end as decile,
			count(*) as records, sum(is_alert) as alerts, min(score) as lowest_score, max(score) as highest_score
		from scores
		group by run_id, case when score >= 0.9 then 9 else ${decile} end`.execute(db);

	await sql`create view reject_summary as
		select j.dataset_id, d.name as dataset_name, j.error_type, coalesce(j.column_name, '') as column_name,
			count(*) as rejects, min(j.line_number) as first_line, max(j.line_number) as last_line
		from rejects j
		join datasets d on d.dataset_id = j.dataset_id
		group by j.dataset_id, d.name, j.error_type, coalesce(j.column_name, '')`.execute(db);

	await sql`create view precision_at_k as
		with sizes(k) as (values (10), (20), (50), (100), (200), (500), (1000)),
		ranked as (
			select run_id, model_id, dataset_id, record_key,
				row_number() over (partition by run_id order by score desc, surprise desc, row_number) as place
			from scores),
		known as (
			select dataset_name, record_key, label,
				row_number() over (partition by dataset_name, record_key order by known_at desc, label_id desc) as recency
			from labels where label <> 'unsure')
		select t.run_id, t.model_id, d.name as dataset_name, sizes.k, count(*) as records,
			count(l.label) as labelled, sum(case when l.label = 'fraud' then 1 else 0 end) as fraud,
			sum(case when l.label = 'fraud' then 1.0 else 0.0 end) / nullif(count(l.label), 0) as precision
		from ranked t
		join sizes on t.place <= sizes.k
		join datasets d on d.dataset_id = t.dataset_id
		left join known l on l.dataset_name = d.name and l.record_key = t.record_key and l.recency = 1
		where t.place <= 1000
		group by t.run_id, t.model_id, d.name, sizes.k`.execute(db);

	const decision = dialect.jsonValue('after_json', '$.decision');
	await sql`create view reviewer_stats as
		select actor as reviewer, substr(at, 1, 10) as day, count(*) as decided,
			sum(case when ${decision} = 'fraud' then 1 else 0 end) as fraud,
			sum(case when ${decision} = 'legitimate' then 1 else 0 end) as legitimate,
			sum(case when ${decision} = 'unsure' then 1 else 0 end) as unsure,
			avg(${dialect.jsonNumber('after_json', '$.seconds_spent')}) as mean_seconds
		from review_events
		where kind = 'decided'
		group by actor, substr(at, 1, 10)`.execute(db);

	await sql`create view model_card as
		select m.model_id, m.name, m.version, m.kind, m.stage, d.name as dataset_name, d.rows_loaded as training_rows,
			m.trained_at, m.backend, m.seed, x.metric, x.part, x.value, x.floor, x.ceiling, x.note
		from models m
		join datasets d on d.dataset_id = m.dataset_id
		left join model_metrics x on x.model_id = m.model_id`.execute(db);
}
