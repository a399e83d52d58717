import type { Store } from '../store/store.ts';

/** Keys of one statement, well below the limit of parameters. */
const KEYS_PER_STATEMENT = 500;

/** Something became known of a record, or is held to be known no longer. */
export interface RecordNews {
	readonly atMs: number;
	readonly datasetName: string;
	readonly recordKey: string;
	/** Null: what was known was taken back. */
	readonly isFraud: boolean | null;
}

/**
 * Each change of what was known of records, in order of time: as `listKnownLabels` at every moment.
 *
 * @param options.asOf ISO 8601, UTC; what became known later is left out.
 */
export async function listLabelNews(
	store: Store,
	options: { readonly datasetNames: readonly string[]; readonly asOf: string },
): Promise<RecordNews[]> {
	if (options.datasetNames.length === 0) return [];
	const labels = await store.reader
		.selectFrom('labels')
		.select(['label_id', 'dataset_name', 'record_key', 'label', 'known_at', 'retracts_label_id'])
		.where('dataset_name', 'in', options.datasetNames)
		.where('known_at', '<=', options.asOf)
		.orderBy('known_at')
		.orderBy('label_id')
		.execute();
	/** Labels of each record that hold, the latest last. */
	const holding = new Map<string, { readonly id: number; readonly isFraud: boolean }[]>();
	const news: RecordNews[] = [];
	for (const { label_id, dataset_name, record_key, label, known_at, retracts_label_id } of labels) {
		const record = `${dataset_name}\n${record_key}`;
		const own = holding.get(record) ?? [];
		holding.set(record, own);
		const before = own.at(-1)?.isFraud ?? null;
		if (retracts_label_id !== null) {
			const taken = own.findIndex(({ id }) => id === retracts_label_id);
			if (taken >= 0) own.splice(taken, 1);
		} else if (label !== 'unsure') own.push({ id: label_id, isFraud: label === 'fraud' });
		const isFraud = own.at(-1)?.isFraud ?? null;
		if (isFraud === before) continue;
		news.push({ atMs: Date.parse(known_at), datasetName: dataset_name, recordKey: record_key, isFraud });
	}
	return news;
}

export interface RecordPlace {
	readonly datasetId: string;
	/** From 1. */
	readonly rowNumber: number;
	readonly cells: Readonly<Record<string, string | number | null>>;
}

/** Where the records of a name are, by key; of a record that several loaded data sets have, the latest. */
export async function findRecordPlaces(
	store: Store,
	datasetName: string,
	recordKeys: readonly string[],
): Promise<Map<string, RecordPlace>> {
	const places = new Map<string, RecordPlace>();
	for (let start = 0; start < recordKeys.length; start += KEYS_PER_STATEMENT) {
		const rows = await store.reader
			.selectFrom('records')
			.innerJoin('datasets', 'datasets.dataset_id', 'records.dataset_id')
			.select(['records.record_key', 'records.dataset_id', 'records.row_number', 'records.data_json'])
			.where('datasets.name', '=', datasetName)
			.where('datasets.status', '=', 'loaded')
			.where('records.record_key', 'in', recordKeys.slice(start, start + KEYS_PER_STATEMENT))
			.orderBy('datasets.ingested_at')
			.orderBy('records.dataset_id')
			.execute();
		for (const { record_key, dataset_id, row_number, data_json } of rows) {
			places.set(record_key, {
				datasetId: dataset_id,
				rowNumber: row_number,
				cells: JSON.parse(data_json) as RecordPlace['cells'],
			});
		}
	}
	return places;
}
