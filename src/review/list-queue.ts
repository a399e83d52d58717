import type { ReviewQueueRow, ReviewState } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';

export interface ListQueueOptions {
	/** Only queues of data sets with this name. */
	readonly datasetName?: string;
	/** Only queues with this name. */
	readonly queueName?: string;
	readonly state?: Exclude<ReviewState, 'decided'>;
	/** Only items that this person holds. */
	readonly assignee?: string;
	/** Only items that were due before. */
	readonly dueBefore?: Date;
	/** Only items of this entity: the record, or what the entity column of the queue holds. */
	readonly entityKey?: string;
	/** @default 20 */
	readonly limit?: number;
	/** Only items behind this one: the last of the page before. */
	readonly after?: Pick<ReviewQueueRow, 'priority' | 'item_id'>;
}

/** An open item with what JSON columns hold. */
export interface QueueEntry extends Omit<ReviewQueueRow, 'reasons' | 'data_json'> {
	/** Cells by column name. */
	readonly record: Readonly<Record<string, string | number | null>>;
	/** Largest contribution first, as the scorer wrote them. */
	readonly reasons: readonly unknown[];
}

/** Open items of the review queues, highest priority first. */
export async function listQueue(store: Store, options: ListQueueOptions = {}): Promise<QueueEntry[]> {
	const rows = await queueQuery(store, options).execute();
	return rows.map(({ reasons, data_json, ...row }) => ({
		...row,
		record: JSON.parse(data_json),
		reasons: JSON.parse(reasons),
	}));
}

/** The query of `listQueue`; walks an index of the open items and sorts nothing. */
export function queueQuery(store: Store, options: ListQueueOptions = {}) {
	let query = store.reader.selectFrom('review_queue').selectAll();
	if (options.datasetName !== undefined) query = query.where('dataset_name', '=', options.datasetName);
	if (options.queueName !== undefined) query = query.where('queue_name', '=', options.queueName);
	if (options.state !== undefined) query = query.where('state', '=', options.state);
	if (options.assignee !== undefined) query = query.where('assignee', '=', options.assignee);
	if (options.dueBefore !== undefined) query = query.where('due_at', '<', timestamp(options.dueBefore));
	if (options.entityKey !== undefined) query = query.where('entity_key', '=', options.entityKey);
	const { after } = options;
	if (after !== undefined) {
		query = query
			.where('priority', '<=', after.priority)
			.where((where) => where.or([where('priority', '<', after.priority), where('item_id', '>', after.item_id)]));
	}
	return query
		.orderBy('priority', 'desc')
		.orderBy('item_id')
		.limit(options.limit ?? 20);
}
