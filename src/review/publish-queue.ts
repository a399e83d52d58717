import { CounterfoilError } from '../contracts/errors.ts';
import type { Queue } from '../store/database.ts';
import { getDataset } from '../store/datasets.ts';
import { getRun } from '../store/runs.ts';
import { inTransaction, type Store, type StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { type Candidate, findCandidates } from './find-candidates.ts';
import { appendReviewEvents, type NewReviewEvent } from './review-events.ts';

/** Values of one `in (...)`, well below the limit of parameters. */
const KEYS_PER_QUERY = 1_000;

export interface PublishQueueOptions {
	readonly runId: string;
	/** Made where it is missing. @default 'default' */
	readonly queueName?: string;
	/** Takes the highest scores of the run, so many at most, instead of its alerts. */
	readonly alertBudget?: number;
	/** Takes every score from this one on, 0 to 1, instead of the alerts of the run. */
	readonly scoreThreshold?: number;
	/** Who is named in the log. @default 'counterfoil' */
	readonly actor?: string;
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
}

/**
 * Brings the alerts of a run into a review queue, in one transaction. There is at most one open item for
 * each entity: a further hit is added to it and can only raise its priority. A record that was decided in
 * this queue does not come back. Doing the same again changes nothing.
 *
 * @throws NOT_FOUND; RUN_STATE if the run has no data set; USAGE if both a budget and a threshold are given.
 */
export async function publishQueue(store: Store, options: PublishQueueOptions): Promise<PublishedQueue> {
	if (options.alertBudget !== undefined && options.scoreThreshold !== undefined) {
		throw new CounterfoilError('USAGE', 'A queue is filled by a budget or by a threshold, not by both.');
	}
	const run = await getRun(store, options.runId);
	if (run.dataset_id === null) {
		throw new CounterfoilError('RUN_STATE', 'The run has no data set.', { where: `run ${run.run_id}` });
	}
	const { name } = await getDataset(store, run.dataset_id);
	const publish = async (transaction: StoreTransaction): Promise<PublishedQueue> => {
		const queue = await ensureQueue(transaction, name, options);
		const rule = options.alertBudget === undefined && options.scoreThreshold === undefined ? queue : ruleOf(options);
		const candidates = await findCandidates(transaction, run.run_id, queue, rule);
		const known = await findKnownRows(transaction, queue.queue_id, run.run_id);
		const excluded = await findExcluded(transaction, queue.queue_id, candidates);
		const fresh = candidates.filter((candidate) => !known.has(candidate.rowNumber));
		const admitted = fresh.filter(
			({ entityKey, recordKey }) => !excluded.entities.has(entityKey) && !excluded.records.has(recordKey),
		);
		const counts = await addHits(transaction, queue, run.run_id, admitted, options.actor ?? 'counterfoil');
		return {
			queueId: queue.queue_id,
			...counts,
			known: candidates.length - fresh.length,
			leftOut: fresh.length - admitted.length,
		};
	};
	return await inTransaction(store, publish, 'review');
}

type QueueRule = Pick<Queue, 'alert_budget' | 'score_threshold'>;

function ruleOf(options: PublishQueueOptions): QueueRule {
	return { alert_budget: options.alertBudget ?? null, score_threshold: options.scoreThreshold ?? null };
}

async function ensureQueue(
	transaction: StoreTransaction,
	datasetName: string,
	options: PublishQueueOptions,
): Promise<Queue> {
	const name = options.queueName ?? 'default';
	await transaction
		.insertInto('queues')
		.values({ dataset_name: datasetName, name, ...ruleOf(options), created_at: timestamp() })
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
): Promise<{ readonly entities: Set<string>; readonly records: Set<string> }> {
	const suppressed = await transaction
		.selectFrom('suppressions')
		.select('entity_key')
		.where('queue_id', '=', queueId)
		.where('expires_at', '>', timestamp())
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

async function addHits(
	transaction: StoreTransaction,
	queue: Queue,
	runId: string,
	candidates: readonly Candidate[],
	actor: string,
): Promise<{ readonly opened: number; readonly appended: number }> {
	const at = timestamp();
	const dueAt = queue.due_hours === null ? null : timestamp(new Date(Date.parse(at) + queue.due_hours * 3_600_000));
	const open = await findOpenItems(transaction, queue.queue_id, candidates);
	const events: NewReviewEvent[] = [];
	let opened = 0;
	for (const candidate of candidates) {
		const hit = { runId, rowNumber: candidate.rowNumber };
		const item = open.get(candidate.entityKey);
		if (item === undefined) {
			const itemId = await openItem(transaction, queue, runId, candidate, at, dueAt);
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
	queue: Queue,
	runId: string,
	candidate: Candidate,
	openedAt: string,
	dueAt: string | null,
): Promise<number> {
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
			opened_at: openedAt,
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
		const items = await transaction
			.selectFrom('review_items')
			.select(['item_id', 'entity_key', 'priority', 'hits', 'amount'])
			.where('queue_id', '=', queueId)
			.where('entity_key', 'in', keys)
			.where('state', '<>', 'decided')
			.execute();
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
