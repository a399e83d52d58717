import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileFiles, sharesOf } from '../../bench/speed/profile-work.ts';
import { findNearest } from '../../src/contracts/find-nearest.ts';

test('the time of a piece of work is told by the file of ours that it is spent in or called from', async () => {
	const words = Array.from({ length: 3_000 }, (_, i) => `a word of some length and a number ${i}`);
	const shares = await profileFiles(async () => {
		const started = performance.now();
		while (performance.now() - started < 300) findNearest('a word of some length and no number', words);
	});
	assert.ok((shares['src/contracts/find-nearest.ts'] ?? 0) > 0.5, JSON.stringify(shares));
	const all = Object.values(shares).reduce((total, share) => total + share, 0);
	assert.ok(Math.abs(all - 1) < 1e-9, `${all}`);
});

test('shares are of the whole, the largest first, and what is small is the rest', () => {
	const times = new Map(Array.from({ length: 12 }, (_, i): [string, number] => [`op ${i}`, i]));
	const shares = sharesOf(times, 132);
	assert.deepEqual(Object.keys(shares), [...Array.from({ length: 8 }, (_, i) => `op ${11 - i}`), 'the rest']);
	assert.equal(shares['op 11'], 11 / 132);
	assert.ok(Math.abs((shares['the rest'] ?? 0) - (132 - (11 + 10 + 9 + 8 + 7 + 6 + 5 + 4)) / 132) < 1e-12);
});
