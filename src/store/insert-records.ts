import { hash } from 'node:crypto';
import { numberKeys, repeatedText } from './number-keys.ts';
import type { Bindable, BulkRows, BulkTransaction, StoreTransaction } from './store.ts';

export interface NewRecord {
	/** Number of the row within the data set, from 1 without gaps. */
	readonly row_number: number;
	/** Text of the key column; null where it is missing, or if there is no key column. */
	readonly key: string | null;
	/** The cells as the text of a JSON object. */
	readonly data_json: string;
}

export type KeyedContent = NewRecord & {
	/** SHA-256 of the cells. */
	readonly content: string;
};

/** Keys of one `in (...)`, or rows of one `values`, well below the limit of parameters. */
const KEYS_PER_QUERY = 1_000;

/** Inserts records that follow those of the data set, each with a key that no other has (see `numberKeys`). */
export async function insertRecords(
	bulk: BulkTransaction,
	datasetId: string,
	rows: readonly KeyedContent[],
): Promise<void> {
	const { transaction } = bulk;
	const known = await readRepeated(transaction, datasetId, rows);
	const withKeys = (keys: readonly string[]): BulkRows => ({
		table: 'records',
		columns: ['dataset_id', 'row_number', 'record_key', 'content_sha256', 'data_json'],
		rows: recordValues(datasetId, rows, keys),
	});
	// Most keys are new, and to find out by inserting is cheaper than to ask before.
	let numbered = await numberKeys(rows, async () => [], known);
	if (!(await bulk.insertUnlessTaken(withKeys(numbered.keys)))) {
		numbered = await numberKeys(rows, (keys) => findTaken(transaction, datasetId, keys), known);
		await bulk.insert(withKeys(numbered.keys));
	}
	await writeRepeated(transaction, datasetId, numbered.repeated);
}

function* recordValues(
	datasetId: string,
	rows: readonly KeyedContent[],
	keys: readonly string[],
): Generator<Bindable[]> {
	for (const [i, row] of rows.entries()) {
		yield [datasetId, row.row_number, keys[i] as string, row.content, row.data_json];
	}
}

async function findTaken(
	transaction: StoreTransaction,
	datasetId: string,
	keys: readonly string[],
): Promise<readonly string[]> {
	const taken: string[] = [];
	for (let start = 0; start < keys.length; start += KEYS_PER_QUERY) {
		const found = await transaction
			.selectFrom('records')
			.select('record_key')
			.where('dataset_id', '=', datasetId)
			.where('record_key', 'in', keys.slice(start, start + KEYS_PER_QUERY))
			.execute();
		for (const { record_key } of found) taken.push(record_key);
	}
	return taken;
}

/** Occurrences of those of the rows' keys that were repeated among the records before. */
async function readRepeated(
	transaction: StoreTransaction,
	datasetId: string,
	rows: readonly KeyedContent[],
): Promise<ReadonlyMap<string, number>> {
	const any = await transaction
		.selectFrom('repeated_keys')
		.select('key_hash')
		.where('dataset_id', '=', datasetId)
		.limit(1)
		.executeTakeFirst();
	if (any === undefined) return new Map();
	const texts = new Map(rows.map((row) => [hashOf(repeatedText(row)), repeatedText(row)]));
	const hashes = [...texts.keys()];
	const known = new Map<string, number>();
	for (let start = 0; start < hashes.length; start += KEYS_PER_QUERY) {
		const found = await transaction
			.selectFrom('repeated_keys')
			.select(['key_hash', 'occurrences'])
			.where('dataset_id', '=', datasetId)
			.where('key_hash', 'in', hashes.slice(start, start + KEYS_PER_QUERY))
			.execute();
		for (const { key_hash, occurrences } of found) known.set(texts.get(key_hash) as string, occurrences);
	}
	return known;
}

async function writeRepeated(
	transaction: StoreTransaction,
	datasetId: string,
	repeated: ReadonlyMap<string, number>,
): Promise<void> {
	const all = [...repeated].map(([text, occurrences]) => ({
		dataset_id: datasetId,
		key_hash: hashOf(text),
		occurrences,
	}));
	for (let start = 0; start < all.length; start += KEYS_PER_QUERY) {
		await transaction
			.insertInto('repeated_keys')
			.values(all.slice(start, start + KEYS_PER_QUERY))
			.onConflict((conflict) =>
				conflict
					.columns(['dataset_id', 'key_hash'])
					.doUpdateSet((update) => ({ occurrences: update.ref('excluded.occurrences') })),
			)
			.execute();
	}
}

/** The text itself may hold personal data, or what no database takes for text. */
function hashOf(text: string): string {
	return hash('sha256', text).slice(0, 32);
}
