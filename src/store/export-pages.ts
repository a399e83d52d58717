import { SCORE_COLUMNS } from './shards.ts';
import type { Store } from './store.ts';

/** A row as the database has it. */
export type ExportRow = Readonly<Record<string, string | number | null>>;

/** What can be written to files, with the columns in their order. */
export const EXPORT_COLUMNS = {
	scores: SCORE_COLUMNS,
	queue: [
		'item_id',
		'queue_name',
		'dataset_name',
		'dataset_id',
		'entity_key',
		'record_key',
		'row_number',
		'priority',
		'state',
		'hits',
		'assignee',
		'due_at',
		'opened_at',
		'score',
		'surprise',
		'severity',
		'reasons',
		'data_json',
		'run_id',
		'model_id',
	],
	labels: [
		'label_id',
		'dataset_name',
		'record_key',
		'label',
		'source',
		'reason_code',
		'actor',
		'item_id',
		'known_at',
		'created_at',
	],
	rejects: [
		'reject_id',
		'dataset_id',
		'line_number',
		'byte_offset',
		'column_number',
		'column_name',
		'error_type',
		'message',
		'raw_text',
	],
} as const;

/** The records of a data set in their order: rows with `data_json`. */
export function recordPages(store: Store, datasetId: string, rows: number): AsyncGenerator<{ data_json: string }[]> {
	return pages(rows, (after: { row_number: number } | null) =>
		store.reader
			.selectFrom('records')
			.select(['row_number', 'data_json'])
			.where('dataset_id', '=', datasetId)
			.where('row_number', '>', after?.row_number ?? 0)
			.orderBy('row_number')
			.limit(rows)
			.execute(),
	);
}

/** The scores of a run, in the order of the rows. */
export function scorePages(store: Store, runId: string, rows: number): AsyncGenerator<ExportRow[]> {
	return pages(rows, (after: { row_number: number } | null) =>
		store.reader
			.selectFrom('scores')
			.select(EXPORT_COLUMNS.scores)
			.where('run_id', '=', runId)
			.where('row_number', '>', after?.row_number ?? 0)
			.orderBy('row_number')
			.limit(rows)
			.execute(),
	);
}

/** The open items of the queues of a data set's name, most urgent first. */
export function queuePages(store: Store, datasetName: string, rows: number): AsyncGenerator<ExportRow[]> {
	return pages(rows, (after: { priority: number; item_id: number } | null) => {
		let query = store.reader.selectFrom('review_queue').select(EXPORT_COLUMNS.queue);
		if (after !== null) {
			query = query.where((where) =>
				where.or([
					where('priority', '<', after.priority),
					where.and([where('priority', '=', after.priority), where('item_id', '>', after.item_id)]),
				]),
			);
		}
		return query
			.where('dataset_name', '=', datasetName)
			.orderBy('priority', 'desc')
			.orderBy('item_id')
			.limit(rows)
			.execute();
	});
}

/** The labels of a data set's name, in the order in which they were given. */
export function labelPages(store: Store, datasetName: string, rows: number): AsyncGenerator<ExportRow[]> {
	return pages(rows, (after: { label_id: number } | null) =>
		store.reader
			.selectFrom('labels')
			.select(EXPORT_COLUMNS.labels)
			.where('dataset_name', '=', datasetName)
			.where('label_id', '>', after?.label_id ?? 0)
			.orderBy('label_id')
			.limit(rows)
			.execute(),
	);
}

/** The rejects of a data set, in the order in which they were found. */
export function rejectPages(store: Store, datasetId: string, rows: number): AsyncGenerator<ExportRow[]> {
	return pages(rows, (after: { reject_id: number } | null) =>
		store.reader
			.selectFrom('rejects')
			.select(EXPORT_COLUMNS.rejects)
			.where('dataset_id', '=', datasetId)
			.where('reject_id', '>', after?.reject_id ?? 0)
			.orderBy('reject_id')
			.limit(rows)
			.execute(),
	);
}

/** The last run that scored a data set, or null. */
export async function findScoringRun(store: Store, datasetId: string): Promise<string | null> {
	const run = await store.reader
		.selectFrom('runs')
		.select('run_id')
		.where('dataset_id', '=', datasetId)
		.where('status', '=', 'succeeded')
		.where('kind', 'in', ['pipeline', 'score'])
		.orderBy('finished_at', 'desc')
		.orderBy('run_id', 'desc')
		.limit(1)
		.executeTakeFirst();
	return run?.run_id ?? null;
}

async function* pages<Row, Last extends Partial<Row>>(
	rows: number,
	read: (after: Last | null) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
	let after: Last | null = null;
	for (;;) {
		const page: Row[] = await read(after);
		if (page.length > 0) yield page;
		if (page.length < rows) return;
		after = page[page.length - 1] as unknown as Last;
	}
}
