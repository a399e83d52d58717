import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { getJson, putJson } from '../../src/artifacts/stored-json.ts';
import { joinBatches } from '../../src/compute/join-batches.ts';
import type { TaskEnvironment } from '../../src/compute/task-environment.ts';
import { addHistoryTask } from '../../src/compute/tasks/add-history-task.ts';
import type { TableHistory } from '../../src/contracts/history.ts';
import type { ShardRef } from '../../src/contracts/manifest.ts';
import type { AddHistoryOutput, ArtifactRef } from '../../src/contracts/pipeline.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import { type Cells, cellText, type TableBatch } from '../../src/contracts/table.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { mergeProfiles } from '../../src/features/merge-profiles.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { decodeShard, encodeShard } from '../../src/ingest/arrow-shard.ts';
import { simulatePayments } from '../../src/simulate/simulate-payments.ts';

const config = { ...DEFAULT_CONFIG, entity: ['customer_id', 'merchant_id'], time: 'created_at' };

function payments(): TableBatch {
	const batches = [...simulatePayments({ seed: 5, rows: 1000, customers: 40, merchants: 60 })];
	const seen = new Set<string | null>();
	return joinBatches(
		batches.map((batch) => {
			const times = batch.columns[batch.names.indexOf('created_at')] as Cells;
			// Payments of the same second would be told apart by their order in the table.
			const isFirst = (row: number) => !seen.has(cellText(times, row)) && seen.add(cellText(times, row)) === seen;
			return { batch, rows: Int32Array.from({ length: batch.rows }, (_, row) => row).filter(isFirst) };
		}),
	);
}

async function environmentFor(context: TestContext): Promise<TaskEnvironment> {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-history-'));
	context.after(() => rmSync(folder, { recursive: true, force: true }));
	return { artifacts: await openFileStore(folder), backend: 'auto', previous: null, report: () => undefined };
}

/** Stores rows of a table in shards of the given size. */
async function store({ artifacts }: TaskEnvironment, table: TableBatch, rows: Int32Array, rowsPerShard: number) {
	const shards: ShardRef[] = [];
	const batches: TableBatch[] = [];
	for (let firstRow = 0; firstRow < rows.length; firstRow += rowsPerShard) {
		const batch = joinBatches([{ batch: table, rows: rows.subarray(firstRow, firstRow + rowsPerShard) }]);
		batches.push(batch);
		shards.push({ ...(await artifacts.put(encodeShard(batch), { extension: 'arrow' })), firstRow, rows: batch.rows });
	}
	const profile = finishProfile(mergeProfiles(batches.map(profileBatch)), { key: 'payment_id' });
	return {
		manifest: await putJson(artifacts, { names: table.names, rows: rows.length, shards }),
		profile: await putJson(artifacts, profile),
	};
}

/** [rows][columns] of a history, in the order of its table. */
async function readHistory({ artifacts }: TaskEnvironment, output: AddHistoryOutput): Promise<number[][]> {
	const { shards } = await getJson<TableHistory>(artifacts, output.rows);
	const lines: number[][] = [];
	for (const shard of shards) {
		const batch = decodeShard(await artifacts.get(shard.uri));
		for (let row = 0; row < batch.rows; row++) {
			lines.push(batch.columns.map((cells) => (cells.type === 'number' ? (cells.values[row] as number) : Number.NaN)));
		}
	}
	return lines;
}

function input(
	table: { readonly manifest: ArtifactRef; readonly profile: ArtifactRef },
	fitted: ArtifactRef | null = null,
) {
	return { runId: 'r', seed: 1, config, ...table, fitted };
}

test('shuffled over many shards, each row has the history that it has in a table in order', async (t) => {
	const environment = await environmentFor(t);
	const table = payments();
	const { rows } = table;
	const inOrder = Int32Array.from({ length: rows }, (_, row) => row);
	const whole = await addHistoryTask(input(await store(environment, table, inOrder, rows)), environment);
	const expected = await readHistory(environment, whole);
	const shuffled = createRandom(3).shuffle(inOrder.slice());
	const scattered = await addHistoryTask(input(await store(environment, table, shuffled, 128)), environment);
	const found = await readHistory(environment, scattered);
	assert.equal(found.length, rows);
	// Payments of the same second are in the order of the table, whatever that is: none here.
	for (const [at, row] of shuffled.entries()) assert.deepEqual(found[at], expected[row], `row ${row}`);
});

test('later data goes on from the training table, the training table itself does not', async (t) => {
	const environment = await environmentFor(t);
	const table = payments();
	const { rows } = table;
	const all = Int32Array.from({ length: rows }, (_, row) => row);
	const expected = await readHistory(
		environment,
		await addHistoryTask(input(await store(environment, table, all, 200)), environment),
	);
	const training = await store(environment, table, all.subarray(0, 700), 200);
	const fitted = await addHistoryTask(input(training), environment);
	assert.equal(fitted.continued, false);

	const later = await store(environment, table, all.subarray(700), 64);
	const continued = await addHistoryTask(input(later, fitted.fitted), environment);
	assert.equal(continued.continued, true);
	assert.equal(continued.fitted, fitted.fitted);
	assert.deepEqual(await readHistory(environment, continued), expected.slice(700));

	const again = await addHistoryTask(input(training, fitted.fitted), environment);
	assert.equal(again.continued, false);
	assert.deepEqual(await readHistory(environment, again), expected.slice(0, 700));
});
