import { createHash, hash } from 'node:crypto';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Flag, RunShard, Severity } from './database.ts';
import { type StepAttempt, staleAttempt } from './run-steps.ts';
import type { Bindable, BulkTransaction, Store } from './store.ts';
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

export interface NewRecord {
	/** Number of the row within the data set, from 1 without gaps. */
	readonly row_number: number;
	/** Text of the key column; null where it is missing, or if there is no key column. */
	readonly key: string | null;
	/** The cells as the text of a JSON object. */
	readonly data_json: string;
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
	const contents = new Map(rows.map((row) => [row, hash('sha256', row.data_json)]));
	const hashRecord = (row: NewRecord): string => `${row.row_number}\t${JSON.stringify(row.key)}\t${contents.get(row)}`;
	return publishShard(store, shard, rows, hashRecord, (bulk) => {
		const last =
			bulk.prepareRead<{ last: number | null }>('select max(row_number) as last from records where dataset_id = ?')([
				datasetId,
			])?.last ?? 0;
		const first = rows[0]?.row_number ?? 1;
		if (first > last + 1) {
			throw new CounterfoilError('RUN_STATE', 'The rows before this shard are not stored yet.', {
				where: `data set ${datasetId}, row ${first}`,
			});
		}
		const findStored = bulk.prepareRead<{ content_sha256: string }>(
			'select content_sha256 from records where dataset_id = ? and row_number = ?',
		);
		// Changes nothing where the key is taken; cheaper than to ask before.
		const insert = bulk.prepareWrite(
			`insert into records (dataset_id, row_number, record_key, content_sha256, data_json) values (?, ?, ?, ?, ?)
			on conflict (dataset_id, record_key) do nothing`,
		);
		const occurrences = new Map<string, number>();
		return (row) => {
			const content = contents.get(row) as string;
			if (row.row_number <= last) {
				if (findStored([datasetId, row.row_number])?.content_sha256 === content) return 1;
				throw new CounterfoilError('RUN_STATE', 'The row was stored before with other content.', {
					where: `data set ${datasetId}, row ${row.row_number}`,
				});
			}
			const firstKey = row.key ?? `${content.slice(0, 16)}-1`;
			let occurrence = (occurrences.get(firstKey) ?? 0) + 1;
			while (insert([datasetId, row.row_number, recordKey(row, content, occurrence), content, row.data_json]) === 0) {
				occurrence += 1;
			}
			occurrences.set(firstKey, occurrence);
			return 1;
		};
	});
}

function recordKey(row: NewRecord, content: string, occurrence: number): string {
	if (row.key === null) return `${content.slice(0, 16)}-${occurrence}`;
	return occurrence === 1 ? row.key : `${row.key}#${occurrence}`;
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
	return publishShard(store, shard, rows, hashScore, (bulk) => {
		const insert = bulk.prepareWrite(
			`insert into scores (run_id, model_id, dataset_id, row_number, record_key, score, surprise,
				discriminator_output, p_value, severity, is_alert, reasons, scored_at)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		);
		const keys = readRecordKeys(bulk, datasetId, rows);
		return (row) => {
			const key = keys.get(row.row_number);
			if (key === undefined) return 0;
			return insert([
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
			]);
		};
	});
}

/** Keys of the records of a shard by row number, read in one go. */
function readRecordKeys(bulk: BulkTransaction, datasetId: string, rows: readonly NewScore[]): Map<number, string> {
	const keys = new Map<number, string>();
	const first = rows[0]?.row_number ?? 0;
	const last = rows.at(-1)?.row_number ?? 0;
	const read = bulk.prepareReadAll<{ row_number: number; record_key: string }>(
		'select row_number, record_key from records where dataset_id = ? and row_number between ? and ?',
	);
	for (const record of read([datasetId, first, last])) keys.set(record.row_number, record.record_key);
	return keys;
}

/** Stores generated rows of a table in `synthetic_tables`. @throws STALE_ATTEMPT */
export function publishSyntheticRows(
	store: Store,
	shard: ShardRef & { readonly syntheticTableId: string },
	rows: readonly NewSyntheticRow[],
): Promise<PublishedShard> {
	return publishShard(store, shard, rows, hashSyntheticRow, (bulk) => {
		const insert = bulk.prepareWrite(
			'insert into synthetic_rows (synthetic_table_id, row_number, data_json) values (?, ?, ?)',
		);
		return (row) => insert([shard.syntheticTableId, row.row_number, row.data_json]);
	});
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

/** Writes the rows of a shard with the statements that `prepare` makes, and its row of the journal. */
export function publishShard<Row extends { readonly row_number: number }>(
	store: Store,
	shard: ShardRef,
	rows: readonly Row[],
	hashRow: (row: Row) => string,
	prepare: (bulk: BulkTransaction) => (row: Row) => number,
): Promise<PublishedShard> {
	const contentSha256 = hashRows(rows, hashRow);
	const where = `run ${shard.runId}, step ${shard.step}, shard ${shard.shard}`;
	return store.engine.bulk((bulk) => {
		requireLatestAttempt(bulk, shard);
		const committed = bulk.prepareRead<{ content_sha256: string }>(
			'select content_sha256 from run_shards where run_id = ? and step = ? and shard_number = ?',
		)([shard.runId, shard.step, shard.shard]);
		if (committed !== undefined) {
			if (committed.content_sha256 === contentSha256) return { rows: rows.length, contentSha256, written: false };
			throw new CounterfoilError('RUN_STATE', 'The shard was committed before with other content.', { where });
		}
		const write = prepare(bulk);
		for (const row of rows) {
			if (write(row) === 1) continue;
			throw new CounterfoilError('RUN_STATE', 'The row is not among the records of the data set.', {
				where: `${where}, row ${row.row_number}`,
			});
		}
		const journal: Bindable[] = [
			shard.runId,
			shard.step,
			shard.shard,
			shard.attempt,
			rows[0]?.row_number ?? 0,
			rows.length,
			contentSha256,
			timestamp(),
		];
		bulk.prepareWrite(
			`insert into run_shards (run_id, step, shard_number, attempt, first_row, row_count, content_sha256,
				committed_at) values (?, ?, ?, ?, ?, ?, ?, ?)`,
		)(journal);
		return { rows: rows.length, contentSha256, written: true };
	});
}

/** @throws STALE_ATTEMPT; RUN_STATE if the step has not begun. */
export function requireLatestAttempt(bulk: BulkTransaction, attempt: StepAttempt): void {
	const { runId, step } = attempt;
	const stored = bulk.prepareRead<{ attempt: number; status: string }>(
		'select attempt, status from run_steps where run_id = ? and step = ?',
	)([runId, step]);
	if (stored === undefined) {
		throw new CounterfoilError('RUN_STATE', 'The step has not begun.', { where: `run ${runId}, step ${step}` });
	}
	if (stored.attempt !== attempt.attempt || stored.status !== 'running') throw staleAttempt(attempt);
}

/** Length of the text that is hashed at once: an update per row costs more than the hashing itself. */
const HASHED_TEXT_LENGTH = 64 * 1024;

function hashRows<Row>(rows: readonly Row[], hashRow: (row: Row) => string): string {
	const digest = createHash('sha256');
	let text = '';
	for (const row of rows) {
		text += `${hashRow(row)}\n`;
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
