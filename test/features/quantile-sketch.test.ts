import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { addToDistinctSketch, createDistinctSketch, estimateDistinct } from '../../src/features/distinct-sketch.ts';
import {
	addToSketch,
	createQuantileSketch,
	mergeIntoSketch,
	sketchQuantiles,
	weightedQuantiles,
} from '../../src/features/quantile-sketch.ts';

/** Largest distance between a quantile's own ranks in the sorted data and the rank that it stands for. */
function rankError(quantiles: readonly number[], sorted: Float64Array): number {
	let worst = 0;
	for (let percent = 0; percent <= 100; percent++) {
		const value = quantiles[percent] as number;
		let below = 0;
		while (below < sorted.length && (sorted[below] as number) < value) below++;
		let upTo = below;
		while (upTo < sorted.length && sorted[upTo] === value) upTo++;
		const rank = (percent / 100) * sorted.length;
		worst = Math.max(worst, (below - rank) / sorted.length, (rank - upTo) / sorted.length);
	}
	return worst;
}

test('quantiles of a small column are exact values of the data', () => {
	const values = [5, 1, 4, 2, 3];
	const quantiles = weightedQuantiles(values, [1, 1, 1, 1, 1]);
	assert.deepEqual([quantiles[0], quantiles[20], quantiles[21], quantiles[50], quantiles[100]], [1, 1, 2, 3, 5]);
	const sketch = createQuantileSketch();
	for (const value of values) addToSketch(sketch, value);
	assert.deepEqual(sketchQuantiles(sketch, 1, 5), quantiles);
});

for (const [order, arrange] of [
	['ascending', (values: Float64Array) => values.sort()],
	['random', (values: Float64Array) => values],
	['descending', (values: Float64Array) => values.sort().reverse()],
] as const) {
	test(`half a million ${order} values, half of them merged in, keep every rank to 0.5 %`, () => {
		const n = 500_000;
		const random = createRandom(1);
		const values = arrange(Float64Array.from({ length: n }, () => Math.exp(random.normal() * 2)));
		const first = createQuantileSketch();
		const second = createQuantileSketch();
		values.forEach((value, i) => {
			addToSketch(i < n / 2 ? first : second, value);
		});
		mergeIntoSketch(first, second);
		const sorted = values.slice().sort();
		const quantiles = sketchQuantiles(first, sorted[0] as number, sorted[n - 1] as number);
		const error = rankError(quantiles, sorted);
		assert.ok(error < 0.005, `rank error ${error}`);
		const held = first.levels.reduce((sum, level) => sum + level.length, 0);
		assert.ok(held < 100_000, `${held} values held`);
	});
}

test('a value of great weight counts as often as it was given', () => {
	const sketch = createQuantileSketch();
	addToSketch(sketch, 1, 70_000);
	addToSketch(sketch, 2, 30_000);
	const quantiles = sketchQuantiles(sketch, 1, 2);
	assert.equal(sketch.count, 100_000);
	assert.deepEqual([quantiles[70], quantiles[71]], [1, 2]);
});

test('distinct texts are estimated to 5 % from a hundred to a million', () => {
	for (const n of [100, 10_000, 1_000_000]) {
		const registers = createDistinctSketch();
		for (let i = 0; i < n; i++) addToDistinctSketch(registers, `customer-${i}`);
		const estimate = estimateDistinct(registers);
		assert.ok(Math.abs(estimate / n - 1) < 0.05, `${n}: ${estimate}`);
	}
});
