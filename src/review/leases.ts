import { type Kysely, sql } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Database } from '../store/database.ts';
import type { ReviewItem, ReviewState } from '../store/review-database.ts';
import { takeFreeRows } from '../store/row-locks.ts';
import type { StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { changeItems, type ItemChange, wrongState } from './change-items.ts';

/** Leases and snoozes that are ended at most by whoever looks for work. */
const ENDED_AT_ONCE = 200;

/** Who is named as the one who lets a lease expire or wakes an item. */
const CLOCK = 'counterfoil';

/** No lease and nobody who holds it. */
export const UNHELD = { assignee: null, lease_expires_at: null } as const;

/** Who holds an item, or null. */
export function holderOf(item: ReviewItem, at: string): string | null {
	const isHeld = item.state === 'in_review' && item.lease_expires_at !== null && item.lease_expires_at > at;
	return isHeld ? item.assignee : null;
}

/** The state of an item that nobody works on: escalated, once somebody escalated it. */
export function restingState(item: ReviewItem): ReviewState {
	return item.escalated_by === null ? 'new' : 'escalated';
}

/** @throws ITEM_HELD if someone else holds the item; ITEM_STATE if it is decided. */
export function requireFree(item: ReviewItem, actor: string, at: string): void {
	if (item.state === 'decided') {
		throw wrongState(item, 'nothing more is done to it', `to change that: counterfoil queue reopen ${item.item_id}`);
	}
	const holder = holderOf(item, at);
	if (holder === null || holder === actor) return;
	throw new CounterfoilError('ITEM_HELD', `${holder} holds the item until ${item.lease_expires_at}.`, {
		where: `item ${item.item_id}`,
		hint: 'counterfoil queue next gives one that is free.',
	});
}

/** The end of a lease that begins now. */
export function leaseEnd(at: string, minutes: number): string {
	return timestamp(new Date(Date.parse(at) + minutes * 60_000));
}

/** Gives back items whose lease has expired, and wakes those that have slept long enough, in all queues. */
export async function endLeases(transaction: StoreTransaction, at: string): Promise<void> {
	const expired = await takeFreeRows(transaction, endedItems(transaction, 'in_review', at)).execute();
	const rested = await takeFreeRows(transaction, endedItems(transaction, 'snoozed', at)).execute();
	if (expired.length + rested.length === 0) return;
	const changes = [
		...expired.map((item): ItemChange => ({ item, kind: 'expired', set: { state: restingState(item), ...UNHELD } })),
		...rested.map(
			(item): ItemChange => ({ item, kind: 'woken', set: { state: restingState(item), snoozed_until: null } }),
		),
	];
	await changeItems(transaction, changes, { actor: CLOCK, at });
}

/**
 * Items whose lease or sleep is over. The query names no queue: with one, SQLite would go through all items in review
 * rather than look into the index of what ends first.
 */
export function endedItems(db: Kysely<Database>, state: 'in_review' | 'snoozed', at: string) {
	return db
		.selectFrom('review_items')
		.selectAll()
		.where('state', '=', sql.lit(state))
		.where(state === 'in_review' ? 'lease_expires_at' : 'snoozed_until', '<=', at)
		.limit(ENDED_AT_ONCE);
}
