import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../../src/contracts/features.ts';
import { binTable, countBins, type FeatureBins, fitFeatureBins } from '../../src/learn/feature-bins.ts';
import { fc } from '../properties.ts';
import { codes, numbers, tableOf } from './build-table.ts';

const someNumber = fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN));

test('larger numbers never get a lower bin, equal ones the same, and missing ones the last', () => {
	fc.assert(
		fc.property(
			fc.array(someNumber, { minLength: 1, maxLength: 300 }),
			fc.integer({ min: 2, max: 12 }),
			(values, most) => {
				const table = tableOf([Float64Array.from(values)]);
				const bins = fitFeatureBins(table, most);
				const [column] = binTable(table, bins).columns as [Uint8Array];
				const missing = countBins(bins[0] as FeatureBins) - 1;
				assert.ok(missing <= most);
				const rows = values.map((value, row) => ({ value, bin: column[row] as number }));
				for (const { value, bin } of rows) assert.equal(bin === missing, Number.isNaN(value));
				const present = rows.filter(({ value }) => !Number.isNaN(value)).sort((p, q) => p.value - q.value);
				present.forEach(({ value, bin }, i) => {
					const before = present[i - 1];
					if (before === undefined) return;
					if (before.value === value) assert.equal(bin, before.bin);
					else assert.ok(bin >= before.bin);
				});
			},
		),
	);
});

test('few distinct numbers have a bin each', () => {
	const table = tableOf([numbers(500, (row) => (row * 7) % 100)]);
	const [column] = binTable(table, fitFeatureBins(table)).columns as [Uint8Array];
	assert.deepEqual(
		[...column],
		Array.from({ length: 500 }, (_, row) => (row * 7) % 100),
	);
});

test('many distinct numbers share bins of about the same size, and a frequent value has its own', () => {
	const table = tableOf([numbers(10_000, (row) => (row % 2 === 0 ? 1234.5 : row))]);
	const [column] = binTable(table, fitFeatureBins(table, 51)).columns as [Uint8Array];
	const counts = new Map<number, number>();
	for (const bin of column) counts.set(bin, (counts.get(bin) ?? 0) + 1);
	const sizes = [...counts.values()].sort((p, q) => q - p);
	assert.equal(sizes[0], 5000);
	assert.ok(counts.size > 40 && counts.size <= 51, String(counts.size));
	assert.ok((sizes[1] as number) < 300, String(sizes[1]));
});

test('levels without a bin of their own share one, with those that training never saw', () => {
	const training = tableOf([codes(1000, (row) => Math.min(9, Math.floor(Math.sqrt(row))))]);
	const bins = fitFeatureBins(training, 4);
	const [column] = binTable(tableOf([Int32Array.of(9, 8, 7, 0, 77, UNSEEN_LEVEL, MISSING_LEVEL)]), bins).columns as [
		Uint8Array,
	];
	assert.deepEqual([...column], [0, 1, 2, 3, 3, 3, 4]);
});
