import type { Queue } from '../store/review-database.ts';
import { takeRows } from '../store/row-locks.ts';
import type { StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import type { Candidate } from './find-candidates.ts';
import { appendReviewEvents, type NewReviewEvent } from './review-events.ts';

/** Values of one `in (...)`, well below the limit of parameters. */
const KEYS_PER_QUERY = 1_000;
/** Rows of one insert; SQLite takes at most 32,766 parameters. */
const ITEMS_PER_INSERT = 1_000;

/** An item of an entity, before and while hits are added to it. */
export interface OpenItem {
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
export interface HitsInto {
	readonly queue: Queue;
	readonly runId: string;
	readonly actor: string;
	readonly at: string;
	readonly origin: 'alert' | 'audit';
	readonly weight: number;
}

/**
 * Adds records to the open items of their entities, and opens items where there are none. Many are opened by one
 * statement, and all events appended at the end, so that the log is held no longer.
 */
export async function addHits(
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

export async function findOpenItems(
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

export function* chunksOf(keys: readonly string[]): Generator<string[]> {
	const distinct = [...new Set(keys)];
	for (let start = 0; start < distinct.length; start += KEYS_PER_QUERY) {
		yield distinct.slice(start, start + KEYS_PER_QUERY);
	}
}
