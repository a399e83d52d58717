import { sql } from 'kysely';
import type { ReviewItem } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';
import { readReasons } from './read-reasons.ts';

/** Decided items that stand out for the same reasons. */
export interface SimilarItems {
	/** The reasons, strongest first: features, as `scores.reasons` names them. */
	readonly features: readonly string[];
	readonly fraud: number;
	readonly legitimate: number;
	readonly unsure: number;
	/** The latest of them. */
	readonly latest: readonly Pick<ReviewItem, 'item_id' | 'record_key' | 'decision' | 'closed_at'>[];
}

/** Decided items that are looked at, latest first. */
const LOOKED_AT = 500;
/** The strongest reasons, which must be the same. */
const COMPARED = 2;
const TOLD = 5;

/**
 * What was decided of items of other records whose two strongest reasons are the same features: what one would like to
 * know before deciding. Of the latest decided items, those in queues of the
 * data sets of this name.
 *
 * @returns null where nothing speaks against the record, or none was decided
 */
export async function findSimilarItems(
	{ reader }: Store,
	item: Pick<ReviewItem, 'item_id' | 'record_key'>,
	datasetName: string,
	reasons: unknown,
): Promise<SimilarItems | null> {
	const features = strongest(reasons);
	if (features.length === 0) return null;
	const wanted = [...features].sort().join('\n');
	const queues = await reader.selectFrom('queues').select('queue_id').where('dataset_name', '=', datasetName).execute();
	const isOfDataset = new Set(queues.map(({ queue_id }) => queue_id));
	const decided = await latestDecided(reader);
	const similar = decided.filter(
		(one) =>
			isOfDataset.has(one.queue_id) &&
			one.item_id !== item.item_id &&
			one.record_key !== item.record_key &&
			strongest(JSON.parse(one.reasons)).sort().join('\n') === wanted,
	);
	if (similar.length === 0) return null;
	const count = (decision: string) => similar.filter((one) => one.decision === decision).length;
	return {
		features,
		fraud: count('fraud'),
		legitimate: count('legitimate'),
		unsure: count('unsure'),
		latest: similar.slice(0, TOLD).map(({ item_id, record_key, decision, closed_at }) => ({
			item_id,
			record_key,
			decision,
			closed_at,
		})),
	};
}

/** The latest closed first, by the index of decided items, which the literal names. */
async function latestDecided(reader: Store['reader']) {
	return await reader
		.selectFrom('review_items')
		.innerJoin('scores', (join) =>
			join
				.onRef('scores.run_id', '=', 'review_items.run_id')
				.onRef('scores.row_number', '=', 'review_items.row_number'),
		)
		.select([
			'review_items.item_id',
			'review_items.queue_id',
			'review_items.record_key',
			'review_items.decision',
			'review_items.closed_at',
			'scores.reasons',
		])
		.where(sql.ref('review_items.state'), '=', sql.lit('decided'))
		.orderBy('review_items.closed_at', 'desc')
		.orderBy('review_items.item_id', 'desc')
		.limit(LOOKED_AT)
		.execute();
}

function strongest(reasons: unknown): string[] {
	return readReasons(reasons)
		.flatMap(({ feature, column, contribution }) => (column !== null && contribution > 0 ? (feature ?? []) : []))
		.slice(0, COMPARED);
}
