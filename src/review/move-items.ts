import { CounterfoilError } from '../contracts/errors.ts';
import type { ReviewItem } from '../store/review-database.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { type ActedOn, actOnItems } from './act-on-items.ts';
import { type Actor, wrongState } from './change-items.ts';
import { retractReviewLabels } from './label-records.ts';
import { holderOf, leaseEnd, requireFree, UNHELD } from './leases.ts';

/** Lets items sleep until a time. @throws USAGE if it is past; ITEM_HELD, ITEM_STATE, NOT_FOUND */
export async function snoozeItems(
	store: Store,
	itemIds: readonly number[],
	options: Actor & { readonly until: Date; readonly note?: string },
): Promise<ActedOn> {
	if (options.until <= (options.now ?? new Date())) {
		throw new CounterfoilError('USAGE', 'An item can only sleep until a time to come.', {
			hint: 'for example --until 2h, which is in two hours',
		});
	}
	return await actOnItems(store, itemIds, options, (item, at) => {
		requireFree(item, options.actor, at);
		const set = { state: 'snoozed', snoozed_until: timestamp(options.until), ...UNHELD } as const;
		return { kind: 'snoozed', set, ...noteOf(options.note) };
	});
}

/** Hands items to someone who may decide more; the reason is for them. @throws ITEM_HELD, ITEM_STATE, NOT_FOUND */
export async function escalateItems(
	store: Store,
	itemIds: readonly number[],
	options: Actor & { readonly reason: string },
): Promise<ActedOn> {
	requireReason(options.reason);
	return await actOnItems(store, itemIds, options, (item, at) => {
		requireFree(item, options.actor, at);
		const set = { state: 'escalated', escalated_by: options.actor, snoozed_until: null, ...UNHELD } as const;
		return { kind: 'escalated', set, note: options.reason };
	});
}

/** Adds a note; whoever holds the item holds it for longer. @throws NOT_FOUND */
export async function noteItems(
	store: Store,
	itemIds: readonly number[],
	options: Actor & { readonly note: string },
): Promise<ActedOn> {
	requireReason(options.note);
	const queues = await store.reader.selectFrom('queues').select(['queue_id', 'lease_minutes']).execute();
	return await actOnItems(store, itemIds, options, (item, at) => {
		const queue = queues.find(({ queue_id }) => queue_id === item.queue_id);
		const isHolder = holderOf(item, at) === options.actor && queue !== undefined;
		const set = isHolder ? { lease_expires_at: leaseEnd(at, queue.lease_minutes) } : {};
		return { kind: 'noted', set, note: options.note };
	});
}

/**
 * Brings decided items back, because something speaks against the decision. What was decided stays in the log, but
 * is no label any more.
 *
 * @throws ITEM_STATE if one is not decided, was purged, or its entity has another open item; NOT_FOUND
 */
export async function reopenItems(
	store: Store,
	itemIds: readonly number[],
	options: Actor & { readonly reason: string },
): Promise<ActedOn> {
	requireReason(options.reason);
	const { actor } = options;
	return await actOnItems(
		store,
		itemIds,
		options,
		async (item, _at, transaction) => {
			if (item.state !== 'decided') throw wrongState(item, 'only what is decided can be reopened');
			if (item.run_id === null) throw wrongState(item, 'its record is gone');
			await requireAlone(transaction, item);
			return { kind: 'reopened', set: { state: 'new', closed_at: null, ...UNDECIDED }, note: options.reason };
		},
		async (transaction, changes, at) => {
			await retractReviewLabels(
				transaction,
				changes.map(({ item }) => item),
				{ actor, at },
			);
		},
	);
}

/** @throws ITEM_STATE if the entity has an open item already, so that this one cannot come back. */
export async function requireAlone(transaction: StoreTransaction, item: ReviewItem): Promise<void> {
	const other = await transaction
		.selectFrom('review_items')
		.select('item_id')
		.where('queue_id', '=', item.queue_id)
		.where('entity_key', '=', item.entity_key)
		.where('state', '<>', 'decided')
		.where('item_id', '<>', item.item_id)
		.executeTakeFirst();
	if (other !== undefined) throw wrongState(item, `item ${other.item_id} is open for the same entity`);
}

/** An item without its decision. */
export const UNDECIDED = {
	decision: null,
	reason_code: null,
	decided_by: null,
	proposed_decision: null,
	proposed_by: null,
	escalated_by: null,
} as const;

function requireReason(reason: string): void {
	if (reason.trim() !== '') return;
	throw new CounterfoilError('USAGE', 'A reason must be given in words.', {
		hint: 'for example --reason "the customer has called"',
	});
}

function noteOf(note: string | undefined): { readonly note?: string } {
	return note === undefined ? {} : { note };
}
