import type { Score } from '../store/database.ts';
import type { Label, ReviewEvent, ReviewItem } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { truthColumnsOf } from '../store/truth-columns.ts';
import { itemNotFound } from './act-on-items.ts';
import { findSimilarItems, type SimilarItems } from './similar-items.ts';

/** Earlier items of the entity or the record that are told. */
const EARLIER = 10;

export interface ItemDetail {
	readonly item: ReviewItem;
	readonly queue: { readonly name: string; readonly datasetName: string };
	/** Null once the score was deleted. */
	readonly score: Pick<Score, 'score' | 'surprise' | 'p_value' | 'severity' | 'model_id' | 'scored_at'> | null;
	/** Largest contribution first, as the scorer wrote them. */
	readonly reasons: readonly unknown[];
	/** Cells by column name; null once the record was deleted. */
	readonly record: Readonly<Record<string, string | number | null>> | null;
	/** Columns that hold the truth, which who decides should find out without them. */
	readonly labelColumns: readonly string[];
	readonly events: readonly ItemEvent[];
	/** Other items of the same record or entity in any queue of the data sets of this name, latest first. */
	readonly earlier: readonly EarlierItem[];
	/** What was decided of other records that stand out for the same reasons; null where there are none. */
	readonly similar: SimilarItems | null;
	/** What is known about the record, latest first; `retracts_label_id` names a label that was taken back. */
	readonly labels: readonly Label[];
}

export interface ItemEvent {
	readonly eventId: number;
	readonly kind: ReviewEvent['kind'];
	readonly actor: string;
	readonly at: string;
	readonly before: Readonly<Record<string, unknown>>;
	readonly after: Readonly<Record<string, unknown>>;
	readonly note: string | null;
}

export type EarlierItem = Pick<
	ReviewItem,
	'item_id' | 'record_key' | 'state' | 'decision' | 'reason_code' | 'decided_by' | 'closed_at' | 'opened_at'
>;

/** Everything that is known about an item. @throws NOT_FOUND */
export async function readItem(store: Store, itemId: number): Promise<ItemDetail> {
	const { reader } = store;
	const item = await reader.selectFrom('review_items').selectAll().where('item_id', '=', itemId).executeTakeFirst();
	if (item === undefined) throw itemNotFound(itemId);
	const { name, dataset_name: datasetName } = await reader
		.selectFrom('queues')
		.select(['name', 'dataset_name'])
		.where('queue_id', '=', item.queue_id)
		.executeTakeFirstOrThrow();
	const score = await reader
		.selectFrom('scores')
		.selectAll()
		.where('run_id', '=', item.run_id)
		.where('row_number', '=', item.row_number)
		.executeTakeFirst();
	const record = await reader
		.selectFrom('records')
		.select('data_json')
		.where('dataset_id', '=', item.dataset_id)
		.where('record_key', '=', item.record_key)
		.executeTakeFirst();
	const labels = await reader
		.selectFrom('labels')
		.selectAll()
		.where('dataset_name', '=', datasetName)
		.where('record_key', '=', item.record_key)
		.orderBy('known_at', 'desc')
		.orderBy('label_id', 'desc')
		.execute();
	const reasons = score === undefined ? [] : (JSON.parse(score.reasons) as unknown[]);
	return {
		item,
		queue: { name, datasetName },
		score: score ?? null,
		reasons,
		record: record === undefined ? null : (JSON.parse(record.data_json) as ItemDetail['record']),
		labelColumns: [...(await truthColumnsOf(store, item.dataset_id))],
		events: await readEvents(store, itemId),
		earlier: await readEarlier(store, item, datasetName),
		similar: await findSimilarItems(store, item, datasetName, reasons),
		labels,
	};
}

async function readEvents(store: Store, itemId: number): Promise<ItemEvent[]> {
	const events = await store.reader
		.selectFrom('review_events')
		.leftJoin('review_notes', 'review_notes.event_id', 'review_events.event_id')
		.selectAll('review_events')
		.select('review_notes.note')
		.where('review_events.item_id', '=', itemId)
		.orderBy('review_events.event_id')
		.execute();
	return events.map((event) => {
		const { note_sha256: _hash, ...after } = readFacts(event.after_json);
		const { event_id: eventId, kind, actor, at, note } = event;
		return { eventId, kind, actor, at, before: readFacts(event.before_json), after, note };
	});
}

function readFacts(json: string | null): Record<string, unknown> {
	return json === null ? {} : (JSON.parse(json) as Record<string, unknown>);
}

async function readEarlier(store: Store, item: ReviewItem, datasetName: string): Promise<EarlierItem[]> {
	return await store.reader
		.selectFrom('review_items')
		.innerJoin('queues', 'queues.queue_id', 'review_items.queue_id')
		.select([
			'review_items.item_id',
			'review_items.record_key',
			'review_items.state',
			'review_items.decision',
			'review_items.reason_code',
			'review_items.decided_by',
			'review_items.closed_at',
			'review_items.opened_at',
		])
		.where('queues.dataset_name', '=', datasetName)
		.where('review_items.item_id', '<>', item.item_id)
		.where((where) =>
			where.or([
				where.and([
					where('review_items.queue_id', '=', item.queue_id),
					where('review_items.entity_key', '=', item.entity_key),
				]),
				where('review_items.record_key', '=', item.record_key),
			]),
		)
		.orderBy('review_items.opened_at', 'desc')
		.orderBy('review_items.item_id', 'desc')
		.limit(EARLIER)
		.execute();
}
