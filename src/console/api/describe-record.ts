import { CounterfoilError } from '../../contracts/errors.ts';
import { getDataset } from '../../store/datasets.ts';
import { getScore } from '../../store/get-score.ts';
import type { Label, ReviewItem } from '../../store/review-database.ts';
import { listScoreHistory } from '../../store/scores.ts';
import type { Store } from '../../store/store.ts';
import { truthColumnsOf } from '../../store/truth-columns.ts';
import { presentScore } from './present.ts';
import type { RecordDetail } from './schemas.ts';

const MOST_ITEMS = 20;

/** A record as a run scored it, with what is known of its past. @throws NOT_FOUND */
export async function describeRecord(
	store: Store,
	runId: string,
	rowNumber: number,
	hidden: ReadonlySet<string>,
): Promise<RecordDetail> {
	const score = await getScore(store, runId, rowNumber);
	if (score === undefined) {
		throw new CounterfoilError('NOT_FOUND', 'The run has no score of this row.', {
			where: `run ${runId}, row ${rowNumber}`,
		});
	}
	const dataset = await getDataset(store, score.dataset_id);
	const history = await listScoreHistory(store, score.record_key);
	const shown = presentScore(score, hidden);
	const reasons = JSON.parse(score.reasons) as readonly { readonly kind?: string }[];
	return {
		...shown,
		runId,
		modelId: score.model_id,
		datasetId: score.dataset_id,
		datasetName: dataset.name,
		pValue: score.p_value,
		scoredAt: score.scored_at,
		isFull: reasons.some(({ kind }) => kind === 'nearest'),
		labelColumns: [...(await truthColumnsOf(store, dataset.dataset_id))],
		history: history.map((row) => ({
			runId: row.run_id,
			rowNumber: row.row_number,
			score: row.score,
			severity: row.severity,
			scoredAt: row.scored_at,
		})),
		items: (await listItemsOf(store, score.record_key, dataset.name)).map((item) => ({
			...item,
			recordKey: shown.recordKey,
		})),
		labels: presentLabels(await listLabels(store, dataset.name, score.record_key)),
	};
}

async function listItemsOf(store: Store, recordKey: string, datasetName: string): Promise<RecordDetail['items']> {
	const rows = await store.reader
		.selectFrom('review_items')
		.innerJoin('queues', 'queues.queue_id', 'review_items.queue_id')
		.select(['item_id', 'record_key', 'state', 'decision', 'decided_by', 'opened_at'])
		.where('record_key', '=', recordKey)
		.where('queues.dataset_name', '=', datasetName)
		.orderBy('item_id', 'desc')
		.limit(MOST_ITEMS)
		.execute();
	return rows.map(presentItemInBrief);
}

/** An item of the past. */
export function presentItemInBrief(
	item: Pick<ReviewItem, 'item_id' | 'record_key' | 'state' | 'decision' | 'decided_by' | 'opened_at'>,
): RecordDetail['items'][number] {
	return {
		itemId: item.item_id,
		recordKey: item.record_key,
		state: item.state,
		decision: item.decision,
		decidedBy: item.decided_by,
		openedAt: item.opened_at,
	};
}

async function listLabels(store: Store, datasetName: string, recordKey: string): Promise<Label[]> {
	return await store.reader
		.selectFrom('labels')
		.selectAll()
		.where('dataset_name', '=', datasetName)
		.where('record_key', '=', recordKey)
		.orderBy('known_at', 'desc')
		.orderBy('label_id', 'desc')
		.execute();
}

/** Labels proper; those that were taken back say so. */
export function presentLabels(labels: readonly Label[]): RecordDetail['labels'] {
	const retracted = new Set(labels.map(({ retracts_label_id }) => retracts_label_id));
	return labels
		.filter(({ retracts_label_id }) => retracts_label_id === null)
		.map((label) => ({
			label: label.label,
			source: label.source,
			knownAt: label.known_at,
			isRetracted: retracted.has(label.label_id),
		}));
}
