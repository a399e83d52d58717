import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { bulkEdges, compareColumns, countInBins } from '../../src/evaluate/compare-columns.ts';
import type { QualityTable } from '../../src/evaluate/quality-table.ts';
import { categorical, numeric } from './golden.ts';

test('the shares of every column and its missing cells add up to 1 on both sides', () => {
	const random = createRandom(1);
	const draw = (rows: number): QualityTable => ({
		rows,
		columns: [
			numeric(
				'number',
				Array.from({ length: rows }, () => (random.uniform() < 0.2 ? null : Math.exp(3 * random.normal()))),
			),
			numeric(
				'count',
				Array.from({ length: rows }, () => random.integer(5)),
			),
			categorical(
				'level',
				Array.from({ length: rows }, () => (random.uniform() < 0.1 ? null : `l${random.integer(30)}`)),
			),
		],
	});
	const compared = compareColumns(draw(500), draw(300));
	assert.equal(compared.length, 3);
	for (const column of compared) {
		const sum = (shares: readonly number[]) => shares.reduce((total, share) => total + share, 0);
		assert.ok(Math.abs(sum(column.real) + column.realMissing - 1) < 1e-9, column.name);
		assert.ok(Math.abs(sum(column.synthetic) + column.syntheticMissing - 1) < 1e-9, column.name);
	}
	const level = compared[2];
	assert.ok(level?.type === 'categorical' && level.levels.length === 9 && level.levels[8] === '22 other levels');
});

test('few whole numbers get one bin each', () => {
	assert.deepEqual(bulkEdges(Float64Array.of(1, 3, 2, 1, 4), 24), [0.5, 1.5, 2.5, 3.5, 4.5]);
	assert.deepEqual([...countInBins(Float64Array.of(1, 3, 2, 1, 4, 99), [0.5, 1.5, 2.5, 3.5, 4.5])], [2, 1, 1, 2]);
});

test('constant and all-missing columns have edges', () => {
	assert.deepEqual(bulkEdges(Float64Array.of(2.5, 2.5), 4), [2, 2.25, 2.5, 2.75, 3]);
	assert.equal(bulkEdges(Float64Array.of(Number.NaN), 4).length > 1, true);
});
