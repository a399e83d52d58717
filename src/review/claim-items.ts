import type { ReviewItem } from '../store/review-database.ts';
import { takeFreeRows } from '../store/row-locks.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { type ActedOn, actOnItems } from './act-on-items.ts';
import { type Actor, changeItems, type ItemChange } from './change-items.ts';
import { findQueues, type WhichQueues } from './find-queues.ts';
import { endLeases, holderOf, leaseEnd, requireFree, restingState, UNHELD } from './leases.ts';
import { patiently } from './patiently.ts';

export interface ClaimNextOptions extends Actor, WhichQueues {
	/** Items to claim at most. @default 1 */
	readonly count?: number;
	/** Takes what was escalated, but not by the same person, instead of what is new. @default false */
	readonly escalated?: boolean;
	/** Whether items of a queue may be claimed. @default those of every queue that is named */
	readonly isOpen?: (queueId: number) => boolean;
}

/**
 * Claims the most urgent items that are free, for as long as the lease of their queue lasts. Nobody else gets them
 * meanwhile: the choice and the claim are one transaction.
 *
 * @returns the items, highest priority first; fewer than asked for where there are fewer.
 * @example
 * const [item] = await claimNext(store, { actor: 'ann', queueName: 'default' });
 */
export async function claimNext(store: Store, options: ClaimNextOptions): Promise<ReviewItem[]> {
	const { isOpen = () => true } = options;
	const queues = (await findQueues(store, options)).filter(({ queue_id }) => isOpen(queue_id));
	if (queues.length === 0) return [];
	const { actor, count = 1 } = options;
	const leases = new Map(queues.map((queue) => [queue.queue_id, queue.lease_minutes]));
	return await patiently(store, async (transaction) => {
		const at = timestamp(options.now);
		await endLeases(transaction, at);
		const free: ReviewItem[] = [];
		for (const queueId of leases.keys()) {
			free.push(...(await readHead(transaction, queueId, count, options.escalated === true ? actor : null)));
		}
		const taken = free.toSorted((a, b) => b.priority - a.priority || a.item_id - b.item_id).slice(0, count);
		const changes = taken.map((item) => claimOf(item, actor, leaseEnd(at, leases.get(item.queue_id) as number)));
		await changeItems(transaction, changes, { actor, at });
		return changes.map(({ item, set }) => ({ ...item, ...set, version: item.version + 1 }) as ReviewItem);
	});
}

/** @param notOf items that this person did not escalate; null for new ones. */
async function readHead(
	transaction: StoreTransaction,
	queueId: number,
	count: number,
	notOf: string | null,
): Promise<ReviewItem[]> {
	const items = transaction
		.selectFrom('review_items')
		.selectAll()
		.where('queue_id', '=', queueId)
		.orderBy('priority', 'desc')
		.orderBy('item_id')
		.limit(count);
	const chosen =
		notOf === null
			? items.where('state', '=', 'new')
			: items.where('state', '=', 'escalated').where('escalated_by', '<>', notOf);
	return await takeFreeRows(transaction, chosen).execute();
}

function claimOf(item: ReviewItem, actor: string, until: string): ItemChange {
	return {
		item,
		kind: 'claimed',
		set: { state: 'in_review', assignee: actor, lease_expires_at: until, snoozed_until: null },
	};
}

/**
 * Claims certain items; those that the same person holds already are held for longer.
 *
 * @throws ITEM_HELD if someone else holds one; ITEM_STATE if one is decided; NOT_FOUND
 */
export async function claimItems(store: Store, itemIds: readonly number[], options: Actor): Promise<ActedOn> {
	const leases = await readLeases(store);
	return await actOnItems(store, itemIds, options, (item, at) => {
		requireFree(item, options.actor, at);
		const until = leaseEnd(at, leases.get(item.queue_id) as number);
		if (holderOf(item, at) === options.actor) return { kind: 'renewed', set: { lease_expires_at: until } };
		return claimOf(item, options.actor, until);
	});
}

/** Hands items to someone, who then holds them. @throws ITEM_HELD, ITEM_STATE, NOT_FOUND */
export async function assignItems(
	store: Store,
	itemIds: readonly number[],
	options: Actor & { readonly to: string },
): Promise<ActedOn> {
	const leases = await readLeases(store);
	return await actOnItems(store, itemIds, options, (item, at) => {
		requireFree(item, options.actor, at);
		const until = leaseEnd(at, leases.get(item.queue_id) as number);
		return { ...claimOf(item, options.to, until), kind: 'assigned' };
	});
}

/** Gives items back. @throws ITEM_HELD if someone else holds one; ITEM_STATE if nobody does; NOT_FOUND */
export async function releaseItems(store: Store, itemIds: readonly number[], options: Actor): Promise<ActedOn> {
	return await actOnItems(store, itemIds, options, (item, at) => {
		requireFree(item, options.actor, at);
		if (item.state !== 'in_review') return null;
		return { kind: 'released', set: { state: restingState(item), ...UNHELD } };
	});
}

/** What someone holds now, the claim that ends first at the head. */
export async function listHeld(store: Store, { actor, now }: Actor): Promise<ReviewItem[]> {
	return await store.reader
		.selectFrom('review_items')
		.selectAll()
		.where('assignee', '=', actor)
		.where('state', '=', 'in_review')
		.where('lease_expires_at', '>', timestamp(now))
		.orderBy('lease_expires_at')
		.orderBy('item_id')
		.execute();
}

async function readLeases(store: Store): Promise<Map<number, number>> {
	const queues = await store.reader.selectFrom('queues').select(['queue_id', 'lease_minutes']).execute();
	return new Map(queues.map((queue) => [queue.queue_id, queue.lease_minutes]));
}
