import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CategoricalFeature, MISSING_LEVEL, type NumericFeature } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { drawSmote } from '../../src/learn/draw-smote.ts';
import { fc } from '../properties.ts';
import { codes, numbers, specsOf, tableOf } from './build-table.ts';

function valuesOf(table: ReturnType<typeof tableOf>, feature: number): Float64Array {
	return (table.columns[feature] as NumericFeature).values;
}

test('new rows lie on lines between a row and one of its k nearest', () => {
	// Units differ a thousandfold: neighbours are those of standardised numbers. Whole numbers after rounding, so that
	// the line is met within half a unit.
	const random = createRandom(5);
	const rows = 40;
	const table = tableOf([numbers(rows, () => random.integer(1000)), numbers(rows, () => random.integer(1_000_000))]);
	const [x, y] = [valuesOf(table, 0), valuesOf(table, 1)];
	const deviation = (values: Float64Array) => {
		const mean = values.reduce((sum, value) => sum + value, 0) / rows;
		return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows);
	};
	const [sx, sy] = [deviation(x), deviation(y)];
	const distance = (a: number, b: number) =>
		(((x[a] as number) - (x[b] as number)) / sx) ** 2 + (((y[a] as number) - (y[b] as number)) / sy) ** 2;
	const drawn = drawSmote(table, specsOf(table), 200, createRandom(1), 3);
	const [u, v] = [valuesOf(drawn, 0), valuesOf(drawn, 1)];
	for (let i = 0; i < 200; i++) {
		let isOnLine = false;
		for (let a = 0; a < rows; a++) {
			const near = Array.from({ length: rows }, (_, b) => b)
				.filter((b) => b !== a)
				.sort((p, q) => distance(a, p) - distance(a, q))
				.slice(0, 3);
			for (const b of near) {
				// The second column has the finer steps: it says where on the line the row is.
				const share = ((v[i] as number) - (y[a] as number)) / ((y[b] as number) - (y[a] as number));
				const expected = (x[a] as number) + share * ((x[b] as number) - (x[a] as number));
				if (share >= -1e-3 && share <= 1.001 && Math.abs(expected - (u[i] as number)) <= 0.6) isOnLine = true;
			}
		}
		assert.ok(isOnLine, `row ${i}`);
	}
});

test('numbers stay within the range, levels are levels of neighbours, and missing numbers stay missing', () => {
	const cell = fc.record({
		value: fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(Number.NaN)),
		code: fc.integer({ min: -1, max: 3 }),
	});
	fc.assert(
		fc.property(fc.array(cell, { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 60 }), (cells, count) => {
			const table = tableOf([
				Float64Array.from(cells, ({ value }) => value),
				Int32Array.from(cells, ({ code }) => code),
			]);
			const drawn = drawSmote(table, specsOf(table), count, createRandom(2));
			assert.equal(drawn.rows, count);
			const present = cells.map(({ value }) => value).filter((value) => !Number.isNaN(value));
			for (const value of valuesOf(drawn, 0)) {
				if (Number.isNaN(value)) assert.ok(present.length < cells.length);
				else assert.ok(value >= Math.min(...present) && value <= Math.max(...present) && Number.isInteger(value));
			}
			for (const code of (drawn.columns[1] as CategoricalFeature).codes) {
				assert.ok(cells.some((one) => one.code === code));
			}
		}),
	);
});

test('the level of most of the neighbours is taken', () => {
	// One row in ten has another level and is surrounded by the others.
	const table = tableOf([numbers(50, (row) => row), codes(50, (row) => (row % 10 === 5 ? MISSING_LEVEL : 7))]);
	const drawn = drawSmote(table, specsOf(table), 200, createRandom(1));
	assert.deepEqual([...new Set((drawn.columns[1] as CategoricalFeature).codes)], [7]);
});

test('every row starts as many new ones as any other', () => {
	// Two far clusters with a level each: new rows stay in theirs.
	const table = tableOf([numbers(20, (row) => (row < 10 ? row : 1e6 + row)), codes(20, (row) => (row < 10 ? 0 : 1))]);
	const drawn = drawSmote(table, specsOf(table), 60, createRandom(1), 3);
	const own = [...(drawn.columns[1] as CategoricalFeature).codes];
	assert.equal(own.filter((code) => code === 0).length, 30);
	valuesOf(drawn, 0).forEach((value, i) => {
		assert.equal(value > 5e5 ? 1 : 0, own[i]);
	});
});
