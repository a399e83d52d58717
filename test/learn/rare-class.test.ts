import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../../src/contracts/features.ts';
import { findRareClass } from '../../src/learn/rare-class.ts';
import { codes, numbers, specsOf, tableOf } from './build-table.ts';

const table = tableOf([
	codes(12, (row) => [0, 0, 1, 0, 2, MISSING_LEVEL, 0, 1, 0, 1, 0, UNSEEN_LEVEL][row] as number),
	numbers(12, (row) => (row === 3 ? Number.NaN : row % 5 === 0 ? 1 : 0)),
	numbers(12, (row) => 10 * row),
	numbers(30, (row) => row).subarray(0, 12),
]);
const specs = specsOf(table);

test('the rarest value is the rare class, all others are the other, and rows without a label are left out', () => {
	const { feature, value, key, rows, labels } = findRareClass(table, specs, 'x0');
	assert.deepEqual([feature, value, key], [0, 'level 2', 2]);
	assert.deepEqual([...rows], [0, 1, 2, 3, 4, 6, 7, 8, 9, 10]);
	assert.deepEqual([...labels], [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
});

test('the rare class can be named', () => {
	const { value, labels } = findRareClass(table, specs, 'x0', ' level 1 ');
	assert.equal(value, 'level 1');
	assert.deepEqual([...labels], [0, 0, 1, 0, 0, 0, 1, 0, 1, 0]);
});

test('numbers are classes where there are few', () => {
	const { value, rows, labels } = findRareClass(table, specs, 'x1');
	assert.equal(value, '1');
	assert.equal(rows.length, 11);
	assert.equal(
		labels.reduce((sum, label) => sum + label, 0),
		3,
	);
	const many = tableOf([numbers(50, (row) => row)]);
	assert.throws(() => findRareClass(many, specsOf(many), 'x0'), { code: 'CONFIG_INVALID' });
	const one = tableOf([numbers(50, () => 1)]);
	assert.throws(() => findRareClass(one, specsOf(one), 'x0'), { code: 'CONFIG_INVALID' });
});

test('unknown columns and values are errors with the nearest name', () => {
	assert.throws(() => findRareClass(table, specs, 'x00'), { code: 'COLUMN_UNKNOWN', hint: /"x0"/ });
	assert.throws(() => findRareClass(table, specs, 'x0', 'level2'), { code: 'CONFIG_INVALID', hint: /"level 2"/ });
});
