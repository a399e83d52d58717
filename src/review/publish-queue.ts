import { CounterfoilError } from '../contracts/errors.ts';
import { getDataset } from '../store/datasets.ts';
import type { Queue } from '../store/review-database.ts';
import { takeRows } from '../store/row-locks.ts';
import { getRun } from '../store/runs.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { drawAudit } from './draw-audit.ts';
import { type Candidate, findCandidates } from './find-candidates.ts';
import { patiently } from './patiently.ts';
import { isRuleGiven, type QueueRule, type RuleOptions, ruleOf } from './queue-rule.ts';
import { appendReviewEvents, type NewReviewEvent } from './review-events.ts';

/** Values of one `in (...)`, well below the limit of parameters. */
const KEYS_PER_QUERY = 1_000;

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
		throw new CounterfoilError('RUN_STATE', 'The run has no data set.', { where: `run ${run.run_id}` });
	}
	const { name } = await getDataset(store, run.dataset_id);
	const at = timestamp(options.now);
	const actor = options.actor ?? 'counterfoil';
	const publish = async (transaction: StoreTransaction): Promise<PublishedQueue> => {
		const queue = await ensureQueue(transaction, name, options.queueName ?? 'default', given, at);
		const known = await findKnownRows(transaction, queue.queue_id, run.run_id);
		const rule = await limitToDay(transaction, queue, isRuleGiven(options) ? given : queue, known.size, at);
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

/** A budget for a day is what is left of it, beside the rows of this run that are in the queue already. */
async function limitToDay(
	transaction: StoreTransaction,
	queue: Queue,
	rule: QueueRule,
	known: number,
	at: string,
): Promise<QueueRule> {
	if (rule.alert_budget === null || rule.budget_per === 'run') return rule;
	const { opened } = await transaction
		.selectFrom('review_items')
		.select((select) => select.fn.countAll<number>().as('opened'))
		.where('queue_id', '=', queue.queue_id)
		.where('origin', '=', 'alert')
		.where('opened_at', '>=', at.slice(0, 10))
		.where('opened_at', '<', `${at.slice(0, 10)}T99`)
		.executeTakeFirstOrThrow();
	return { ...rule, alert_budget: Math.max(0, rule.alert_budget - Number(opened)) + known };
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

/** Rows of the run that have hit an item of the queue before. */
async function findKnownRows(transaction: StoreTransaction, queueId: number, runId: string): Promise<Set<number>> {
	const rows = await transaction
		.selectFrom('review_events')
		.innerJoin('review_items', 'review_items.item_id', 'review_events.item_id')
		.select('review_events.row_number')
		.where('review_events.run_id', '=', runId)
		.where('review_items.queue_id', '=', queueId)
		.execute();
	return new Set(rows.map((row) => row.row_number as number));
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

interface OpenItem {
	readonly itemId: number;
	readonly priority: number;
	readonly hits: number;
	readonly amount: number | null;
}

/** Where hits go, and what they are. */
interface HitsInto {
	readonly queue: Queue;
	readonly runId: string;
	readonly actor: string;
	readonly at: string;
	readonly origin: 'alert' | 'audit';
	readonly weight: number;
}

async function addHits(
	transaction: StoreTransaction,
	into: HitsInto,
	candidates: readonly Candidate[],
): Promise<{ readonly opened: number; readonly appended: number }> {
	const { queue, runId, actor, at } = into;
	const open = await findOpenItems(transaction, queue.queue_id, candidates);
	const events: NewReviewEvent[] = [];
	let opened = 0;
	for (const candidate of candidates) {
		const hit = { runId, rowNumber: candidate.rowNumber };
		const item = open.get(candidate.entityKey);
		if (item === undefined) {
			const itemId = await openItem(transaction, into, candidate);
			const after = { state: 'new', priority: candidate.priority, hits: 1 };
			events.push({ itemId, kind: 'opened', actor, at, hit, after });
			open.set(candidate.entityKey, { itemId, priority: candidate.priority, hits: 1, amount: candidate.amount });
			opened += 1;
			continue;
		}
		const { itemId } = item;
		const amount = candidate.amount === null ? item.amount : Math.max(item.amount ?? 0, candidate.amount);
		const priority = Math.max(item.priority, candidate.priority);
		const changed = { itemId, hits: item.hits + 1, priority, amount };
		await transaction
			.updateTable('review_items')
			.set((column) => ({
				hits: changed.hits,
				amount,
				version: column('version', '+', 1),
				...(needsSecond(queue, amount) ? { needs_second: 1 as const } : {}),
				// The item shows its highest-ranking record.
				...(candidate.priority > item.priority
					? {
							priority: candidate.priority,
							dataset_id: candidate.datasetId,
							record_key: candidate.recordKey,
							run_id: runId,
							row_number: candidate.rowNumber,
						}
					: {}),
			}))
			.where('item_id', '=', itemId)
			.execute();
		const before = { priority: item.priority, hits: item.hits };
		const after = { priority: changed.priority, hits: changed.hits };
		events.push({ itemId, kind: 'hit', actor, at, hit, before, after });
		open.set(candidate.entityKey, changed);
	}
	await appendReviewEvents(transaction, events);
	return { opened, appended: events.length - opened };
}

function needsSecond(queue: Queue, amount: number | null): boolean {
	return queue.second_review_above !== null && amount !== null && amount >= queue.second_review_above;
}

async function openItem(
	transaction: StoreTransaction,
	{ queue, runId, at, origin, weight }: HitsInto,
	candidate: Candidate,
): Promise<number> {
	const dueAt = queue.due_hours === null ? null : timestamp(new Date(Date.parse(at) + queue.due_hours * 3_600_000));
	const { item_id } = await transaction
		.insertInto('review_items')
		.values({
			queue_id: queue.queue_id,
			dataset_id: candidate.datasetId,
			entity_key: candidate.entityKey,
			record_key: candidate.recordKey,
			run_id: runId,
			row_number: candidate.rowNumber,
			priority: candidate.priority,
			amount: candidate.amount,
			needs_second: needsSecond(queue, candidate.amount) ? 1 : 0,
			due_at: dueAt,
			opened_at: at,
			origin,
			weight,
		})
		.returning('item_id')
		.executeTakeFirstOrThrow();
	return item_id;
}

async function findOpenItems(
	transaction: StoreTransaction,
	queueId: number,
	candidates: readonly Candidate[],
): Promise<Map<string, OpenItem>> {
	const open = new Map<string, OpenItem>();
	for (const keys of chunksOf(candidates.map((candidate) => candidate.entityKey))) {
		const query = transaction
			.selectFrom('review_items')
			.select(['item_id', 'entity_key', 'priority', 'hits', 'amount'])
			.where('queue_id', '=', queueId)
			.where('entity_key', 'in', keys)
			.where('state', '<>', 'decided')
			.orderBy('item_id');
		const items = await takeRows(transaction, query).execute();
		for (const { item_id: itemId, entity_key, priority, hits, amount } of items) {
			open.set(entity_key, { itemId, priority, hits, amount });
		}
	}
	return open;
}

function* chunksOf(keys: readonly string[]): Generator<string[]> {
	const distinct = [...new Set(keys)];
	for (let start = 0; start < distinct.length; start += KEYS_PER_QUERY) {
		yield distinct.slice(start, start + KEYS_PER_QUERY);
	}
}
