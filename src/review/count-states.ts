import type { ReviewState } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';

/** How many items of all queues are in each state. */
export async function countStates(store: Store): Promise<Record<ReviewState, number>> {
	const rows = await store.reader
		.selectFrom('review_items')
		.select((select) => ['state', select.fn.countAll<number>().as('items')])
		.groupBy('state')
		.execute();
	const none = { new: 0, in_review: 0, snoozed: 0, escalated: 0, decided: 0 };
	return Object.assign(none, Object.fromEntries(rows.map(({ state, items }) => [state, Number(items)])));
}
