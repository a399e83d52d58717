import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { putJson } from '../../src/artifacts/stored-json.ts';
import { type ComparedTables, loadCompared } from '../../src/compute/load-compared.ts';
import { isHeldOut } from '../../src/compute/row-split.ts';
import type { Condition } from '../../src/contracts/conditions.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { encodeShard } from '../../src/ingest/arrow-shard.ts';
import { cells, tableOf } from '../features/table-of.ts';

const ROWS = 1000;
const SEED = 7;
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-compared-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const artifacts = await openFileStore(folder);

// The number of the row tells which rows were loaded; 1 row in 50 is rare.
const real = tableOf({
	row: cells(ROWS, (row) => row + 0.5),
	kind: cells(ROWS, (row) => (row % 50 === 0 ? 'rare' : row % 2 === 0 ? 'even' : 'odd')),
});
const made = tableOf({ row: cells(60, (row) => row + 0.25), kind: cells(60, () => 'even') });
const stored = async (batch: typeof real) => {
	const shard = await artifacts.put(encodeShard(batch), { extension: 'arrow' });
	return putJson(artifacts, {
		names: batch.names,
		rows: batch.rows,
		shards: [{ ...shard, firstRow: 0, rows: batch.rows }],
	});
};
const profile = finishProfile(profileBatch(real), {});
const specs = fitFeatures(profile, [real]);
const manifest = await stored(real);
const synthetic = await stored(made);
const model = { profile: await putJson(artifacts, profile) };

function load(conditions: readonly Condition[] = [], mostRows = ROWS): Promise<ComparedTables> {
	return loadCompared(artifacts, { manifest, model, synthetic, seed: SEED, conditions }, specs, mostRows);
}

function rowsOf(table: ComparedTables['training']): number[] {
	const [column] = table.columns;
	assert.ok(column?.type === 'numeric');
	return [...column.values].map((value) => value - 0.5);
}

const where = (level: string): Condition[] => [{ column: 'kind', operator: '=', values: [level] }];

test('rows are training rows or held out by the seed of the training, each once', async () => {
	const { training, heldOut, synthetic: generated } = await load();
	assert.ok(rowsOf(heldOut).every((row) => isHeldOut(row, SEED, ROWS)));
	assert.deepEqual(
		[...rowsOf(training), ...rowsOf(heldOut)].sort((a, b) => a - b),
		Array.from({ length: ROWS }, (_, row) => row),
	);
	assert.equal(generated.rows, 60);
	assert.deepEqual(rowsOf(generated).slice(0, 2), [-0.25, 0.75]);
});

test('rows asked for by conditions are compared with real rows that meet them', async () => {
	const { training, heldOut } = await load(where('even'));
	assert.ok(heldOut.rows >= 20);
	for (const row of [...rowsOf(training), ...rowsOf(heldOut)]) assert.ok(row % 2 === 0 && row % 50 !== 0, String(row));
	assert.equal(training.rows + heldOut.rows, 480);
});

test('with too few held-out rows that meet the conditions, all rows are compared', async () => {
	const { training, heldOut } = await load(where('rare'));
	assert.equal(training.rows + heldOut.rows, ROWS);
});

test('large tables are sampled, the same rows each time', async () => {
	const { training } = await load([], 200);
	assert.ok(training.rows > 120 && training.rows < 260, String(training.rows));
	assert.deepEqual(rowsOf(training), rowsOf((await load([], 200)).training));
});
