import type { LabelWord } from '../store/review-database.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { patiently } from './patiently.ts';

/** Rows of one statement, well below the limit of parameters. */
const ROWS_PER_STATEMENT = 500;

export interface ImportedLabel {
	/** Number of the row of the file, from 1. */
	readonly row: number;
	readonly recordKey: string;
	readonly label: LabelWord;
	/** When the truth became known; ISO 8601, UTC. */
	readonly knownAt: string;
	readonly reasonCode: string | null;
}

export interface ImportCounts {
	/** Labels that are new. */
	added: number;
	/** Labels that an earlier import had brought. */
	known: number;
	/** Added labels of records that no data set of the name has, yet. */
	withoutRecord: number;
	/** Rows that say something else than an earlier row of the same source for the same record and time. */
	readonly contradicting: number[];
}

/**
 * Appends labels from elsewhere, in one transaction. No label replaces another: what is there stays, and a row that
 * contradicts an earlier one of its source and time is told.
 *
 * @param counts is added to.
 */
export async function importLabels(
	store: Store,
	labels: readonly ImportedLabel[],
	from: { readonly datasetName: string; readonly source: string; readonly actor: string; readonly now?: Date },
	counts: ImportCounts,
): Promise<void> {
	const { datasetName, source, actor } = from;
	const at = timestamp(from.now);
	const work = async (transaction: StoreTransaction): Promise<void> => {
		for (let start = 0; start < labels.length; start += ROWS_PER_STATEMENT) {
			const chunk = labels.slice(start, start + ROWS_PER_STATEMENT);
			const keys = [...new Set(chunk.map(({ recordKey }) => recordKey))];
			const stored = await readStored(transaction, datasetName, source, keys);
			const records = await findRecords(transaction, datasetName, keys);
			const fresh: ImportedLabel[] = [];
			for (const label of chunk) {
				const place = `${label.knownAt} ${label.recordKey}`;
				const before = stored.get(place);
				if (before === label.label) counts.known += 1;
				else if (before !== undefined) counts.contradicting.push(label.row);
				else {
					fresh.push(label);
					stored.set(place, label.label);
				}
			}
			if (fresh.length === 0) continue;
			const values = fresh.map(({ recordKey, label, knownAt, reasonCode }) => ({
				dataset_name: datasetName,
				record_key: recordKey,
				label,
				source,
				reason_code: reasonCode,
				actor,
				known_at: knownAt,
				created_at: at,
			}));
			await transaction.insertInto('labels').values(values).execute();
			counts.added += fresh.length;
			counts.withoutRecord += fresh.filter(({ recordKey }) => !records.has(recordKey)).length;
		}
	};
	await patiently(store, work, 'labels');
}

/** Labels of the source by time and record. */
async function readStored(
	transaction: StoreTransaction,
	datasetName: string,
	source: string,
	keys: readonly string[],
): Promise<Map<string, LabelWord>> {
	const rows = await transaction
		.selectFrom('labels')
		.select(['record_key', 'known_at', 'label'])
		.where('dataset_name', '=', datasetName)
		.where('record_key', 'in', keys)
		.where('source', '=', source)
		.execute();
	return new Map(rows.map(({ record_key, known_at, label }) => [`${known_at} ${record_key}`, label]));
}

async function findRecords(
	transaction: StoreTransaction,
	datasetName: string,
	keys: readonly string[],
): Promise<Set<string>> {
	const rows = await transaction
		.selectFrom('datasets')
		.innerJoin('records', 'records.dataset_id', 'datasets.dataset_id')
		.select('records.record_key')
		.where('datasets.name', '=', datasetName)
		.where('records.record_key', 'in', keys)
		.execute();
	return new Set(rows.map(({ record_key }) => record_key));
}
