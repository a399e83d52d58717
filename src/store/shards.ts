import { createHash, hash } from 'node:crypto';
import { CounterfoilError } from '../contracts/errors.ts';
import type { RunShard } from './database.ts';
import { insertRecords, type KeyedContent, type NewRecord } from './insert-records.ts';
import { takeTurn } from './row-locks.ts';
import { type StepAttempt, staleAttempt, turnOfStep } from './run-steps.ts';
import type { Bindable, BulkTransaction, Store, StoreTransaction } from './store.ts';
import type { Flag, Severity } from './stored-words.ts';
import { timestamp } from './timestamp.ts';

/**
 * Rows are stored shard by shard: the rows and the journal row of a shard are committed together, and only
 * by the latest attempt of the step. A shard that is already committed is left as it is, so that a step
 * which is done again after a crash writes nothing twice.
 */
export interface ShardRef extends StepAttempt {
	/** Number of the shard within the step, from 0. */
	readonly shard: number;
}

export interface PublishedShard {
	/** Rows of the shard. */
	readonly rows: number;
	/** Hash of the rows. */
	readonly contentSha256: string;
	/** False if the shard had been committed before. */
	readonly written: boolean;
}

export interface NewScore {
	readonly row_number: number;
	readonly score: number;
	readonly surprise: number;
	readonly discriminator_output: number | null;
	readonly p_value: number | null;
	readonly severity: Severity;
	readonly is_alert: Flag;
	/** Text of a JSON array. */
	readonly reasons: string;
}

export interface NewSyntheticRow {
	/** Number of the row within the table, from 1. */
	readonly row_number: number;
	/** The cells as the text of a JSON object. */
	readonly data_json: string;
}

/**
 * Stores real rows. The shards of a data set must come in order, because the number of an occurrence (see
 * `record_key` in the schema) counts the rows before. Rows that an earlier run has stored are left alone.
 *
 * @throws STALE_ATTEMPT; RUN_STATE if rows are missing before these, or were stored with other content.
 */
export function publishRecords(
	store: Store,
	shard: ShardRef & { readonly datasetId: string },
	rows: readonly NewRecord[],
): Promise<PublishedShard> {
	const { datasetId } = shard;
	const contents = rows.map((row) => hash('sha256', row.data_json));
	const hashRecord = (row: NewRecord, i: number): string =>
		`${row.row_number}\t${JSON.stringify(row.key)}\t${contents[i]}`;
	return publishShard(store, shard, rows, hashRecord, async (bulk) => {
		const { transaction } = bulk;
		await takeTurn(transaction, `records ${datasetId}`);
		const last = await readLastRow(transaction, datasetId);
		const first = rows[0]?.row_number ?? 1;
		if (first > last + 1) {
			throw new CounterfoilError('RUN_STATE', 'The rows before this shard are not stored yet.', {
				where: `data set ${datasetId}, row ${first}`,
			});
		}
		const stored = first > last ? null : await readStored(transaction, datasetId, rows, 'content_sha256');
		const purged = await readPurged(transaction, datasetId, rows);
		const fresh: KeyedContent[] = [];
		for (const [i, row] of rows.entries()) {
			const content = contents[i] as string;
			if (purged.has(row.row_number)) continue;
			if (row.row_number > last) fresh.push({ ...row, content });
			else if (stored?.get(row.row_number) !== content) {
				throw new CounterfoilError('RUN_STATE', 'The row was stored before with other content.', {
					where: `data set ${datasetId}, row ${row.row_number}`,
				});
			}
		}
		await insertRecords(bulk, datasetId, fresh);
	});
}

/**
 * Stores the scores of rows that `publishRecords` has stored.
 *
 * @throws STALE_ATTEMPT; RUN_STATE if a row is not among the records of the data set.
 */
export function publishScores(
	store: Store,
	shard: ShardRef & { readonly datasetId: string; readonly modelId: string },
	rows: readonly NewScore[],
): Promise<PublishedShard> {
	const { runId, datasetId, modelId } = shard;
	const scoredAt = timestamp();
	return publishShard(store, shard, rows, hashScore, async (bulk) => {
		const keys = await readStored(bulk.transaction, datasetId, rows, 'record_key');
		const purged = await readPurged(bulk.transaction, datasetId, rows);
		function* values(): Generator<Bindable[]> {
			for (const row of rows) {
				if (purged.has(row.row_number)) continue;
				const key = keys.get(row.row_number);
				if (key === undefined) {
					throw new CounterfoilError('RUN_STATE', 'The row is not among the records of the data set.', {
						where: `data set ${datasetId}, row ${row.row_number}`,
					});
				}
				yield [
					runId,
					modelId,
					datasetId,
					row.row_number,
					key,
					row.score,
					row.surprise,
					row.discriminator_output,
					row.p_value,
					row.severity,
					row.is_alert,
					row.reasons,
					scoredAt,
				];
			}
		}
		await bulk.insert({ table: 'scores', columns: SCORE_COLUMNS, rows: values() });
	});
}

/** Columns of a score in the order of the table. */
export const SCORE_COLUMNS = [
	'run_id',
	'model_id',
	'dataset_id',
	'row_number',
	'record_key',
	'score',
	'surprise',
	'discriminator_output',
	'p_value',
	'severity',
	'is_alert',
	'reasons',
	'scored_at',
] as const;

/** A column of the stored records of a shard by row number, read in one go. */
async function readStored(
	transaction: StoreTransaction,
	datasetId: string,
	rows: readonly { readonly row_number: number }[],
	column: 'record_key' | 'content_sha256',
): Promise<Map<number, string>> {
	const stored = await transaction
		.selectFrom('records')
		.select(['row_number', `${column} as value`])
		.where('dataset_id', '=', datasetId)
		.where('row_number', '>=', rows[0]?.row_number ?? 0)
		.where('row_number', '<=', rows.at(-1)?.row_number ?? 0)
		.execute();
	return new Map(stored.map(({ row_number, value }) => [row_number, value]));
}

/** Rows of a shard whose record was removed on request. */
async function readPurged(
	transaction: StoreTransaction,
	datasetId: string,
	rows: readonly { readonly row_number: number }[],
): Promise<Set<number>> {
	const purged = await transaction
		.selectFrom('purged_rows')
		.select('row_number')
		.where('dataset_id', '=', datasetId)
		.where('row_number', '>=', rows[0]?.row_number ?? 0)
		.where('row_number', '<=', rows.at(-1)?.row_number ?? 0)
		.execute();
	return new Set(purged.map(({ row_number }) => row_number));
}

/** The number of the last record of a data set, 0 if it has none; one that was removed counts. */
async function readLastRow(transaction: StoreTransaction, datasetId: string): Promise<number> {
	const lasts: number[] = [0];
	for (const table of ['records', 'purged_rows'] as const) {
		const { last } = await transaction
			.selectFrom(table)
			.select((select) => select.fn.max('row_number').as('last'))
			.where('dataset_id', '=', datasetId)
			.executeTakeFirstOrThrow();
		lasts.push(last ?? 0);
	}
	return Math.max(...lasts);
}

/** Stores generated rows of a table in `synthetic_tables`. @throws STALE_ATTEMPT */
export function publishSyntheticRows(
	store: Store,
	shard: ShardRef & { readonly syntheticTableId: string },
	rows: readonly NewSyntheticRow[],
): Promise<PublishedShard> {
	return publishShard(store, shard, rows, hashSyntheticRow, (bulk) =>
		bulk.insert({
			table: 'synthetic_rows',
			columns: ['synthetic_table_id', 'row_number', 'data_json'],
			rows: rows.map((row) => [shard.syntheticTableId, row.row_number, row.data_json]),
		}),
	);
}

/** Shards of a step that are committed, by number. */
export async function listShards(store: Store, runId: string, step: string): Promise<RunShard[]> {
	return await store.writer
		.selectFrom('run_shards')
		.selectAll()
		.where('run_id', '=', runId)
		.where('step', '=', step)
		.orderBy('shard_number')
		.execute();
}

/** Writes the rows of a shard by `write`, and its row of the journal. */
export function publishShard<Row extends { readonly row_number: number }>(
	store: Store,
	shard: ShardRef,
	rows: readonly Row[],
	hashRow: (row: Row, i: number) => string,
	write: (bulk: BulkTransaction) => Promise<void>,
): Promise<PublishedShard> {
	const contentSha256 = hashRows(rows, hashRow);
	return store.engine.bulk(async (bulk) => {
		const { transaction } = bulk;
		await requireLatestAttempt(transaction, shard);
		const committed = await transaction
			.selectFrom('run_shards')
			.select('content_sha256')
			.where('run_id', '=', shard.runId)
			.where('step', '=', shard.step)
			.where('shard_number', '=', shard.shard)
			.executeTakeFirst();
		if (committed !== undefined) {
			if (committed.content_sha256 === contentSha256) return { rows: rows.length, contentSha256, written: false };
			throw new CounterfoilError('RUN_STATE', 'The shard was committed before with other content.', {
				where: `run ${shard.runId}, step ${shard.step}, shard ${shard.shard}`,
			});
		}
		await write(bulk);
		await transaction
			.insertInto('run_shards')
			.values({
				run_id: shard.runId,
				step: shard.step,
				shard_number: shard.shard,
				attempt: shard.attempt,
				first_row: rows[0]?.row_number ?? 0,
				row_count: rows.length,
				content_sha256: contentSha256,
				committed_at: timestamp(),
			})
			.execute();
		return { rows: rows.length, contentSha256, written: true };
	});
}

/**
 * Keeps newer attempts of the step from beginning until the transaction is over.
 *
 * @throws STALE_ATTEMPT; RUN_STATE if the step has not begun.
 */
export async function requireLatestAttempt(transaction: StoreTransaction, attempt: StepAttempt): Promise<void> {
	const { runId, step } = attempt;
	await takeTurn(transaction, turnOfStep(attempt));
	const stored = await transaction
		.selectFrom('run_steps')
		.select(['attempt', 'status'])
		.where('run_id', '=', runId)
		.where('step', '=', step)
		.executeTakeFirst();
	if (stored === undefined) {
		throw new CounterfoilError('RUN_STATE', 'The step has not begun.', { where: `run ${runId}, step ${step}` });
	}
	if (stored.attempt !== attempt.attempt || stored.status !== 'running') throw staleAttempt(attempt);
}

/** Length of the text that is hashed at once: an update per row costs more than the hashing itself. */
const HASHED_TEXT_LENGTH = 64 * 1024;

function hashRows<Row>(rows: readonly Row[], hashRow: (row: Row, i: number) => string): string {
	const digest = createHash('sha256');
	let text = '';
	for (let i = 0; i < rows.length; i++) {
		text += `${hashRow(rows[i] as Row, i)}\n`;
		if (text.length < HASHED_TEXT_LENGTH) continue;
		digest.update(text);
		text = '';
	}
	return digest.update(text).digest('hex');
}

function hashScore(row: NewScore): string {
	return `${row.row_number}\t${row.score}\t${row.surprise}\t${row.discriminator_output}\t${row.p_value}\t${row.severity}\t${row.is_alert}\t${row.reasons}`;
}

function hashSyntheticRow(row: NewSyntheticRow): string {
	return `${row.row_number}\t${row.data_json}`;
}
