import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { getJson } from '../../src/artifacts/stored-json.ts';
import { ingestContained } from '../../src/compute/ingest-contained.ts';
import { readRejects } from '../../src/compute/read-rejects.ts';
import { readRawShard } from '../../src/compute/read-shards.ts';
import type { ComputeSettings } from '../../src/compute/run-task.ts';
import type { TableManifest } from '../../src/contracts/manifest.ts';
import type { ArtifactRef } from '../../src/contracts/pipeline.ts';
import { DEFAULT_CONFIG, type InputLimits } from '../../src/contracts/run-config.ts';
import type { PartialProfile } from '../../src/features/profile-batch.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-contained-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const artifactRoot = join(folder, 'artifacts');

function ingest(source: string, limits: Partial<InputLimits>, settings: Partial<ComputeSettings> = {}) {
	const input = { runId: 'r', seed: 1, config: { ...DEFAULT_CONFIG, maxRejectShare: 1, limits }, source };
	const context = {
		step: 'ingest',
		attempt: 1,
		previous: null,
		signal: new AbortController().signal,
		report: () => undefined,
	};
	return ingestContained(input, context, { artifactRoot, backend: 'auto', ...settings });
}

const MANY = 400_000_000;

test('a file that takes more memory than it may is left out, and the others are read', async () => {
	const table = join(folder, 'table');
	mkdirSync(table);
	writeFileSync(join(table, 'a.jsonl'), '{"n":1}\n');
	writeFileSync(join(table, 'b.jsonl'), `{"n":"${'x'.repeat(150_000_000)}"}`);
	writeFileSync(join(table, 'c.jsonl'), '{"n":3}\n');
	const limits = { recordBytes: MANY, memoryMb: 256 };
	const output = await ingest(table, limits);
	assert.deepEqual([output.rowsLoaded, output.rowsRejected], [2, 1]);
	const artifacts = await openFileStore(artifactRoot);
	const manifest = await getJson<TableManifest>(artifacts, output.manifest);
	const [reject] = await readRejects(artifacts, manifest.source?.rejects ?? []);
	assert.equal(reject?.file, join(table, 'b.jsonl'));
	assert.match(reject?.message ?? '', /INPUT_UNSAFE.*more than 256 MB of memory/);
	await assert.rejects(ingest(join(table, 'b.jsonl'), limits), {
		code: 'INPUT_UNSAFE',
		where: join(table, 'b.jsonl'),
		message: /more than 256 MB/,
	});
});

test('nothing is kept of a file that cannot be read to its end, not even in the statistics', async () => {
	const table = join(folder, 'cut');
	mkdirSync(table);
	const rows = Array.from({ length: 200_000 }, (_, i) => `${(i * 7_919) % 1_000_003}\n`);
	writeFileSync(join(table, 'a.csv'), 'n\n-1\n');
	writeFileSync(join(table, 'b.csv.gz'), gzipSync(`n\n${rows.join('')}`).subarray(0, -1_000));
	writeFileSync(join(table, 'c.csv'), 'n\n-2\n');
	const output = await ingest(table, {});
	const artifacts = await openFileStore(artifactRoot);
	const manifest = await getJson<TableManifest>(artifacts, output.manifest);
	const shards = await Promise.all(manifest.shards.map((shard) => readRawShard(artifacts, shard)));
	assert.deepEqual([manifest.rows, manifest.source?.rowsTotal, manifest.source?.rowsRejected], [2, 3, 1]);
	assert.deepEqual(
		manifest.shards.map(({ firstRow, rows: count }) => [firstRow, count]),
		shards.map(({ rows: count }, i) => [i, count]),
	);
	const statistics = await getJson<PartialProfile>(artifacts, manifest.statistics as ArtifactRef);
	assert.equal(statistics.rows, 2);
});

test('a file that gets nowhere is left out, though its process is alive', async () => {
	const entry = new URL('./stalling-reader.ts', import.meta.url);
	const limits = { stallSeconds: 4 };
	assert.deepEqual(await ingest('folder', limits, { entry }), [
		{ path: 'b.csv', code: 'INPUT_UNSAFE', message: 'Reading the file got nowhere for 4 s.' },
	]);
	await assert.rejects(ingest('b.csv', limits, { entry }), { code: 'INPUT_UNSAFE', where: 'b.csv' });
});
