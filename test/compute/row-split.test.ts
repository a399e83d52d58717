import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldOutShare, isHeldOut, isSampled, rowUniform } from '../../src/compute/row-split.ts';

const ROWS = 100_000;
const SEEDS = [0, 1, 7, 2 ** 31, 2 ** 32 - 1];

/** Pearson's chi-squared of counts against equal ones. */
function chiSquared(counts: readonly number[]): number {
	const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
	return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

test('the numbers of the rows are uniform for every seed and purpose', () => {
	for (const seed of SEEDS) {
		for (const salt of [0, 1]) {
			const counts = new Array<number>(20).fill(0);
			for (let row = 0; row < ROWS; row++) {
				const u = rowUniform(row, seed, salt);
				assert.ok(u >= 0 && u < 1);
				counts[Math.floor(u * 20)] = (counts[Math.floor(u * 20)] as number) + 1;
			}
			// The 99.999 % quantile of chi-squared with 19 degrees of freedom.
			assert.ok(chiSquared(counts) < 59.3, `seed ${seed}, salt ${salt}: ${chiSquared(counts)}`);
		}
	}
});

test('splits for different purposes, of different seeds and of neighbouring rows are independent', () => {
	const pairs: Record<string, (row: number, seed: number) => readonly [number, number]> = {
		purposes: (row, seed) => [rowUniform(row, seed, 0), rowUniform(row, seed, 1)],
		seeds: (row, seed) => [rowUniform(row, seed, 1), rowUniform(row, seed + 1, 1)],
		'seeds and purposes': (row, seed) => [rowUniform(row, seed + 1, 0), rowUniform(row, seed, 1)],
		rows: (row, seed) => [rowUniform(row, seed, 1), rowUniform(row + 1, seed, 1)],
	};
	for (const [name, pair] of Object.entries(pairs)) {
		for (const seed of [0, 1, 7, 12_345]) {
			const counts = new Array<number>(64).fill(0);
			for (let row = 0; row < ROWS; row++) {
				const [a, b] = pair(row, seed);
				const cell = Math.floor(a * 8) * 8 + Math.floor(b * 8);
				counts[cell] = (counts[cell] as number) + 1;
			}
			// The 99.999 % quantile of chi-squared with 63 degrees of freedom.
			assert.ok(chiSquared(counts) < 122, `${name}, seed ${seed}: ${chiSquared(counts)}`);
		}
	}
});

test('a tenth of the rows is held out, the same rows whoever asks', () => {
	const heldOut = Array.from({ length: ROWS }, (_, row) => isHeldOut(row, 7, ROWS));
	assert.ok(Math.abs(heldOut.filter(Boolean).length / ROWS - 0.1) < 0.005);
	assert.ok(heldOut.every((held, row) => held === isHeldOut(row, 7, ROWS)));
});

test('a small table gives up more of its rows, since a few judge nothing', () => {
	assert.deepEqual([50, 120, 300, 10_000].map(heldOutShare), [0.3, 0.25, 0.1, 0.1]);
	for (const seed of [1, 2, 3, 4, 5]) {
		const held = Array.from({ length: 120 }, (_, row) => isHeldOut(row, seed, 120)).filter(Boolean).length;
		assert.ok(held >= 20 && held <= 45, `seed ${seed}: ${held}`);
	}
});

test('a sample has about the size asked for, all rows if there are no more, and grows by adding rows', () => {
	assert.ok(Array.from({ length: 500 }, (_, row) => row).every((row) => isSampled(row, 7, 500, 500)));
	let picked = 0;
	for (let row = 0; row < ROWS; row++) {
		const isIn = isSampled(row, 7, ROWS, 3_000);
		if (isIn) picked += 1;
		assert.ok(!isIn || isSampled(row, 7, ROWS, 10_000));
	}
	assert.ok(Math.abs(picked - 3_000) < 300, String(picked));
});
