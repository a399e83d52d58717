import type { StoreTransaction } from '../store/store.ts';

/** A record that has hit an item, by the score that did. */
export interface ItemHit {
	readonly item_id: number;
	readonly run_id: string;
	readonly row_number: number;
	readonly record_key: string;
}

/** The records that have hit items, as they came and as far as their scores are still there. */
export async function readHits(transaction: StoreTransaction, itemIds: readonly number[]): Promise<ItemHit[]> {
	return await transaction
		.selectFrom('review_events')
		.innerJoin('scores', (join) =>
			join
				.onRef('scores.run_id', '=', 'review_events.run_id')
				.onRef('scores.row_number', '=', 'review_events.row_number'),
		)
		.select(['review_events.item_id', 'scores.run_id', 'scores.row_number', 'scores.record_key'])
		.where('review_events.item_id', 'in', itemIds)
		.orderBy('review_events.event_id')
		.execute();
}
