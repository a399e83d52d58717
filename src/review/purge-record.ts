import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { CounterfoilError } from '../contracts/errors.ts';
import { requireDatasetName } from '../store/require-dataset-name.ts';
import { CHAIN_START } from '../store/review-chain.ts';
import type { Purge, ReviewItem } from '../store/review-database.ts';
import { takeRows } from '../store/row-locks.ts';
import type { Store, StoreTransaction } from '../store/store.ts';
import { timestamp } from '../store/timestamp.ts';
import { addHits } from './add-hits.ts';
import { type Actor, changeItems, type ItemChange } from './change-items.ts';
import { readCandidates } from './find-candidates.ts';
import { keyPattern } from './key-pattern.ts';
import { UNHELD } from './leases.ts';
import { patiently } from './patiently.ts';
import { readHits } from './read-hits.ts';

/** How many of each were removed, or made to say nothing (items, rejects). */
export interface PurgeCounts {
	readonly records: number;
	readonly scores: number;
	readonly labels: number;
	readonly items: number;
	readonly notes: number;
	readonly suppressions: number;
	/** Rejected rows whose raw text held the key. */
	readonly rejects: number;
}

export interface PurgedRecord extends PurgeCounts {
	readonly purgeId: number;
	/** Data sets that held it, whose stored shards are as they were. */
	readonly datasetIds: string[];
}

/**
 * Removes a record from the database in one transaction: the record, its scores, labels, notes, suppressions, and the
 * raw text of rejected rows that hold its key. Its review items stay as `purged-ITEM`, decided, with an event of the
 * kind `purged` in the log; other records of the same entity that had hit an open one get a new one. A row of `purges` says that something was removed, and nothing of what. The row is not
 * stored or scored again.
 *
 * @throws NOT_FOUND if nothing has the key.
 */
export async function purgeRecord(
	store: Store,
	options: Actor & { readonly recordKey: string; readonly datasetName?: string },
): Promise<PurgedRecord> {
	const { recordKey, datasetName, actor } = options;
	const at = timestamp(options.now);
	if (datasetName !== undefined) await requireDatasetName(store, datasetName);
	const datasets = await store.reader.selectFrom('datasets').select(['dataset_id', 'name']).execute();
	const meant = datasetName === undefined ? datasets : datasets.filter(({ name }) => name === datasetName);
	if (meant.length === 0) throw nothingThere();
	const ids = meant.map(({ dataset_id }) => dataset_id);
	const names = [...new Set(meant.map(({ name }) => name))];
	// What is deleted is overwritten with zeros in the file; PostgreSQL does so in time by itself.
	if (store.dialect === 'sqlite') await sql`pragma secure_delete = on`.execute(store.writer);
	const purge = async (transaction: StoreTransaction): Promise<PurgedRecord> => {
		const rows = await transaction
			.selectFrom('records')
			.select(['dataset_id', 'row_number'])
			.where('record_key', '=', recordKey)
			.where('dataset_id', 'in', ids)
			.execute();
		const counts = {
			...(await purgeItems(transaction, recordKey, names, { actor, at })),
			labels: await countDeleted(
				transaction.deleteFrom('labels').where('record_key', '=', recordKey).where('dataset_name', 'in', names),
			),
			suppressions: await countDeleted(
				transaction
					.deleteFrom('suppressions')
					.where('entity_key', '=', recordKey)
					.where('queue_id', 'in', (select) =>
						select.selectFrom('queues').select('queue_id').where('dataset_name', 'in', names),
					),
			),
			scores: await countDeleted(
				transaction.deleteFrom('scores').where('record_key', '=', recordKey).where('dataset_id', 'in', ids),
			),
			records: await countDeleted(
				transaction.deleteFrom('records').where('record_key', '=', recordKey).where('dataset_id', 'in', ids),
			),
			rejects: await clearRejects(transaction, recordKey, ids),
		};
		if (Object.values(counts).every((count) => count === 0)) throw nothingThere();
		const purgeId = await appendPurge(transaction, actor, at, counts);
		if (rows.length > 0) {
			// They only save questions, and are counted again as records come.
			await transaction.deleteFrom('repeated_keys').where('dataset_id', 'in', ids).execute();
			await transaction
				.insertInto('purged_rows')
				.values(rows.map((row) => ({ ...row, purge_id: purgeId })))
				.execute();
		}
		return { purgeId, datasetIds: [...new Set(rows.map(({ dataset_id }) => dataset_id))], ...counts };
	};
	const purged = await patiently(store, purge, 'review');
	// The log of the database holds pages as they were.
	if (store.dialect === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(store.writer);
	return purged;
}

/** SHA-256 (hex) of the JSON array of all columns but the hash itself, in the order of the table. */
export function hashPurge(purge: Omit<Purge, 'row_sha256'>): string {
	const columns = [purge.purge_id, purge.actor, purge.at, purge.counts_json, purge.prev_sha256];
	return createHash('sha256').update(JSON.stringify(columns)).digest('hex');
}

async function appendPurge(transaction: StoreTransaction, actor: string, at: string, counts: object): Promise<number> {
	const last = await transaction
		.selectFrom('purges')
		.select(['purge_id', 'row_sha256'])
		.orderBy('purge_id', 'desc')
		.limit(1)
		.executeTakeFirst();
	const unsigned = {
		purge_id: (last?.purge_id ?? 0) + 1,
		actor,
		at,
		counts_json: JSON.stringify(counts),
		prev_sha256: last?.row_sha256 ?? CHAIN_START,
	};
	await transaction
		.insertInto('purges')
		.values({ ...unsigned, row_sha256: hashPurge(unsigned) })
		.execute();
	return unsigned.purge_id;
}

async function purgeItems(
	transaction: StoreTransaction,
	recordKey: string,
	names: readonly string[],
	by: { readonly actor: string; readonly at: string },
): Promise<{ items: number; notes: number }> {
	const query = transaction
		.selectFrom('review_items')
		.selectAll()
		.where('queue_id', 'in', (select) =>
			select.selectFrom('queues').select('queue_id').where('dataset_name', 'in', names),
		)
		.where((where) => where.or([where('record_key', '=', recordKey), where('entity_key', '=', recordKey)]))
		.orderBy('item_id');
	const items = await takeRows(transaction, query).execute();
	const changes = items.map((item): ItemChange => {
		const closing = { state: 'decided', closed_at: by.at, snoozed_until: null, needs_second: 0, ...UNHELD } as const;
		return { item, kind: 'purged', set: item.state === 'decided' ? {} : closing };
	});
	await changeItems(transaction, changes, by);
	for (const { item_id } of items) {
		const nobody = `purged-${item_id}`;
		await transaction
			.updateTable('review_items')
			.set({ record_key: nobody, entity_key: nobody, amount: null, run_id: null, row_number: null })
			.where('item_id', '=', item_id)
			.execute();
	}
	for (const item of items) {
		const { state, entity_key } = item;
		if (state !== 'decided' && entity_key !== recordKey) await reopenOthers(transaction, item, recordKey, by);
	}
	const ids = items.map(({ item_id }) => item_id);
	const notes =
		ids.length === 0 ? 0 : await countDeleted(transaction.deleteFrom('review_notes').where('item_id', 'in', ids));
	return { items: items.length, notes };
}

/** The other records that have hit an item are looked at all the same: they get an item of their own. */
async function reopenOthers(
	transaction: StoreTransaction,
	{ item_id, queue_id, origin, weight }: ReviewItem,
	recordKey: string,
	by: { readonly actor: string; readonly at: string },
): Promise<void> {
	const all = await readHits(transaction, [item_id]);
	const hits = all.filter(({ record_key }) => record_key !== recordKey);
	if (hits.length === 0) return;
	const queue = await transaction
		.selectFrom('queues')
		.selectAll()
		.where('queue_id', '=', queue_id)
		.executeTakeFirstOrThrow();
	for (const runId of new Set(hits.map(({ run_id }) => run_id))) {
		const rows = hits.flatMap(({ run_id, row_number }) => (run_id === runId ? [row_number] : []));
		const candidates = await readCandidates(transaction, runId, queue, rows);
		await addHits(transaction, { queue, runId, ...by, origin, weight }, candidates);
	}
}

/** Takes the raw text from rejected rows that hold the key as a whole word. */
async function clearRejects(transaction: StoreTransaction, recordKey: string, ids: readonly string[]): Promise<number> {
	const pattern = `%${recordKey.replaceAll(/[\\%_]/g, '\\$&')}%`;
	const rows = await transaction
		.selectFrom('rejects')
		.select(['reject_id', 'raw_text'])
		.where('dataset_id', 'in', ids)
		.where(sql<boolean>`raw_text like ${pattern} escape '\\'`)
		.execute();
	const word = keyPattern(recordKey);
	const holding = rows.filter(({ raw_text }) => word.test(raw_text ?? ''));
	for (const { reject_id } of holding) {
		await transaction.updateTable('rejects').set({ raw_text: null }).where('reject_id', '=', reject_id).execute();
	}
	return holding.length;
}

async function countDeleted(query: {
	executeTakeFirst(): Promise<{ readonly numDeletedRows: bigint } | undefined>;
}): Promise<number> {
	return Number((await query.executeTakeFirst())?.numDeletedRows ?? 0n);
}

function nothingThere(): CounterfoilError {
	return new CounterfoilError('NOT_FOUND', 'Nothing in the database has this key.', {
		hint: 'keys are as in the column that --key named; those of repeated rows have a number behind',
	});
}
