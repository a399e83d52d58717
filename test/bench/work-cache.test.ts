import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runPool } from '../../bench/run-pool.ts';
import { hashSources, openWorkCache } from '../../bench/work-cache.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-bench-'));
after(() => rmSync(folder, { recursive: true }));

test('a finished piece is found again by all that it depends on', () => {
	openWorkCache(folder).put({ version: 'a', seed: 1 }, { seconds: 2 });
	const cache = openWorkCache(folder);
	assert.deepEqual(cache.get({ version: 'a', seed: 1 }), { seconds: 2 });
	assert.equal(cache.get({ version: 'b', seed: 1 }), null);
	assert.equal(cache.get({ version: 'a', seed: 2 }), null);
});

test('the hash of sources is that of their content', () => {
	assert.equal(hashSources(['src/gan', 'package.json']), hashSources(['src/gan', 'package.json']));
	assert.notEqual(hashSources(['src/gan']), hashSources(['src/scoring']));
});

test('a pool works on so many items at a time, in their order', async () => {
	const started: number[] = [];
	let atOnce = 0;
	let most = 0;
	await runPool([0, 1, 2, 3, 4], 2, async (item) => {
		started.push(item);
		most = Math.max(most, ++atOnce);
		await new Promise((resolve) => setImmediate(resolve));
		atOnce--;
	});
	assert.deepEqual([started, most], [[0, 1, 2, 3, 4], 2]);
});

test('a pool starts nothing after an error, and throws it when all have ended', async () => {
	const ended: number[] = [];
	const pool = runPool([0, 1, 2, 3], 2, async (item) => {
		if (item === 0) throw new Error('the first fails');
		await new Promise((resolve) => setTimeout(resolve, 10));
		ended.push(item);
	});
	await assert.rejects(pool, /the first fails/);
	assert.deepEqual(ended, [1]);
});
