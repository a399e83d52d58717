import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureTable } from '../../src/contracts/features.ts';
import { createRandom, type Random } from '../../src/contracts/random.ts';
import { measureTwoSample } from '../../src/learn/two-sample.ts';
import { codes, numbers, specsOf, tableOf } from './build-table.ts';

const ROWS = 3000;

/** A number that follows a level, and a column of its own. */
function drawRows(random: Random, { linked = true, shift = 0, rows = ROWS } = {}): FeatureTable {
	const kind = codes(rows, () => random.integer(4));
	const follows = linked ? kind : codes(rows, () => random.integer(4));
	const size = numbers(rows, (row) => (follows[row] as number) + random.normal() / 4);
	return tableOf([kind, size, numbers(rows, () => random.normal() + shift)]);
}

const real = drawRows(createRandom(1));
const specs = specsOf(real);

test('rows of the same kind cannot be told apart', () => {
	const { score, aucs, rows, features } = measureTwoSample(real, drawRows(createRandom(2)), specs, createRandom(1));
	assert.equal(rows, ROWS);
	assert.equal(aucs.length, 3);
	assert.ok(score > 0.93, String(score));
	for (const { loss, alone } of features) {
		assert.ok(Math.abs(loss) < 0.03, String(loss));
		assert.ok(Math.abs(alone - 0.5) < 0.05, String(alone));
	}
});

test('a column whose own values look wrong is named first, and is telling alone', () => {
	const { score, features } = measureTwoSample(real, drawRows(createRandom(2), { shift: 1 }), specs, createRandom(1));
	// Two normal distributions one deviation apart: no classifier has more area than Phi(1 / sqrt 2) = 0.760.
	assert.ok(score > 1 - (2 * 0.76 - 1) - 0.04 && score < 0.65, String(score));
	assert.equal(features[0]?.column, 'x2');
	assert.ok(Math.abs((features[0]?.alone ?? 0) - 0.76) < 0.03);
	assert.ok((features[0]?.loss ?? 0) > 0.2);
	assert.ok((features[1]?.loss ?? 1) < 0.02);
});

test('columns that do not belong together are named though each looks right', () => {
	const { score, features } = measureTwoSample(
		real,
		drawRows(createRandom(2), { linked: false }),
		specs,
		createRandom(1),
	);
	assert.ok(score < 0.3, String(score));
	assert.deepEqual(
		features
			.slice(0, 2)
			.map(({ column }) => column)
			.sort(),
		['x0', 'x1'],
	);
	for (const { loss, alone } of features.slice(0, 2)) {
		assert.ok(loss > 0.1, String(loss));
		assert.ok(Math.abs(alone - 0.5) < 0.05, String(alone));
	}
});

test('as many rows of either table are compared, at most as many as asked for', () => {
	const few = drawRows(createRandom(4), { rows: 200 });
	assert.equal(measureTwoSample(real, few, specs, createRandom(1)).rows, 200);
	assert.equal(measureTwoSample(real, few, specs, createRandom(1), { maxRows: 50 }).rows, 50);
});

test('the same seed gives the same result', () => {
	const other = drawRows(createRandom(2), { rows: 300 });
	const measure = (seed: number) => measureTwoSample(real, other, specs, createRandom(seed));
	assert.deepEqual(measure(3), measure(3));
	assert.notDeepEqual(measure(3), measure(4));
});

test('tables too small to be judged are refused', () => {
	const two = drawRows(createRandom(4), { rows: 2 });
	assert.throws(() => measureTwoSample(real, two, specs, createRandom(1)), { code: 'TABLE_UNTRAINABLE' });
});
