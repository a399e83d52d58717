import { CounterfoilError } from '../contracts/errors.ts';
import type { ReviewItem } from '../store/review-database.ts';
import { takeRows } from '../store/row-locks.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { type Actor, changeItems, type ItemChange } from './change-items.ts';
import { patiently } from './patiently.ts';

/** Values of one `in (...)`, well below the limit of parameters. */
const IDS_PER_QUERY = 1_000;

export interface ActedOn {
	/** The items as they are now. */
	readonly items: ReviewItem[];
	/** Ids of the events, first and last, without gaps; null if nothing was done. */
	readonly events: { readonly first: number; readonly last: number } | null;
}

/**
 * Does something to items in one transaction: all of them, or none if it throws.
 *
 * @param plan what happens to an item; null for nothing.
 * @throws NOT_FOUND, ITEM_STATE, ITEM_CHANGED, what `plan` throws
 */
export async function actOnItems(
	store: Store,
	itemIds: readonly number[],
	{ actor, now, versions }: Actor,
	plan: (item: ReviewItem, at: string, transaction: StoreTransaction) => PlannedChange | Promise<PlannedChange>,
	after: (transaction: StoreTransaction, changes: readonly ItemChange[], at: string) => Promise<void> = async () => {},
): Promise<ActedOn> {
	const ids = [...new Set(itemIds)].toSorted((a, b) => a - b);
	return await patiently(store, async (transaction) => {
		const at = timestamp(now);
		const changes: ItemChange[] = [];
		for (const item of await loadItems(transaction, ids)) {
			requireVersion(item, versions);
			const change = await plan(item, at, transaction);
			if (change !== null) changes.push({ ...change, item });
		}
		const events = await changeItems(transaction, changes, { actor, at });
		await after(transaction, changes, at);
		const [first] = events;
		return {
			items: await loadItems(transaction, ids),
			events: first === undefined ? null : { first, last: first + events.length - 1 },
		};
	});
}

export type PlannedChange = Omit<ItemChange, 'item'> | null;

async function loadItems(transaction: StoreTransaction, ids: readonly number[]): Promise<ReviewItem[]> {
	const items: ReviewItem[] = [];
	for (let start = 0; start < ids.length; start += IDS_PER_QUERY) {
		const query = transaction
			.selectFrom('review_items')
			.selectAll()
			.where('item_id', 'in', ids.slice(start, start + IDS_PER_QUERY))
			.orderBy('item_id');
		items.push(...(await takeRows(transaction, query).execute()));
	}
	if (items.length === ids.length) return items;
	const found = new Set(items.map((item) => item.item_id));
	throw itemNotFound(ids.find((id) => !found.has(id)) as number);
}

function requireVersion({ item_id: itemId, version }: ReviewItem, versions: Actor['versions']): void {
	const expected = versions?.get(itemId);
	if (expected === undefined || expected === version) return;
	throw new CounterfoilError('ITEM_CHANGED', 'Somebody has done something to the item meanwhile.', {
		where: `item ${itemId}`,
		hint: 'look at it again',
	});
}

export function itemNotFound(itemId: number): CounterfoilError {
	return new CounterfoilError('NOT_FOUND', 'There is no such review item.', {
		where: `item ${itemId}`,
		hint: 'counterfoil queue list shows the items with their numbers.',
	});
}
