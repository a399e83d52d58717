import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type CategoricalSpec,
	type FeatureSpec,
	MISSING_LEVEL,
	type NumericSpec,
	UNSEEN_LEVEL,
} from '../../src/contracts/features.ts';
import { describeReasons, describeTypical, shareOfLevel } from '../../src/scoring/reasons.ts';
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

test('of a column with very many levels only their number is said, for none of them is usual', () => {
	const merchants = Array.from({ length: 400 }, (_, row) => `M${Math.floor(row / 2)}`);
	const typical = (cells: (string | null)[]) => describeTypical(buildSpecs([{ name: 'x', cells }])[0] as FeatureSpec);
	assert.equal(typical(merchants), 'one of 200 values, none above 0.5 %');
	assert.equal(typical([...new Array(10).fill('shop'), ...merchants]).startsWith('"shop" (2.4 %)'), true);
	const oftenMissing = [...new Array(9_990).fill(null), ...new Array(10).fill('gift')];
	assert.equal(typical(oftenMissing), '"gift" (0.1 %); missing in 100 % of rows');
});

test('the most frequent weekday is named first, though weekdays are kept in their own order', () => {
	const weekday = {
		...(buildSpecs([{ name: 'at', cells: ['Monday', 'Tuesday', 'Sunday'] }])[0] as CategoricalSpec),
		part: 'weekday' as const,
		counts: [10, 30, 60],
	};
	assert.equal(describeTypical(weekday), '"Sunday" (60 %), "Tuesday" (30 %), "Monday" (10 %)');
});

test('how often a level was seen in training counts the rows in which it is missing', () => {
	const spec = buildSpecs([{ name: 'x', cells: ['a', 'a', 'b', null] }])[0] as CategoricalSpec;
	assert.equal(shareOfLevel(spec, 3, 0), 0.5);
	assert.equal(shareOfLevel(spec, 3, UNSEEN_LEVEL), 0);
	assert.equal(shareOfLevel(spec, 3, MISSING_LEVEL), null);
	const row = { contributions: new Float64Array([2]), marginal: new Float64Array([2]), values: ['a'] };
	const [reason] = describeReasons({ specs: [spec], ...row, frequencyOf: () => ({ seen: 0.5 }) });
	assert.equal(reason?.column === 'x' && 'seen' in reason && reason.seen, 0.5);
});
