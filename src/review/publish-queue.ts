import { CounterfoilError } from '../contracts/errors.ts';
import { getDataset } from '../store/datasets.ts';
import { getRun } from '../store/list-runs.ts';
import type { Queue } from '../store/review-database.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { addHits, chunksOf, findOpenItems } from './add-hits.ts';
import { drawAudit } from './draw-audit.ts';
import { type Candidate, findCandidates } from './find-candidates.ts';
import { patiently } from './patiently.ts';
import { isRuleGiven, type QueueRule, type RuleOptions, ruleOf } from './queue-rule.ts';

export interface PublishQueueOptions extends RuleOptions {
	readonly runId: string;
	/** Made where it is missing, with the rule that is given. @default 'default' */
	readonly queueName?: string;
	/** Who is named in the log. @default 'counterfoil' */
	readonly actor?: string;
	/** @default now */
	readonly now?: Date;
}

export interface PublishedQueue {
	readonly queueId: number;
	/** Items opened by this call. */
	readonly opened: number;
	/** Hits added by this call to items that were open. */
	readonly appended: number;
	/** Hits that an earlier call for the same run had brought. */
	readonly known: number;
	/** Left out, because the entity is suppressed or the record was decided before. */
	readonly leftOut: number;
	/** Items opened for records below the cut that were drawn at random. */
	readonly audited: number;
}

/**
 * Brings records of a run into a review queue, in one transaction: those that the rule picks, or the rule of the queue
 * where none is given. There is at most one open item for each entity: a further hit is added to it and can only raise
 * its priority. A record that was decided in this queue does not come back. Doing the same again changes nothing.
 *
 * @throws NOT_FOUND; RUN_STATE if the run has no data set; USAGE if more than one rule is given; COLUMN_UNKNOWN
 */
export async function publishQueue(store: Store, options: PublishQueueOptions): Promise<PublishedQueue> {
	const given = ruleOf(options);
	const run = await getRun(store, options.runId);
	if (run.dataset_id === null) {
		throw new CounterfoilError('RUN_STATE', 'The run has no data set.', {
			where: `run ${run.run_id}`,
			hint: 'name one that has scored a table; counterfoil runs list shows them',
		});
	}
	const { name } = await getDataset(store, run.dataset_id);
	const at = timestamp(options.now);
	const actor = options.actor ?? 'counterfoil';
	const publish = async (transaction: StoreTransaction): Promise<PublishedQueue> => {
		const queue = await ensureQueue(transaction, name, options.queueName ?? 'default', given, at);
		const known = await findKnownRows(transaction, queue.queue_id, run.run_id);
		const rule = await limitToDay(transaction, queue, isRuleGiven(options) ? given : queue, run.run_id, known, at);
		const candidates = await findCandidates(transaction, run.run_id, queue, rule);
		const sample = known.size > 0 ? null : await drawAudit(transaction, run, queue, candidates);
		const drawn = sample?.candidates ?? [];
		const excluded = await findExcluded(transaction, queue.queue_id, [...candidates, ...drawn], at);
		const isFree = ({ entityKey, recordKey }: Candidate) =>
			!excluded.entities.has(entityKey) && !excluded.records.has(recordKey);
		const fresh = candidates.filter((candidate) => !known.has(candidate.rowNumber));
		const admitted = fresh.filter(isFree);
		const hits = { queue, runId: run.run_id, actor, at };
		const counts = await addHits(transaction, { ...hits, origin: 'alert', weight: 1 }, admitted);
		const open = await findOpenItems(transaction, queue.queue_id, drawn);
		const audited = drawn.filter((candidate) => isFree(candidate) && !open.has(candidate.entityKey));
		await addHits(transaction, { ...hits, origin: 'audit', weight: sample?.weight ?? 1 }, audited);
		return {
			queueId: queue.queue_id,
			...counts,
			known: candidates.length - fresh.length,
			leftOut: fresh.length - admitted.length,
			audited: audited.length,
		};
	};
	return await patiently(store, publish, 'review');
}

/** Fills every queue of the data set of a run, each by its own rule; the default queue where there is none. */
export async function publishQueues(store: Store, options: { readonly runId: string }): Promise<PublishedQueue[]> {
	const { dataset_id: datasetId } = await getRun(store, options.runId);
	const name = datasetId === null ? '' : (await getDataset(store, datasetId)).name;
	const queues = await store.reader
		.selectFrom('queues')
		.select('name')
		.where('dataset_name', '=', name)
		.orderBy('queue_id')
		.execute();
	const published: PublishedQueue[] = [];
	for (const { name: queueName } of queues.length === 0 ? [{ name: 'default' }] : queues) {
		published.push(await publishQueue(store, { runId: options.runId, queueName }));
	}
	return published;
}

/**
 * A budget for a day is what other runs have left of it, so that the same run brings the same records again, beside the
 * records that it has brought on days before.
 */
async function limitToDay(
	transaction: StoreTransaction,
	queue: Queue,
	rule: QueueRule,
	runId: string,
	known: ReadonlyMap<number, KnownRow>,
	at: string,
): Promise<QueueRule> {
	if (rule.alert_budget === null || rule.budget_per === 'run') return rule;
	const day = at.slice(0, 10);
	const { opened } = await transaction
		.selectFrom('review_items')
		.innerJoin('review_events', 'review_events.item_id', 'review_items.item_id')
		.select((select) => select.fn.countAll<number>().as('opened'))
		.where('queue_id', '=', queue.queue_id)
		.where('origin', '=', 'alert')
		.where('opened_at', '>=', day)
		.where('opened_at', '<', `${day}T99`)
		.where('review_events.kind', '=', 'opened')
		.where('review_events.run_id', '<>', runId)
		.executeTakeFirstOrThrow();
	const before = [...known.values()].filter((row) => row.isAlert && row.at < day).length;
	return { ...rule, alert_budget: Math.max(0, rule.alert_budget - Number(opened)) + before };
}

async function ensureQueue(
	transaction: StoreTransaction,
	datasetName: string,
	name: string,
	rule: QueueRule,
	at: string,
): Promise<Queue> {
	await transaction
		.insertInto('queues')
		.values({ dataset_name: datasetName, name, ...rule, created_at: at })
		.onConflict((conflict) => conflict.columns(['dataset_name', 'name']).doNothing())
		.execute();
	return await transaction
		.selectFrom('queues')
		.selectAll()
		.where('dataset_name', '=', datasetName)
		.where('name', '=', name)
		.executeTakeFirstOrThrow();
}

/** What is known of a row of the run that has hit an item of the queue before. */
interface KnownRow {
	readonly at: string;
	/** Not drawn at random below the cut. */
	readonly isAlert: boolean;
}

/** @returns them by the number of the row */
async function findKnownRows(
	transaction: StoreTransaction,
	queueId: number,
	runId: string,
): Promise<Map<number, KnownRow>> {
	const rows = await transaction
		.selectFrom('review_events')
		.innerJoin('review_items', 'review_items.item_id', 'review_events.item_id')
		.select(['review_events.row_number', 'review_events.at', 'review_events.kind', 'review_items.origin'])
		.where('review_events.run_id', '=', runId)
		.where('review_items.queue_id', '=', queueId)
		.execute();
	return new Map(
		rows.map(({ row_number, at, kind, origin }) => [
			row_number as number,
			{ at, isAlert: kind !== 'opened' || origin === 'alert' },
		]),
	);
}

async function findExcluded(
	transaction: StoreTransaction,
	queueId: number,
	candidates: readonly Candidate[],
	at: string,
): Promise<{ readonly entities: Set<string>; readonly records: Set<string> }> {
	const suppressed = await transaction
		.selectFrom('suppressions')
		.select('entity_key')
		.where('queue_id', '=', queueId)
		.where('expires_at', '>', at)
		.execute();
	const records = new Set<string>();
	for (const keys of chunksOf(candidates.map((candidate) => candidate.recordKey))) {
		const decided = await transaction
			.selectFrom('review_items')
			.select('record_key')
			.where('record_key', 'in', keys)
			.where('queue_id', '=', queueId)
			.where('state', '=', 'decided')
			.execute();
		for (const { record_key } of decided) records.add(record_key);
	}
	return { entities: new Set(suppressed.map((row) => row.entity_key)), records };
}
