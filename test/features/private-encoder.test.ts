import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
	type CategoricalSpec,
	type FeatureSpec,
	type FeatureTable,
	MISSING_LEVEL,
	type NumericSpec,
} from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { createNoiseSource } from '../../src/features/private/noise-source.ts';
import { keepFrequent, noiseOnCounts, tailPoint } from '../../src/features/private/noisy-counts.ts';
import { findRanges } from '../../src/features/private/noisy-ranges.ts';
import { fitPrivateEncoder, withoutRanges } from '../../src/features/private/private-encoder.ts';

const ROWS = 4000;
const CANARY = 987_654.25;

const numeric = (name: string, decimals: number): NumericSpec => ({
	type: 'numeric',
	name,
	column: name,
	part: 'value',
	scored: true,
	missingShare: 0,
	decimals,
	min: 0,
	max: CANARY,
	quantiles: [0, 1, CANARY],
});
const LEVELS = ['red', 'green', 'blue', 'SECRET-LEVEL', 'rare-two'];
const colour: CategoricalSpec = {
	type: 'categorical',
	name: 'colour',
	column: 'colour',
	part: 'value',
	scored: true,
	missingShare: 0,
	levels: LEVELS,
	counts: [2000, 1200, 797, 1, 2],
};
const specs: FeatureSpec[] = [numeric('amount', 2), numeric('age', 0), colour];

/** Amounts around 100 with one far outside, ages 20 to 79 (a tenth missing), colours of which two are rare. */
function drawTable(): FeatureTable {
	const random = createRandom(1);
	const amount = Float64Array.from({ length: ROWS }, (_, row) =>
		row === 17 ? CANARY : Math.round(100 * (100 + 20 * random.normal())) / 100,
	);
	const age = Float64Array.from({ length: ROWS }, (_, row) => (row % 10 === 0 ? Number.NaN : 20 + random.integer(60)));
	const codes = Int32Array.from({ length: ROWS }, (_, row) =>
		row === 17 ? 3 : row < 2 ? 4 : row % 20 === 5 ? MISSING_LEVEL : row < 2000 ? 0 : row < 3200 ? 1 : 2,
	);
	return {
		rows: ROWS,
		columns: [
			{ type: 'numeric', values: amount },
			{ type: 'numeric', values: age },
			{ type: 'categorical', codes },
		],
	};
}

const fit = (zcdp = 0.15, seed = 's') =>
	fitPrivateEncoder(drawTable(), withoutRanges(specs), { zcdp, thresholdChance: 1e-6 }, createNoiseSource(seed));

describe('the noise', () => {
	test('is normal, in its tails too, repeats with a seed and not without one', () => {
		const source = createNoiseSource('a');
		const values = new Float64Array(200_000);
		source.fillNormal(values, 2);
		const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
		const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
		assert.ok(Math.abs(mean) < 0.02 && Math.abs(variance - 4) < 0.06, `${mean} ${variance}`);
		const beyond = values.filter((value) => Math.abs(value) > 6).length / values.length;
		assert.ok(Math.abs(beyond - 0.0027) < 0.0006, `${beyond}`);
		assert.equal(createNoiseSource('a').normal(), createNoiseSource('a').normal());
		assert.notEqual(createNoiseSource('a').normal(), createNoiseSource('b').normal());
		assert.notEqual(createNoiseSource().normal(), createNoiseSource().normal());
	});

	test('is uniform in [0, 1)', () => {
		const source = createNoiseSource('u');
		const counts = new Array<number>(10).fill(0);
		for (let i = 0; i < 100_000; i++) {
			const place = Math.floor(10 * source.uniform());
			counts[place] = (counts[place] as number) + 1;
		}
		assert.ok(
			counts.every((count) => Math.abs(count - 10_000) < 450),
			`${counts}`,
		);
	});
});

describe('cells that are told', () => {
	test('a cell of a single row is told as rarely as promised, and one of many rows is', () => {
		const noise = createNoiseSource('k');
		let told = 0;
		for (let i = 0; i < 20_000; i++) told += keepFrequent([['one', 1]], 10, 0.01, noise).length;
		// Mills' bound is 16 % above the probability at this point.
		assert.ok(told / 20_000 < 0.01 && told / 20_000 > 0.006, `${told}`);
		assert.equal(keepFrequent([['many', 500]], 10, 1e-9, noise).length, 1);
	});

	test('the tail point is that of the normal distribution, rounded up', () => {
		// scipy.stats.norm.isf([1e-3, 1e-6, 1e-9])
		for (const [chance, point] of [
			[1e-3, 3.0902],
			[1e-6, 4.7534],
			[1e-9, 5.9978],
		] as const) {
			assert.ok(tailPoint(chance) > point && tailPoint(chance) < point + 0.05, `${tailPoint(chance)}`);
		}
	});

	test('the noise on counts is what the allowance says', () => {
		assert.equal(noiseOnCounts(0.005), 10);
	});
});

describe('ranges', () => {
	test('are found where the numbers are, without a range given, and nothing far away is', () => {
		const random = createRandom(5);
		const values = Float64Array.from({ length: 5000 }, (_, i) =>
			i === 0 ? CANARY : 300 + 30 * random.normal(),
		).sort();
		const ranges = findRanges(values, 0.01, 0.05, createNoiseSource('r'));
		const first = ranges[0]?.from as number;
		const last = ranges[ranges.length - 1]?.to as number;
		assert.ok(first > 180 && first < 260 && last > 340 && last < 450, `${first} to ${last}`);
		assert.ok(ranges.length > 10, `${ranges.length}`);
		for (const [i, range] of ranges.entries()) assert.ok(i === 0 || range.from >= (ranges[i - 1]?.to as number));
		const total = ranges.reduce((sum, { count }) => sum + count, 0);
		assert.ok(Math.abs(total - 5000) < 500, `${total}`);
	});

	test('negative numbers, zero and steps of one unit are their own', () => {
		const values = Float64Array.from({ length: 6000 }, (_, i) => [-7, 0, 5][i % 3] as number).sort();
		const ranges = findRanges(values, 1, 0.1, createNoiseSource('z'));
		for (const value of [-7, 0, 5]) {
			const own = ranges.find(({ from, to }) => from <= value && value < to);
			assert.ok(own !== undefined && Math.abs(own.count - 2000) < 60, `${value}: ${own?.count}`);
			assert.ok(own.to - own.from <= 1);
		}
	});

	test('there are none where there are no numbers', () => {
		assert.deepEqual(findRanges(new Float64Array(0), 1, 0.05, createNoiseSource('e')), []);
	});
});

describe('the private encoder', () => {
	test('tells of levels, numbers and shares that many rows have, and of no rare one', () => {
		const { specs: told, encoder } = fit();
		const written = JSON.stringify([told, encoder.toJSON()]);
		assert.match(written, /red.*green|green.*red/);
		for (const rare of ['SECRET-LEVEL', 'rare-two', '987654', '1.797']) assert.ok(!written.includes(rare), rare);
		const [amount, age, levels] = told as [NumericSpec, NumericSpec, CategoricalSpec];
		assert.ok(amount.min > 0 && amount.max < 300, `${amount.min} to ${amount.max}`);
		assert.ok(age.min >= 16 && age.max <= 96, `${age.min} to ${age.max}`);
		assert.deepEqual([...levels.levels].sort(), ['blue', 'green', 'red']);
		assert.ok(Math.abs(age.missingShare - 0.1) < 0.02, `${age.missingShare}`);
		assert.ok(Math.abs(levels.missingShare - 0.05) < 0.02, `${levels.missingShare}`);
	});

	test('decodes to numbers of the column, spread as they are, and to levels that are told', () => {
		const { encoder, tokens } = fit();
		const decoded = encoder.decode(tokens, createRandom(2));
		const table = drawTable();
		const [amount, age, levels] = decoded.columns;
		assert.ok(amount?.type === 'numeric' && age?.type === 'numeric' && levels?.type === 'categorical');
		const sorted = (values: Float64Array) => values.filter((value) => !Number.isNaN(value)).sort();
		for (const [feature, made, limit] of [
			[0, amount.values, 3],
			[1, age.values, 2],
		] as const) {
			const real = table.columns[feature];
			assert.ok(real?.type === 'numeric');
			const [a, b] = [sorted(real.values), sorted(made)];
			for (const share of [0.05, 0.25, 0.5, 0.75, 0.95]) {
				const [x, y] = [a, b].map((values) => values[Math.floor(share * values.length)] as number) as [number, number];
				assert.ok(Math.abs(x - y) <= limit, `feature ${feature} at ${share}: ${x} and ${y}`);
			}
		}
		assert.ok(sorted(age.values).every(Number.isInteger));
		assert.ok(sorted(amount.values).every((value) => Math.abs(value * 100 - Math.round(value * 100)) < 1e-6));
		assert.ok(levels.codes.every((code) => code >= MISSING_LEVEL && code < 3));
	});

	test('is the same with the same noise, and another with other noise', () => {
		assert.deepEqual(fit(0.15, 'a').encoder.toJSON(), fit(0.15, 'a').encoder.toJSON());
		assert.notDeepEqual(fit(0.15, 'a').encoder.toJSON(), fit(0.15, 'b').encoder.toJSON());
	});

	test('with next to no allowance a column can be left without a level or a number, and still decodes', () => {
		const { encoder, tokens } = fit(1e-6);
		const decoded = encoder.decode(tokens, createRandom(2));
		assert.equal(decoded.rows, ROWS);
		assert.equal(tokens.length, ROWS * specs.length);
		for (const { tokens: count, frequencies } of encoder.columns) {
			assert.equal(count, frequencies.length);
			assert.ok(count >= 1 && Math.abs(frequencies.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
		}
	});
});
