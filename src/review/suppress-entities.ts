import { CounterfoilError } from '../contracts/errors.ts';
import type { Queue } from '../store/review-database.ts';
import { takeRows } from '../store/row-locks.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { type Actor, changeItems } from './change-items.ts';
import { requireFree, UNHELD } from './leases.ts';
import { patiently } from './patiently.ts';

export interface Suppressed {
	readonly suppressionId: number;
	/** The open item of the entity, which sleeps as long; null if there is none. */
	readonly itemId: number | null;
}

/**
 * Keeps an entity out of a queue until a time: its hits are left out, and its open item sleeps.
 *
 * @throws USAGE if the time is past or the reason empty; ITEM_HELD if someone else holds its item.
 */
export async function suppressEntity(
	store: Store,
	options: Actor & {
		readonly queue: Queue;
		readonly entityKey: string;
		readonly until: Date;
		readonly reason: string;
	},
): Promise<Suppressed> {
	const { actor, queue, entityKey, reason } = options;
	const [at, until] = [timestamp(options.now), timestamp(options.until)];
	if (until <= at)
		throw new CounterfoilError('USAGE', 'An entity can only be suppressed until a time to come.', {
			hint: 'for example --until 30d, which is in thirty days',
		});
	if (reason.trim() === '')
		throw new CounterfoilError('USAGE', 'A reason must be given in words.', {
			hint: 'for example --reason "traveller, told by phone"',
		});
	const work = async (transaction: StoreTransaction) => {
		const { suppression_id: suppressionId } = await transaction
			.insertInto('suppressions')
			.values({
				queue_id: queue.queue_id,
				entity_key: entityKey,
				reason,
				created_by: actor,
				created_at: at,
				expires_at: until,
			})
			.returning('suppression_id')
			.executeTakeFirstOrThrow();
		const query = transaction
			.selectFrom('review_items')
			.selectAll()
			.where('queue_id', '=', queue.queue_id)
			.where('entity_key', '=', entityKey)
			.where('state', '<>', 'decided');
		const item = await takeRows(transaction, query).executeTakeFirst();
		if (item === undefined) return { suppressionId, itemId: null };
		requireFree(item, actor, at);
		const set = { state: 'snoozed', snoozed_until: until, ...UNHELD } as const;
		await changeItems(transaction, [{ item, kind: 'suppressed', set, note: reason }], { actor, at });
		return { suppressionId, itemId: item.item_id };
	};
	return await patiently(store, work, 'review');
}

/** What is suppressed now, with the names of queue and data set; what ends first at the head. */
export async function listSuppressions(store: Store, options: { readonly now?: Date } = {}) {
	return await store.reader
		.selectFrom('suppressions')
		.innerJoin('queues', 'queues.queue_id', 'suppressions.queue_id')
		.selectAll('suppressions')
		.select(['queues.name as queue_name', 'queues.dataset_name'])
		.where('suppressions.expires_at', '>', timestamp(options.now))
		.orderBy('suppressions.expires_at')
		.orderBy('suppressions.suppression_id')
		.execute();
}

/** Ends a suppression now. @throws NOT_FOUND if there is none that still holds */
export async function liftSuppression(
	store: Store,
	suppressionId: number,
	options: { now?: Date } = {},
): Promise<void> {
	const at = timestamp(options.now);
	const { numUpdatedRows } = await store.writer
		.updateTable('suppressions')
		.set({ expires_at: at })
		.where('suppression_id', '=', suppressionId)
		.where('expires_at', '>', at)
		.executeTakeFirst();
	if (numUpdatedRows === 1n) return;
	throw new CounterfoilError('NOT_FOUND', 'There is no such suppression that still holds.', {
		where: `suppression ${suppressionId}`,
		hint: 'counterfoil queue suppressions shows them.',
	});
}
