import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitNormalRows } from '../../bench/detection/split-normal-rows.ts';
import type { FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { fc } from '../properties.ts';

function tableOf(values: readonly number[]): FeatureTable {
	return { rows: values.length, columns: [{ type: 'numeric', values: Float64Array.from(values) }] };
}

const rowsOf = fc.array(fc.record({ value: fc.integer({ min: 0, max: 12 }), isAnomaly: fc.boolean() }), {
	minLength: 4,
});

test('every row is on one side, like rows on the same, and nothing like an anomaly is fitted on', () => {
	fc.assert(
		fc.property(rowsOf, fc.integer(), (rows, seed) => {
			const labels = Uint8Array.from(rows, ({ isAnomaly }) => (isAnomaly ? 1 : 0));
			const { train, test: rest } = splitNormalRows(
				tableOf(rows.map(({ value }) => value)),
				labels,
				createRandom(seed),
			);
			assert.deepEqual(
				[...train, ...rest].sort((a, b) => a - b),
				[...rows.keys()],
			);
			const contentOf = (row: number) => rows[row]?.value;
			const fitted = new Set(Array.from(train, contentOf));
			for (const row of rest) assert.ok(!fitted.has(contentOf(row)));
			for (const row of train) assert.equal(labels[row], 0);
			assert.ok(train.length <= rows.filter(({ isAnomaly }) => !isAnomaly).length / 2);
		}),
	);
});

test('half of the normal rows are fitted on where no rows are alike', () => {
	const labels = Uint8Array.from({ length: 100 }, (_, row) => (row < 10 ? 1 : 0));
	const { train, test: rest } = splitNormalRows(tableOf([...labels.keys()]), labels, createRandom(1));
	assert.deepEqual([train.length, rest.length], [45, 55]);
});
