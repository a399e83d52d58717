import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import type { NewRecord } from '../../src/store/insert-records.ts';
import { beginStep } from '../../src/store/run-steps.ts';
import {
	type NewScore,
	publishRecords,
	publishScores,
	publishSyntheticRows,
	SCORE_COLUMNS,
	type ShardRef,
} from '../../src/store/shards.ts';
import type { Store } from '../../src/store/store.ts';
import { insertSyntheticTable } from '../../src/store/synthetic-tables.ts';
import { type SeededRun, seedRun } from '../../test/store/seeded-store.ts';

/** What is written, in its order. */
export const WRITTEN = ['records', 'scores with reasons', 'synthetic rows'] as const;

export interface StoreRun {
	/** `bare`: SQLite through the prepared statements of better-sqlite3 and nothing else. */
	readonly store: Store['dialect'] | 'bare';
	readonly what: (typeof WRITTEN)[number];
	readonly round: number;
	readonly rows: number;
	/** Of the text of the rows. */
	readonly bytes: number;
	readonly seconds: number;
	/** Time of a core: of this process, and of the server's process that writes. */
	readonly cpuSeconds: number;
}

export const SHARD_ROWS = 65_536;
/** Clock ticks a second of /proc (proc(5), sysconf(_SC_CLK_TCK)). */
const TICKS = 100;

/** Publishes rows in an empty database, shard by shard, as a run does. */
export async function publishRows(store: Store, rows: number, round: number): Promise<StoreRun[]> {
	const ids = await prepare(store, rows);
	const runs: StoreRun[] = [];
	for (const what of WRITTEN) {
		const begun = await beginStep(store, { runId: ids.runId, step: what, inputSha256: 'i'.repeat(64) });
		if (begun.state !== 'begun') throw new Error(`the step ${what} is finished`);
		let [bytes, seconds, cpuSeconds] = [0, 0, 0];
		for (let first = 1, shard = 0; first <= rows; first += SHARD_ROWS, shard++) {
			const count = Math.min(SHARD_ROWS, rows - first + 1);
			const publish = prepareShard(store, what, { ...begun.attempt, shard }, ids, first, count);
			const before = await readClock(store);
			await publish.write();
			const after = await readClock(store);
			bytes += publish.bytes;
			seconds += after.seconds - before.seconds;
			cpuSeconds += after.cpuSeconds - before.cpuSeconds;
		}
		runs.push({ store: store.dialect, what, round, rows, bytes, seconds, cpuSeconds });
	}
	return runs;
}

/**
 * Inserts the same scores by a prepared statement, a transaction for each shard, without the journal, the check of the
 * attempt and the hash of what is written; into the same table, whose records are there.
 *
 * @param path of an empty database, migrated
 */
export async function insertBare(store: Store, path: string, rows: number, round: number): Promise<StoreRun> {
	const ids = await prepare(store, rows);
	const { runId, datasetId, modelId } = ids;
	const begun = await beginStep(store, { runId, step: 'records', inputSha256: 'i'.repeat(64) });
	if (begun.state !== 'begun') throw new Error('the step is finished');
	const shards = Array.from({ length: Math.ceil(rows / SHARD_ROWS) }, (_, shard) => {
		const first = shard * SHARD_ROWS + 1;
		return { shard, first, count: Math.min(SHARD_ROWS, rows - first + 1) };
	});
	for (const { shard, first, count } of shards) {
		await prepareShard(store, 'records', { ...begun.attempt, shard }, ids, first, count).write();
	}
	await store.close();
	const database = new Database(path);
	database.pragma('synchronous = NORMAL');
	database.pragma('foreign_keys = ON');
	const places = SCORE_COLUMNS.map(() => '?').join(', ');
	const insert = database.prepare(`insert into scores (${SCORE_COLUMNS.join(', ')}) values (${places})`);
	const scoredAt = new Date().toISOString();
	let [bytes, seconds, cpuSeconds] = [0, 0, 0];
	for (const { first, count } of shards) {
		const scores = Array.from({ length: count }, (_, i) => makeScore(first + i));
		const keys = Array.from({ length: count }, (_, i) => makeRecord(first + i).key);
		bytes += scores.reduce((sum, { reasons }) => sum + reasons.length, 0);
		const [started, before] = [performance.now(), process.cpuUsage()];
		database.transaction(() => {
			for (const [i, one] of scores.entries()) {
				const { row_number, score, surprise, discriminator_output, p_value, severity, is_alert, reasons } = one;
				insert.run(
					...[runId, modelId, datasetId, row_number, keys[i], score, surprise, discriminator_output, p_value],
					...[severity, is_alert, reasons, scoredAt],
				);
			}
		})();
		seconds += (performance.now() - started) / 1000;
		const { user, system } = process.cpuUsage(before);
		cpuSeconds += (user + system) / 1e6;
	}
	database.close();
	return { store: 'bare', what: 'scores with reasons', round, rows, bytes, seconds, cpuSeconds };
}

type Ids = Omit<SeededRun, 'store'> & { readonly syntheticTableId: string };

async function prepare(store: Store, rows: number): Promise<Ids> {
	const run = await seedRun(store, rows);
	const { synthetic_table_id: syntheticTableId } = await insertSyntheticTable(store, {
		synthetic_table_id: 'synthetic-1',
		model_id: run.modelId,
		run_id: run.runId,
		rows,
		columns_json: '[]',
		conditions_json: '{}',
		seed: 1,
		created_at: new Date().toISOString(),
	});
	return { runId: run.runId, datasetId: run.datasetId, modelId: run.modelId, syntheticTableId };
}

function prepareShard(
	store: Store,
	what: StoreRun['what'],
	shard: ShardRef,
	ids: Ids,
	first: number,
	count: number,
): { readonly bytes: number; readonly write: () => Promise<unknown> } {
	const numbers = Array.from({ length: count }, (_, i) => first + i);
	const bytesOf = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
	if (what === 'scores with reasons') {
		const scores = numbers.map(makeScore);
		return {
			bytes: bytesOf(scores.map(({ reasons }) => reasons)),
			write: () => publishScores(store, { ...shard, ...ids }, scores),
		};
	}
	const records = numbers.map(makeRecord);
	const bytes = bytesOf(records.map(({ data_json }) => data_json));
	if (what === 'records') return { bytes, write: () => publishRecords(store, { ...shard, ...ids }, records) };
	return { bytes, write: () => publishSyntheticRows(store, { ...shard, ...ids }, records) };
}

/** A payment as the simulator writes it. */
export function makeRecord(row: number): NewRecord {
	const key = `P${String(row).padStart(9, '0')}`;
	const data = {
		payment_id: key,
		created_at: `2026-03-${String(1 + (row % 28)).padStart(2, '0')}T12:${String(row % 60).padStart(2, '0')}:00`,
		customer_id: `C${row % 9_001}`,
		merchant_id: `M${row % 701}`,
		merchant: `Café "${row % 701}"`,
		amount: (row * 7_919) % 100_000,
		currency: ['EUR', 'USD', 'GBP'][row % 3],
		country: ['DE', 'FR', 'ES', 'US'][row % 4],
		channel: row % 5 === 0 ? null : 'online',
	};
	return { row_number: row, key, data_json: JSON.stringify(data) };
}

/** Five reasons, as most rows have. */
export function makeScore(row: number): NewScore {
	const score = ((row * 7_919) % 1_000_003) / 1_000_003;
	const reasons = ['amount', 'merchant_id', 'country', 'created_at', null].map((column, i) => ({
		column,
		value: column === null ? null : String((row * (i + 3)) % 10_007),
		contribution: (score * (5 - i)) / 3,
		typical: '12.5 to 94.9',
	}));
	return {
		row_number: row,
		score,
		surprise: score * 17,
		discriminator_output: -score,
		p_value: 1 - score,
		severity: score > 0.99 ? 'critical' : 'low',
		is_alert: score > 0.99 ? 1 : 0,
		reasons: JSON.stringify(reasons),
	};
}

async function readClock(store: Store): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
	const { user, system } = process.cpuUsage();
	const server = store.dialect === 'sqlite' ? 0 : await readServerSeconds(store);
	return { seconds: performance.now() / 1_000, cpuSeconds: (user + system) / 1e6 + server };
}

/** Of the server's process for the one connection that writes; 0 where it runs elsewhere. */
async function readServerSeconds(store: Store): Promise<number> {
	const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(store.writer);
	try {
		const status = readFileSync(`/proc/${rows[0]?.pid}/stat`, 'utf8');
		// proc(5): utime and stime are fields 14 and 15; the name, field 2, is in brackets.
		const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
		return (Number(fields[11]) + Number(fields[12])) / TICKS;
	} catch {
		return 0;
	}
}
