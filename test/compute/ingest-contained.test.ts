import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { getJson } from '../../src/artifacts/stored-json.ts';
import { ingestContained } from '../../src/compute/ingest-contained.ts';
import { readRejects } from '../../src/compute/read-rejects.ts';
import type { ComputeSettings } from '../../src/compute/run-task.ts';
import type { TableManifest } from '../../src/contracts/manifest.ts';
import { DEFAULT_CONFIG, type InputLimits } from '../../src/contracts/run-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-contained-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const artifactRoot = join(folder, 'artifacts');

function ingest(source: string, limits: Partial<InputLimits>, settings: Partial<ComputeSettings> = {}) {
	const input = { runId: 'r', seed: 1, config: { ...DEFAULT_CONFIG, limits }, source };
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

test('a file that gets nowhere is left out, though its process is alive', async () => {
	const entry = new URL('./stalling-reader.ts', import.meta.url);
	const limits = { stallSeconds: 1 };
	assert.deepEqual(await ingest('folder', limits, { entry }), [
		{ path: 'b.csv', code: 'INPUT_UNSAFE', message: 'Reading the file got nowhere for 1 s.' },
	]);
	await assert.rejects(ingest('b.csv', limits, { entry }), { code: 'INPUT_UNSAFE', where: 'b.csv' });
});
