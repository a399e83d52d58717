import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureSpec, NumericSpec } from '../../src/contracts/features.ts';
import { describeReasons, describeTypical } from '../../src/scoring/reasons.ts';
import { buildSpecs } from './build-table.ts';

test('the top features come first and the rest adds up to the surprise', () => {
	const specs = buildSpecs(
		['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({ name, cells: [1, 2, 3], scored: name !== 'g' })),
	);
	const contributions = new Float64Array([1, -2, 8, 0.5, 3, 0.25, 0]);
	const marginal = new Float64Array([1, 0, 2, 0.5, 3, 0.25, 0]);
	const values = ['1', null, 'x', 4, 5, 6, 7];
	const reasons = describeReasons({ specs, contributions, marginal, values, top: 2 });
	assert.deepEqual(reasons, [
		{
			column: 'c',
			feature: 'c',
			value: 'x',
			contribution: 8,
			marginal: 2,
			dependence: 6,
			typical: 'between 1 and 3 in 90 % of rows',
		},
		{
			column: 'e',
			feature: 'e',
			value: 5,
			contribution: 3,
			marginal: 3,
			dependence: 0,
			typical: 'between 1 and 3 in 90 % of rows',
		},
		{ column: null, contribution: -0.25 },
	]);
	const typical = specs.map(describeTypical);
	assert.deepEqual(describeReasons({ specs, contributions, marginal, values, typical, top: 2 }), reasons);
	const all = describeReasons({ specs, contributions, marginal, values });
	assert.equal(all.length, 6);
	assert.equal(
		all.reduce((sum, reason) => sum + reason.contribution, 0),
		contributions.reduce((sum, value) => sum + value, 0),
	);
	assert.ok(!all.some((reason) => reason.column === 'g'));
});

test('what is typical is said in words', () => {
	const numeric = (cells: (number | null)[], more: Partial<NumericSpec> = {}) =>
		describeTypical({ ...(buildSpecs([{ name: 'x', cells }])[0] as NumericSpec), ...more });
	const hundred = Array.from({ length: 101 }, (_, i) => i / 10 + 0.001);
	assert.equal(numeric(hundred), 'between 0.5 and 9.5 in 90 % of rows');
	assert.equal(numeric([7, 7]), 'always 7');
	assert.equal(numeric([...new Array(98).fill(0), 1, 2]), '0 in more than 90 % of rows');
	assert.equal(numeric([1, 3, null, null]), 'between 1 and 3 in 90 % of rows; missing in 50 % of rows');
	assert.equal(numeric([0, 19_000], { part: 'day' }), 'between 1970-01-01 and 2022-01-08 in 90 % of rows');
	assert.equal(numeric([3600, 86_340], { part: 'time-of-day' }), 'between 01:00 and 23:59 in 90 % of rows');
	const levels = (cells: (string | null)[]) => describeTypical(buildSpecs([{ name: 'x', cells }])[0] as FeatureSpec);
	const cells = [
		...new Array(50).fill('a'),
		...new Array(31).fill('b'),
		...new Array(12).fill('c'),
		...new Array(7).fill('d'),
	];
	assert.equal(levels(cells), '"a" (50 %), "b" (31 %), "c" (12 %)');
	assert.equal(
		levels([...new Array(66).fill('a'), ...new Array(1).fill('long '.repeat(10)), null]),
		`"a" (97 %), "${'long '.repeat(8).slice(0, 39)}…" (1.5 %); missing in 1.5 % of rows`,
	);
});
