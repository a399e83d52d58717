import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { drawIndependentColumns } from '../../src/evaluate/independent-columns.ts';
import { measureTable } from '../../src/evaluate/measure-table.ts';
import { measureQuality } from '../../src/evaluate/quality.ts';
import { type QualityTable, qualityTableFromFeatures } from '../../src/evaluate/quality-table.ts';
import { fc } from '../properties.ts';
import { assertNear, categorical, goldenTable, numeric, readGolden } from './golden.ts';

for (const golden of readGolden().tables) {
	test(`quality of the ${golden.name} table equals SDMetrics in both ways of counting pairs`, () => {
		const quality = measureQuality(goldenTable(golden, 'real'), goldenTable(golden, 'synthetic'));
		for (const mode of ['thresholded', 'allPairs'] as const) {
			for (const score of ['overall', 'columnShapes', 'pairTrends'] as const) {
				assertNear(quality[mode][score], golden[mode][score], `${mode} ${score}`);
			}
		}
		golden.allPairs.columns.forEach(({ name, score }, i) => {
			assert.equal(quality.columns[i]?.name, name);
			assertNear(quality.columns[i]?.score, score, name);
		});
		assert.equal(quality.pairs.length, golden.allPairs.pairs.length);
		golden.allPairs.pairs.forEach((expected, i) => {
			const pair = quality.pairs[i];
			const name = `${expected.first} and ${expected.second}`;
			assert.deepEqual([pair?.first, pair?.second], [expected.first, expected.second]);
			assertNear(pair?.score, expected.score, name);
			const thresholded = golden.thresholded.pairs[i];
			assert.equal(pair?.counts, thresholded?.counts, name);
			if (expected.realCorrelation !== null) assertNear(pair?.realCorrelation, expected.realCorrelation, name);
			if (thresholded?.realAssociation !== null)
				assertNear(pair?.realAssociation, thresholded?.realAssociation ?? null, name);
		});
	});
}

const cell = fc.option(fc.integer({ min: -5, max: 5 }), { nil: null, freq: 4 });

test('a table compared with itself has quality 1 wherever quality is defined', () => {
	fc.assert(
		fc.property(fc.array(fc.tuple(cell, cell, cell, cell), { minLength: 2, maxLength: 60 }), (rows) => {
			const column = (k: number) => rows.map((row) => row[k] ?? null);
			const table: QualityTable = {
				rows: rows.length,
				columns: [
					numeric('a', column(0)),
					numeric('b', column(1)),
					categorical('c', column(2)),
					categorical('d', column(3)),
				],
			};
			const quality = measureQuality(table, table);
			for (const { score } of [...quality.columns, ...quality.pairs]) {
				assert.ok(Number.isNaN(score) || Math.abs(score - 1) < 1e-12);
			}
		}),
	);
});

test('many levels on both sides give the same score as few: sorted pairs equal the dense table', () => {
	const random = createRandom(3);
	const draw = (levels: number) => Array.from({ length: 3000 }, () => `level ${random.integer(levels)}`);
	const [a, b, c, d] = [draw(40), draw(30), draw(40), draw(30)] as [string[], string[], string[], string[]];
	const table = (x: string[], y: string[], unused: number): QualityTable => ({
		rows: x.length,
		columns: [categorical('x', x), categorical('y', y)].map((column) =>
			column.type === 'categorical'
				? { ...column, levels: [...column.levels, ...Array.from({ length: unused }, (_, i) => `unused ${i}`)] }
				: column,
		),
	});
	const few = measureQuality(table(a, b, 0), table(c, d, 0)).pairs[0];
	const many = measureQuality(table(a, b, 2500), table(c, d, 2500)).pairs[0];
	assertNear(many?.score, few?.score ?? null, 'score');
	assertNear(many?.realAssociation, few?.realAssociation ?? null, 'association');
});

function relatedTable(rows: number, seed: number): QualityTable {
	const random = createRandom(seed);
	const x = Array.from({ length: rows }, () => random.normal());
	const y = x.map((value) => 2 * value + 0.3 * random.normal());
	const level = x.map((value) => (value > 0 ? 'high' : 'low'));
	return { rows, columns: [numeric('x', x), numeric('y', y), categorical('level', level)] };
}

test('independent columns keep the shapes and lose the relations, held-out rows keep both', () => {
	const training = relatedTable(4000, 1);
	const tables = { training, heldOut: relatedTable(1000, 2), synthetic: relatedTable(4000, 3) };
	const { quality: bounds } = measureTable(tables, createRandom(0));
	assert.ok(bounds.ceiling !== null);
	assert.ok(bounds.floor.thresholded.columnShapes > 0.97);
	assert.ok(bounds.floor.thresholded.pairTrends < 0.6);
	// The report bins each table by its own range, so that even a real sample loses some points.
	assert.ok(bounds.ceiling.thresholded.overall > bounds.floor.thresholded.overall + 0.12);
	assert.ok(bounds.synthetic.thresholded.overall > bounds.floor.thresholded.overall + 0.12);
	const [floor] = drawIndependentColumns(training, 500, createRandom(0)).columns;
	const values = new Set(training.columns[0]?.type === 'numeric' ? training.columns[0].values : []);
	assert.ok(
		floor?.type === 'numeric' && floor.values.length === 500 && floor.values.every((value) => values.has(value)),
	);
});

test('tables with other columns are refused', () => {
	const table = relatedTable(10, 1);
	assert.throws(
		() => measureQuality(table, { rows: 10, columns: table.columns.slice(1) }),
		(error) => error instanceof CounterfoilError && error.code === 'INTERNAL',
	);
});

test('the parts of a datetime count as one column again', () => {
	const base = { column: 'when', scored: true, missingShare: 0 };
	const numbers = { type: 'numeric', decimals: 0, min: 0, max: 1, quantiles: [] } as const;
	const specs: FeatureSpec[] = [
		{ ...base, ...numbers, name: 'when (day)', part: 'day' },
		{ ...base, ...numbers, name: 'when (time of day)', part: 'time-of-day', period: 86_400 },
		{ ...base, type: 'categorical', name: 'when (weekday)', part: 'weekday', levels: ['Monday'], counts: [2] },
		{ ...base, type: 'categorical', name: 'place', column: 'place', part: 'value', levels: ['here'], counts: [2] },
	];
	const features: FeatureTable = {
		rows: 2,
		columns: [
			{ type: 'numeric', values: Float64Array.of(2, Number.NaN) },
			{ type: 'numeric', values: Float64Array.of(30, Number.NaN) },
			{ type: 'categorical', codes: Int32Array.of(0, -1) },
			{ type: 'categorical', codes: Int32Array.of(0, -2) },
		],
	};
	assert.deepEqual(qualityTableFromFeatures(specs, features), {
		rows: 2,
		columns: [
			{ name: 'when', type: 'numeric', values: Float64Array.of(2 * 86_400 + 30, Number.NaN), isTime: true },
			{ name: 'place', type: 'categorical', codes: Int32Array.of(0, -2), levels: ['here'] },
		],
	});
});
