import { sql } from 'kysely';
import type { QueueEntry } from '../../review/list-queue.ts';
import { readItem } from '../../review/read-item.ts';
import type { SimilarItems } from '../../review/similar-items.ts';
import type { ReviewItem } from '../../store/review-database.ts';
import type { Store } from '../../store/store.ts';
import { readTruthColumns } from '../../store/truth-columns.ts';
import { type Cells, MASK, maskCells, maskKey, personalColumns } from '../mask-cells.ts';
import { presentItemInBrief, presentLabels } from './describe-record.ts';
import { presentItem, presentReasons } from './present.ts';
import type { ItemDetailBody, QueueItem } from './schemas.ts';

/** Columns that are not shown, by data set: the truth, which whoever decides should find without them; personal data. */
export type HiddenColumns = ReadonlyMap<
	string,
	{ readonly truth: ReadonlySet<string>; readonly personal: ReadonlySet<string> }
>;

const NOTHING = { truth: new Set<string>(), personal: new Set<string>() };

/** Whether whoever asks sees the personal data of the items of a queue. */
export type SeesPersonal = (datasetName: string, queueName: string) => boolean;

export async function hiddenColumnsOf(store: Store): Promise<HiddenColumns> {
	const datasets = await store.reader
		.selectFrom('datasets')
		.select(['dataset_id', 'alerts_json'])
		.where('dataset_id', 'in', (select) => select.selectFrom('review_items').select('dataset_id').distinct())
		.execute();
	const truth = await readTruthColumns(
		store,
		datasets.map(({ dataset_id }) => dataset_id),
	);
	return new Map(
		datasets.map((dataset) => {
			const { dataset_id: id } = dataset;
			return [id, { truth: truth.get(id) ?? NOTHING.truth, personal: personalColumns(dataset) }];
		}),
	);
}

/** A decided item as `listDecided` gives it. */
export interface DecidedEntry extends ReviewItem {
	readonly closed_at: string;
	readonly queue_name: string;
	readonly dataset_name: string;
	readonly score: number | null;
	readonly severity: QueueItem['severity'];
	readonly reasons: readonly unknown[];
	readonly record: Cells | null;
}

/** Decided items, latest first. */
export async function listDecided(
	store: Store,
	options: {
		readonly limit: number;
		readonly queueName?: string;
		readonly datasetName?: string;
		readonly before?: { readonly closedAt: string; readonly itemId: number };
	},
): Promise<DecidedEntry[]> {
	const rows = await decidedQuery(store, options).execute();
	return rows.map(({ reasons, data_json, ...row }) => ({
		...row,
		closed_at: row.closed_at as string,
		reasons: reasons === null ? [] : (JSON.parse(reasons) as unknown[]),
		record: data_json === null ? null : (JSON.parse(data_json) as Cells),
	}));
}

/** Walks an index of the decided items. */
function decidedQuery(store: Store, options: Parameters<typeof listDecided>[1]) {
	let query = store.reader
		.selectFrom('review_items')
		.innerJoin('queues', 'queues.queue_id', 'review_items.queue_id')
		.leftJoin('scores', (join) =>
			join
				.onRef('scores.run_id', '=', 'review_items.run_id')
				.onRef('scores.row_number', '=', 'review_items.row_number'),
		)
		.leftJoin('records', (join) =>
			join.onRef('records.dataset_id', '=', 'scores.dataset_id').onRef('records.row_number', '=', 'scores.row_number'),
		)
		.selectAll('review_items')
		.select(['queues.name as queue_name', 'queues.dataset_name', 'scores.score', 'scores.severity', 'scores.reasons'])
		.select('records.data_json')
		.where('review_items.state', '=', sql.lit('decided'));
	if (options.queueName !== undefined) query = query.where('queues.name', '=', options.queueName);
	if (options.datasetName !== undefined) query = query.where('queues.dataset_name', '=', options.datasetName);
	const { before } = options;
	if (before !== undefined) {
		query = query
			.where('review_items.closed_at', '<=', before.closedAt)
			.where((where) =>
				where.or([
					where('review_items.closed_at', '<', before.closedAt),
					where('review_items.item_id', '<', before.itemId),
				]),
			);
	}
	return query.orderBy('review_items.closed_at', 'desc').orderBy('review_items.item_id', 'desc').limit(options.limit);
}

export function presentEntry(
	row: QueueEntry | DecidedEntry,
	hidden: HiddenColumns,
	seesPersonal: SeesPersonal,
): QueueItem {
	const { truth, personal } = hiddenIn(hidden, row.dataset_id, seesPersonal(row.dataset_name, row.queue_name));
	const decided = 'closed_at' in row ? row : null;
	return {
		itemId: row.item_id,
		version: row.version,
		queueName: row.queue_name,
		datasetName: row.dataset_name,
		entityKey: maskKey(row.entity_key, row.record, personal),
		recordKey: maskKey(row.record_key, row.record, personal),
		runId: row.run_id,
		rowNumber: row.row_number,
		priority: row.priority,
		state: row.state,
		hits: row.hits,
		assignee: row.assignee,
		leaseExpiresAt: row.lease_expires_at,
		snoozedUntil: row.snoozed_until,
		dueAt: row.due_at,
		openedAt: row.opened_at,
		closedAt: decided?.closed_at ?? null,
		amount: row.amount,
		origin: decided?.origin ?? null,
		decision: decided?.decision ?? null,
		reasonCode: decided?.reason_code ?? null,
		decidedBy: decided?.decided_by ?? null,
		proposedDecision: row.proposed_decision,
		proposedBy: row.proposed_by,
		escalatedBy: row.escalated_by,
		score: row.score,
		severity: row.severity,
		...presentReasons(row.reasons, personal),
		record: row.record === null ? null : maskCells(without(row.record, truth), personal),
	};
}

function hiddenIn(hidden: HiddenColumns, datasetId: string, isPersonalSeen: boolean) {
	const found = hidden.get(datasetId) ?? NOTHING;
	return isPersonalSeen ? { ...found, personal: NOTHING.personal } : found;
}

function without(cells: Cells, names: ReadonlySet<string>): Cells {
	return Object.fromEntries(Object.entries(cells).filter(([name]) => !names.has(name)));
}

/** Everything about an item. @throws NOT_FOUND */
export async function describeItem(
	store: Store,
	itemId: number,
	hidden: HiddenColumns,
	seesPersonal: SeesPersonal,
): Promise<ItemDetailBody> {
	const detail = await readItem(store, itemId);
	const { item, queue, score, reasons, record, events, earlier, similar, labels, labelColumns } = detail;
	const { personal } = hiddenIn(hidden, item.dataset_id, seesPersonal(queue.datasetName, queue.name));
	const recordKey = maskKey(item.record_key, record, personal);
	// Records of one data set have keys of one column.
	const keyOf = (key: string) => (recordKey === MASK ? MASK : key);
	return {
		...presentItem(item),
		entityKey: maskKey(item.entity_key, record, personal),
		recordKey,
		queueName: queue.name,
		datasetName: queue.datasetName,
		score: score?.score ?? null,
		severity: score?.severity ?? null,
		...presentReasons(reasons, personal),
		record: record === null ? null : maskCells(without(record, new Set(labelColumns)), personal),
		labelColumns: [...labelColumns],
		earlier: earlier.map(presentItemInBrief).map((other) => ({ ...other, recordKey: keyOf(other.recordKey) })),
		similar: similar === null ? null : presentSimilar(similar),
		labels: presentLabels(labels),
		events: events.map(({ eventId, kind, actor, at, note, after }) => ({ eventId, kind, actor, at, note, after })),
	};
}

function presentSimilar({ features, fraud, legitimate, unsure }: SimilarItems) {
	return { features: [...features], fraud, legitimate, unsure };
}
