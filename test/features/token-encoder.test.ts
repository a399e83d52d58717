import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeatureSpec, FeatureTable, NumericSpec } from '../../src/contracts/features.ts';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { fitNumberTokens, numbersOfTokens, tokenOfNumber, tokenShares } from '../../src/features/number-tokens.ts';
import { fitTokenEncoder, restoreTokenEncoder } from '../../src/features/token-encoder.ts';
import { fc } from '../properties.ts';

function numericSpec(values: Float64Array, decimals: number): NumericSpec {
	const present = values.filter((value) => !Number.isNaN(value));
	return {
		type: 'numeric',
		name: 'x',
		column: 'x',
		part: 'value',
		scored: true,
		missingShare: 1 - present.length / values.length,
		decimals,
		min: present.length === 0 ? 0 : present.reduce((least, value) => Math.min(least, value)),
		max: present.length === 0 ? 0 : present.reduce((most, value) => Math.max(most, value)),
		quantiles: [],
	};
}

function levelSpec(levels: string[]): FeatureSpec {
	const base = { name: 'l', column: 'l', part: 'value', scored: true, missingShare: 0 } as const;
	return { type: 'categorical', ...base, levels, counts: levels.map(() => 1) };
}

function numericTable(values: Float64Array): FeatureTable {
	return { rows: values.length, columns: [{ type: 'numeric', values }] };
}

test('few different numbers, and missing, come back as they were', () => {
	fc.assert(
		fc.property(
			fc.array(fc.option(fc.integer({ min: -9, max: 9 }), { nil: Number.NaN }), { minLength: 1 }),
			(cells) => {
				// Five of each, so that no token would stand for a single row.
				const values = Float64Array.from(
					{ length: cells.length * 5 },
					(_, i) => (cells[i % cells.length] as number) / 2,
				);
				const encoder = fitTokenEncoder(numericTable(values), [numericSpec(values, 1)]);
				const back = encoder.decode(encoder.encode(numericTable(values)), createRandom(1));
				const { values: read } = back.columns[0] as { values: Float64Array };
				assert.deepEqual(
					[...read],
					Array.from(values, (value) => value + 0),
				);
			},
		),
	);
});

test('numbers of a bin come back within the bin, and tokens come back exactly', () => {
	fc.assert(
		fc.property(fc.integer(), fc.integer({ min: 50, max: 3000 }), (seed, rows) => {
			const random = createRandom(seed);
			const values = Float64Array.from({ length: rows }, () =>
				random.uniform() < 0.1 ? 0 : random.uniform() < 0.05 ? Number.NaN : Math.exp(2 * random.normal()),
			);
			const encoder = fitTokenEncoder(numericTable(values), [numericSpec(values, 12)]);
			const tokens = encoder.encode(numericTable(values));
			const again = encoder.encode(encoder.decode(tokens, random));
			assert.deepEqual(again, tokens);
			const [column] = encoder.columns;
			assert.equal(column?.frequencies.length, column?.tokens);
			const total = (column?.frequencies ?? []).reduce((sum, share) => sum + share, 0);
			assert.ok(Math.abs(total - 1) < 1e-9);
		}),
		{ numRuns: 40 },
	);
});

test('a value that many rows share is a token of its own among bins of about equal size', () => {
	const random = createRandom(2);
	const values = Float64Array.from({ length: 5000 }, (_, i) => (i % 4 === 0 ? 100 : 50 + 100 * random.uniform()));
	const codec = fitNumberTokens(values, numericSpec(values, 9));
	assert.deepEqual(codec.values, [100]);
	assert.equal(codec.bins.length, 99);
	assert.ok(Math.abs((codec.frequencies[0] as number) - 0.25) < 1e-9);
	const bins = codec.frequencies.slice(1);
	assert.ok(Math.max(...bins) < 1.3 * Math.min(...bins));
	assert.equal(tokenOfNumber(codec, 100), 0);
	assert.ok(Math.abs((codec.positions[0] as number) - 0.5) < 0.03);
});

test('no token stands for a single row of a small column of different numbers', () => {
	const values = Float64Array.from({ length: 100 }, (_, i) => i * 1.5);
	const codec = fitNumberTokens(values, numericSpec(values, 1));
	assert.equal(codec.values.length, 0);
	assert.equal(codec.bins.length, 5);
});

test('a range is made of the tokens that lie in it whole, and those that lie in it in part', () => {
	const values = Float64Array.from({ length: 2000 }, (_, i) => (i % 2 === 0 ? 7 : i / 10));
	const codec = fitNumberTokens(values, numericSpec(values, 1));
	const shares = tokenShares(codec, [{ from: 6.5, to: 50.05 }], true);
	assert.equal(shares[0], 1);
	const bins = [...shares.slice(codec.values.length, codec.values.length + codec.bins.length)];
	assert.equal(bins.filter((share) => share > 0 && share < 1).length, 2);
	for (const [bin, share] of bins.entries()) {
		const kept = codec.bins[bin] as readonly number[];
		assert.equal(share === 1, (kept[0] as number) >= 6.5 && (kept[kept.length - 1] as number) <= 50.05);
	}
	assert.ok(tokenShares(codec, [{ from: 1e6, to: 1e7 }], true).every((share) => share === 0));
});

test('numbers stay within the ranges that are asked for, also in gaps between values', () => {
	fc.assert(
		fc.property(
			fc.array(fc.integer({ min: -300, max: 300 }), { minLength: 150, maxLength: 400 }),
			fc.integer({ min: -300, max: 300 }),
			fc.integer({ min: 0, max: 40 }),
			(numbers, start, length) => {
				const values = Float64Array.from(numbers, (number) => number + (number > 0 ? 50 : 0));
				const spec = numericSpec(values, 0);
				const from = Math.max(spec.min, Math.min(spec.max, start));
				const ranges = [{ from, to: Math.min(spec.max, from + length) }];
				const codec = fitNumberTokens(values, spec, { maxDiscreteValues: 1 });
				const shares = tokenShares(codec, ranges, false);
				const allowed = [...shares.keys()].filter((token) => (shares[token] as number) > 0);
				assert.ok(allowed.length > 0);
				const tokens = Int32Array.from({ length: 50 }, (_, i) => allowed[i % allowed.length] as number);
				for (const number of numbersOfTokens(codec, tokens, 1, 0, createRandom(1), ranges)) {
					assert.ok(number >= (ranges[0]?.from as number) && number <= (ranges[0]?.to as number));
				}
			},
		),
	);
});

test('rare levels share a token and come back as one of them; missing comes back as missing', () => {
	const codes = Int32Array.from({ length: 300 }, (_, i) =>
		i < 200 ? 0 : i < 280 ? 1 : i < 290 ? 2 + (i % 5) : MISSING_LEVEL,
	);
	const spec = levelSpec(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
	const table: FeatureTable = { rows: 300, columns: [{ type: 'categorical', codes }] };
	const encoder = fitTokenEncoder(table, [spec]);
	assert.equal(encoder.columns[0]?.tokens, 4);
	const back = encoder.decode(encoder.encode(table), createRandom(3)).columns[0] as { codes: Int32Array };
	const seen = new Set<number>();
	for (const [row, code] of codes.entries()) {
		const drawn = back.codes[row] as number;
		if (code >= 2) {
			assert.ok(drawn >= 2 && drawn <= 6);
			seen.add(drawn);
		} else assert.equal(drawn, code);
	}
	assert.ok(seen.size > 2);
	const unseen: FeatureTable = { rows: 1, columns: [{ type: 'categorical', codes: Int32Array.of(UNSEEN_LEVEL) }] };
	assert.equal(encoder.encode(unseen)[0], 2);
});

test('an encoder that went through JSON encodes and decodes alike', () => {
	const random = createRandom(4);
	const values = Float64Array.from({ length: 500 }, () => random.normal());
	const table = numericTable(values);
	const encoder = fitTokenEncoder(table, [numericSpec(values, 6)]);
	const again = restoreTokenEncoder(JSON.parse(JSON.stringify(encoder.toJSON())));
	const tokens = encoder.encode(table);
	assert.deepEqual(again.encode(table), tokens);
	assert.deepEqual(again.decode(tokens, createRandom(5)), encoder.decode(tokens, createRandom(5)));
});

test('numbers drawn for tokens repeat training values hardly more often than new values do', () => {
	const random = createRandom(3);
	const draw = () => Float64Array.from({ length: 1200 }, () => Math.round(5000 + 1500 * random.normal()) / 100);
	const training = draw();
	const spec = numericSpec(training, 2);
	const codec = fitNumberTokens(training, spec);
	const tokens = Int32Array.from(training, (value) => tokenOfNumber(codec, value));
	const drawn = numbersOfTokens(codec, tokens, 1, 0, random);
	const known = new Set(training);
	const repeats = (values: Float64Array) => values.filter((value) => known.has(value)).length;
	const unseen = repeats(draw());
	assert.ok(repeats(drawn) < 1.3 * unseen, `${repeats(drawn)} and ${unseen} of 1,200`);
});
