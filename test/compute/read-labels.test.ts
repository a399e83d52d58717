import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { readLabels } from '../../src/compute/read-labels.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { encodeShard } from '../../src/ingest/arrow-shard.ts';
import { tableOf } from '../features/table-of.ts';

/** Rows that count as anomalies when 40 rows have these labels in turn. */
async function positives(spellings: readonly string[], named: string | null): Promise<number[] | null> {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-labels-'));
	try {
		const artifacts = await openFileStore(folder);
		const texts = Array.from({ length: 40 }, (_, row) => spellings[row % spellings.length] as string);
		const batch = tableOf({ y: texts });
		const ref = await artifacts.put(encodeShard(batch), { extension: 'arrow' });
		const manifest = { names: ['y'], rows: 40, shards: [{ ...ref, firstRow: 0, rows: 40 }] };
		const profile = finishProfile(profileBatch(batch), { label: 'y' });
		const found = await readLabels(artifacts, manifest, profile, named);
		return found === null ? null : [...found.labels.subarray(0, spellings.length)];
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

test('a label means the same however its value is spelled', async () => {
	assert.deepEqual(await positives(['0', '1', '0', '0'], null), [0, 1, 0, 0]);
	assert.deepEqual(await positives(['0.0', '1.0', '0.0', '0.0'], null), [0, 1, 0, 0]);
	assert.deepEqual(await positives(['0.0', '1.0', '0.0', '0.0'], '1'), [0, 1, 0, 0]);
	assert.deepEqual(await positives(['False', 'True', 'true', 'False'], null), [0, 1, 1, 0]);
	assert.deepEqual(await positives(['ok', 'fraud', 'ok', ' fraud '], null), [0, 1, 0, 1]);
	assert.deepEqual(await positives(['ok', 'bad', 'ok'], null), [0, 1, 0]);
});

test('where nothing tells which value is the anomaly, there are no labels', async () => {
	assert.equal(await positives(['red', 'green', 'blue'], null), null);
	assert.equal(await positives(['ok', 'ok'], null), null);
	assert.deepEqual(await positives(['red', 'green', 'blue'], 'green'), [0, 1, 0]);
});
