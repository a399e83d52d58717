import type { LabelWord, ReviewItem } from '../store/review-database.ts';
import type { StoreTransaction } from '../store/store.ts';
import { readHits } from './read-hits.ts';

/** Where labels of decisions come from. */
export const REVIEW_SOURCE = 'review';
/** Rows of one statement, well below the limit of parameters. */
const ROWS_PER_STATEMENT = 500;

export interface ReviewLabel {
	readonly label: LabelWord;
	readonly reasonCode: string;
	readonly actor: string;
	/** When the decision was made, which is when the truth became known. */
	readonly at: string;
	/** Every record that has hit the item, not only the one that it shows. */
	readonly allHits: boolean;
}

/** Appends a label for the record of each item; what is labelled at the same time already is left as it is. */
export async function addReviewLabels(
	transaction: StoreTransaction,
	items: readonly ReviewItem[],
	{ label, reasonCode, actor, at, allHits }: ReviewLabel,
): Promise<void> {
	for (const chunk of chunksOf(items)) {
		const names = await readDatasetNames(transaction, chunk);
		const records = chunk.map((item) => ({ itemId: item.item_id, queueId: item.queue_id, key: item.record_key }));
		if (allHits) {
			const queues = new Map(chunk.map((item) => [item.item_id, item.queue_id]));
			for (const { item_id, record_key } of await readHits(transaction, [...queues.keys()])) {
				records.push({ itemId: item_id, queueId: queues.get(item_id) as number, key: record_key });
			}
		}
		for (const rows of chunksOf(records)) {
			const values = rows.map(({ itemId, queueId, key }) => ({
				dataset_name: names.get(queueId) as string,
				record_key: key,
				label,
				source: REVIEW_SOURCE,
				reason_code: reasonCode,
				actor,
				item_id: itemId,
				known_at: at,
				created_at: at,
			}));
			await transaction
				.insertInto('labels')
				.values(values)
				.onConflict((conflict) => conflict.columns(['dataset_name', 'record_key', 'source', 'known_at']).doNothing())
				.execute();
		}
	}
}

/** Takes back the labels that decisions on these items gave, by labels that name them. */
export async function retractReviewLabels(
	transaction: StoreTransaction,
	items: readonly ReviewItem[],
	{ actor, at }: { readonly actor: string; readonly at: string },
): Promise<void> {
	for (const chunk of chunksOf(items)) {
		const labels = await transaction
			.selectFrom('labels')
			.selectAll()
			.where(
				'item_id',
				'in',
				chunk.map((item) => item.item_id),
			)
			.where('source', '=', REVIEW_SOURCE)
			.where('retracts_label_id', 'is', null)
			.where((where) =>
				where.not(
					where.exists(
						where
							.selectFrom('labels as retraction')
							.select('retraction.label_id')
							.whereRef('retraction.retracts_label_id', '=', 'labels.label_id'),
					),
				),
			)
			.execute();
		for (const rows of chunksOf(labels)) {
			const values = rows.map(({ label_id, ...label }) => ({
				...label,
				label: 'unsure' as const,
				source: `retracted ${label_id}`,
				actor,
				known_at: at,
				created_at: at,
				retracts_label_id: label_id,
			}));
			await transaction.insertInto('labels').values(values).execute();
		}
	}
}

async function readDatasetNames(
	transaction: StoreTransaction,
	items: readonly ReviewItem[],
): Promise<Map<number, string>> {
	const queues = await transaction
		.selectFrom('queues')
		.select(['queue_id', 'dataset_name'])
		.where('queue_id', 'in', [...new Set(items.map((item) => item.queue_id))])
		.execute();
	return new Map(queues.map((queue) => [queue.queue_id, queue.dataset_name]));
}

function* chunksOf<T>(rows: readonly T[]): Generator<readonly T[]> {
	for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
		yield rows.slice(start, start + ROWS_PER_STATEMENT);
	}
}
