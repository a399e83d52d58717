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
/** Rows of one insert; SQLite takes at most 32,766 parameters. */
const ITEMS_PER_INSERT = 1_000;

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

/** An item of an entity, before and while hits are added to it. */
interface OpenItem {
	/** Null until it is in the database. */
	readonly itemId: number | null;
	priority: number;
	hits: number;
	amount: number | null;
	/** Hits that are being added. */
	added: number;
	/** Its highest-ranking record, where that is one of those being added. */
	shown: Candidate | null;
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

/** Many items are opened by one statement, and all events appended at the end: the log is held no longer. */
async function addHits(
	transaction: StoreTransaction,
	into: HitsInto,
	candidates: readonly Candidate[],
): Promise<{ readonly opened: number; readonly appended: number }> {
	const { queue, runId, actor, at } = into;
	const items = await findOpenItems(transaction, queue.queue_id, candidates);
	const events: (Omit<NewReviewEvent, 'itemId'> & { readonly entityKey: string })[] = [];
	for (const candidate of candidates) {
		const { entityKey, priority, amount } = candidate;
		const event = { entityKey, actor, at, hit: { runId, rowNumber: candidate.rowNumber } };
		const item = items.get(entityKey);
		if (item === undefined) {
			items.set(entityKey, { itemId: null, priority, hits: 1, amount, added: 1, shown: candidate });
			events.push({ ...event, kind: 'opened', after: { state: 'new', priority, hits: 1 } });
			continue;
		}
		const before = { priority: item.priority, hits: item.hits };
		item.hits += 1;
		item.added += 1;
		if (amount !== null) item.amount = Math.max(item.amount ?? 0, amount);
		if (priority > item.priority) {
			item.priority = priority;
			item.shown = candidate;
		}
		events.push({ ...event, kind: 'hit', before, after: { priority: item.priority, hits: item.hits } });
	}
	const ids = await openItems(
		transaction,
		into,
		[...items.values()].filter(({ itemId }) => itemId === null),
	);
	for (const [entityKey, item] of items) {
		if (item.itemId === null) continue;
		ids.set(entityKey, item.itemId);
		if (item.added > 0) await raiseItem(transaction, into, item.itemId, item);
	}
	await appendReviewEvents(
		transaction,
		events.map(({ entityKey, ...event }) => ({ ...event, itemId: ids.get(entityKey) as number })),
	);
	const opened = events.filter(({ kind }) => kind === 'opened').length;
	return { opened, appended: events.length - opened };
}

function needsSecond(queue: Queue, amount: number | null): boolean {
	return queue.second_review_above !== null && amount !== null && amount >= queue.second_review_above;
}

/** @returns the id of the item of each entity */
async function openItems(
	transaction: StoreTransaction,
	{ queue, runId, at, origin, weight }: HitsInto,
	items: readonly OpenItem[],
): Promise<Map<string, number>> {
	const dueAt = queue.due_hours === null ? null : timestamp(new Date(Date.parse(at) + queue.due_hours * 3_600_000));
	const ids = new Map<string, number>();
	for (let start = 0; start < items.length; start += ITEMS_PER_INSERT) {
		const rows = items.slice(start, start + ITEMS_PER_INSERT).map(({ shown, priority, amount, hits, added }) => {
			const { datasetId, entityKey, recordKey, rowNumber } = shown as Candidate;
			return {
				queue_id: queue.queue_id,
				dataset_id: datasetId,
				entity_key: entityKey,
				record_key: recordKey,
				run_id: runId,
				row_number: rowNumber,
				priority,
				amount,
				hits,
				version: added,
				needs_second: needsSecond(queue, amount) ? (1 as const) : (0 as const),
				due_at: dueAt,
				opened_at: at,
				origin,
				weight,
			};
		});
		const opened = await transaction
			.insertInto('review_items')
			.values(rows)
			.returning(['item_id', 'entity_key'])
			.execute();
		for (const { item_id, entity_key } of opened) ids.set(entity_key, item_id);
	}
	return ids;
}

async function raiseItem(
	transaction: StoreTransaction,
	{ queue, runId }: HitsInto,
	itemId: number,
	{ hits, amount, priority, added, shown }: OpenItem,
): Promise<void> {
	await transaction
		.updateTable('review_items')
		.set((column) => ({
			hits,
			amount,
			version: column('version', '+', added),
			...(needsSecond(queue, amount) ? { needs_second: 1 as const } : {}),
			...(shown === null
				? {}
				: {
						priority,
						dataset_id: shown.datasetId,
						record_key: shown.recordKey,
						run_id: runId,
						row_number: shown.rowNumber,
					}),
		}))
		.where('item_id', '=', itemId)
		.execute();
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
			open.set(entity_key, { itemId, priority, hits, amount, added: 0, shown: null });
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
