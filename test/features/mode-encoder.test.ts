import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	type CategoricalFeature,
	type CategoricalSpec,
	type FeatureColumn,
	type FeatureSpec,
	type FeatureTable,
	MISSING_LEVEL,
	type NumericFeature,
	type NumericSpec,
	UNSEEN_LEVEL,
} from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { fitModeEncoder, type ModeEncoder, restoreModeEncoder } from '../../src/features/mode-encoder.ts';
import { fc } from '../properties.ts';

function numericSpec(values: Float64Array, decimals: number): NumericSpec {
	const present = values.filter((value) => !Number.isNaN(value)).sort();
	const min = present[0] ?? 0;
	const max = present[present.length - 1] ?? 0;
	const shared = { name: 'n', column: 'n', part: 'value', scored: true, missingShare: 0 } as const;
	return { ...shared, type: 'numeric', decimals, min, max, quantiles: [] };
}

function levelSpec(levels: number): CategoricalSpec {
	const names = Array.from({ length: levels }, (_, code) => `l${code}`);
	const shared = { name: 'c', column: 'c', part: 'value', scored: true, missingShare: 0 } as const;
	return { ...shared, type: 'categorical', levels: names, counts: names.map(() => 1) };
}

function numbers(rows: number, make: (row: number) => number): NumericFeature {
	return { type: 'numeric', values: Float64Array.from({ length: rows }, (_, row) => make(row)) };
}

function levels(rows: number, make: (row: number) => number): CategoricalFeature {
	return { type: 'categorical', codes: Int32Array.from({ length: rows }, (_, row) => make(row)) };
}

function fitOn(columns: readonly FeatureColumn[], decimals = 2): { encoder: ModeEncoder; table: FeatureTable } {
	const first = columns[0] as FeatureColumn;
	const rows = (first.type === 'numeric' ? first.values : first.codes).length;
	const specs = columns.map(
		(column): FeatureSpec =>
			column.type === 'numeric' ? numericSpec(column.values, decimals) : levelSpec(Math.max(1, ...column.codes) + 1),
	);
	const table = { rows, columns };
	return { encoder: fitModeEncoder(table, specs, createRandom(1)), table };
}

function valuesOf(table: FeatureTable, feature = 0): Float64Array {
	const column = table.columns[feature];
	return column?.type === 'numeric' ? column.values : assert.fail('not numeric');
}

function codesOf(table: FeatureTable, feature = 0): Int32Array {
	const column = table.columns[feature];
	return column?.type === 'categorical' ? column.codes : assert.fail('not categorical');
}

test('spans tile the matrix; every row has offsets in [-1, 1] and one choice per choice span', () => {
	const random = createRandom(3);
	const { encoder, table } = fitOn([
		numbers(2000, (row) => (row % 10 === 0 ? Number.NaN : random.normal() * 10)),
		levels(2000, (row) => (row % 9 === 0 ? MISSING_LEVEL : row % 5)),
		numbers(2000, (row) => row % 4),
	]);
	let next = 0;
	for (const span of encoder.layout.spans) {
		assert.equal(span.start, next);
		next += span.width;
	}
	assert.equal(next, encoder.layout.width);
	assert.deepEqual(
		encoder.layout.spans.map(({ feature, role }) => [feature, role]),
		[
			[0, 'offset'],
			[0, 'mode'],
			[1, 'level'],
			[2, 'mode'],
		],
	);
	const matrix = encoder.encode(table, createRandom(4));
	assert.equal(matrix.length, 2000 * encoder.layout.width);
	const totals = new Float64Array(encoder.layout.width);
	for (let row = 0; row < 2000; row++) {
		for (const span of encoder.layout.spans) {
			const cells = matrix.subarray(
				row * encoder.layout.width + span.start,
				row * encoder.layout.width + span.start + span.width,
			);
			if (span.activation === 'tanh') assert.ok(Math.abs(cells[0] as number) <= 1);
			else
				assert.equal(
					cells.reduce((sum, cell) => sum + cell, 0),
					1,
				);
			cells.forEach((cell, i) => {
				totals[span.start + i] = (totals[span.start + i] as number) + cell;
			});
		}
	}
	for (const span of encoder.layout.spans.filter(({ activation }) => activation === 'softmax')) {
		assert.ok(Math.abs(span.frequencies.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
		span.frequencies.forEach((share, i) => {
			assert.ok(
				Math.abs((totals[span.start + i] as number) / 2000 - share) < 0.03,
				`choice ${i} of span ${span.start}`,
			);
		});
	}
});

test('encoded and decoded numbers are the same to the last digit that the column writes', () => {
	fc.assert(
		fc.property(
			fc.array(fc.option(fc.integer({ min: -100_000, max: 100_000 }), { nil: Number.NaN }), {
				minLength: 40,
				maxLength: 300,
			}),
			fc.integer({ min: 0, max: 2 }),
			(cents, decimals) => {
				const { encoder, table } = fitOn(
					[numbers(cents.length, (row) => (cents[row] as number) / 10 ** decimals + 0)],
					decimals,
				);
				const back = encoder.decode(encoder.encode(table, createRandom(5)), table.rows, createRandom(6));
				const original = valuesOf(table);
				valuesOf(back).forEach((value, row) => {
					assert.ok(
						Object.is(value, original[row]) || Math.abs(value - (original[row] as number)) < 10 ** -decimals / 2,
					);
				});
			},
		),
		{ numRuns: 60 },
	);
});

test('heavy tails come back to within a thousandth of their size, the largest value included', () => {
	const random = createRandom(7);
	const { encoder, table } = fitOn([numbers(20_000, () => Math.exp(random.normal() * 2.5))], 6);
	const back = valuesOf(encoder.decode(encoder.encode(table, createRandom(8)), table.rows, createRandom(9)));
	const original = valuesOf(table);
	let off = 0;
	back.forEach((value, row) => {
		if (Math.abs(value / (original[row] as number) - 1) > 0.001) off++;
	});
	assert.ok(off < 20_000 * 0.01, `${off} values`);
	assert.ok(Math.max(...back) > 0.9 * Math.max(...original));
});

test('a value that many rows share is a choice of its own and has no offset', () => {
	const random = createRandom(10);
	const { encoder, table } = fitOn(
		[numbers(5000, (row) => (row % 10 < 9 ? 0 : Math.round(random.uniform() * 1e6) + 1))],
		0,
	);
	const condition = encoder.conditionFor(0, 0) ?? assert.fail('no choice for 0');
	const span = encoder.layout.spans[condition.span] ?? assert.fail();
	assert.equal(span.frequencies[condition.choice], 0.9);
	const matrix = encoder.encode(table, createRandom(11));
	assert.equal(matrix[0], 0);
	assert.equal(matrix[span.start + condition.choice], 1);
	assert.equal(encoder.conditionFor(0, 12.5), null);
	assert.equal(encoder.conditionFor(0, Number.NaN), null);
});

test('numbers with few distinct values are choices only, and a value between them becomes the nearest', () => {
	const { encoder } = fitOn([numbers(300, (row) => [1, 2, 5, 10][row % 4] as number)], 0);
	assert.deepEqual(
		encoder.layout.spans.map(({ role, width }) => [role, width]),
		[['mode', 4]],
	);
	const fresh = { rows: 5, columns: [numbers(5, (row) => [-3, 3, 4, 8, 99][row] as number)] };
	const back = encoder.decode(encoder.encode(fresh, createRandom(0)), 5, createRandom(0));
	assert.deepEqual([...valuesOf(back)], [1, 2, 5, 10, 10]);
});

test('positions put the choices of a number in order between 0 and 1', () => {
	const { encoder } = fitOn(
		[
			numbers(300, (row) => (row % 5 === 4 ? Number.NaN : ([1, 2, 5, 10][row % 4] as number))),
			levels(300, (row) => row % 3),
		],
		0,
	);
	const [ordered, unordered] = encoder.positions;
	const ranks = [0.125, 0.375, 0.625, 0.875];
	assert.equal(unordered, null);
	assert.equal(ordered?.length, 5);
	assert.equal(ordered?.[4], null);
	ranks.forEach((rank, i) => {
		assert.ok(Math.abs((ordered?.[i] ?? -1) - rank) < 0.01);
	});
});

test('rare levels share a choice and are drawn from it as often as they occur', () => {
	// Levels 0 and 1 are frequent; 2 occurs four times, 3 once.
	const column = levels(1000, (row) => (row < 4 ? 2 : row === 4 ? 3 : row % 2));
	const { encoder, table } = fitOn([column]);
	const [span] = encoder.layout.spans;
	assert.equal(span?.width, 3);
	const rare = encoder.conditionFor(0, 3) ?? assert.fail();
	assert.deepEqual(encoder.conditionFor(0, 2), rare);
	const matrix = new Float32Array(10_000 * 3);
	for (let row = 0; row < 10_000; row++) matrix[row * 3 + rare.choice] = 1;
	const drawn = codesOf(encoder.decode(matrix, 10_000, createRandom(12)));
	const twos = drawn.filter((code) => code === 2).length;
	assert.equal(twos + drawn.filter((code) => code === 3).length, 10_000);
	assert.ok(Math.abs(twos / 10_000 - 0.8) < 0.02, `${twos}`);
	const back = codesOf(encoder.decode(encoder.encode(table, createRandom(0)), 1000, createRandom(0)));
	assert.deepEqual(back.slice(5), column.codes.slice(5));
});

test('ten thousand levels are a hundred choices and one for the rest', () => {
	const column = levels(90_000, (row) => (row % 3 === 0 ? row % 50 : row % 10_000));
	const { encoder, table } = fitOn([column]);
	assert.equal(encoder.layout.width, 101);
	const codes = codesOf(encoder.decode(encoder.encode(table, createRandom(0)), 90_000, createRandom(1)));
	const count = (all: Int32Array, code: number) => all.reduce((sum, other) => sum + (other === code ? 1 : 0), 0);
	for (const code of [0, 49]) assert.ok(Math.abs(count(codes, code) / count(column.codes, code) - 1) < 0.1);
	assert.ok(new Set(codes).size > 9000);
});

test('levels and missing cells that training never saw leave their span empty or become rare', () => {
	const { encoder } = fitOn([
		levels(100, (row) => row % 2),
		levels(100, (row) => (row < 4 ? row : 4 + (row % 2))),
		numbers(100, (row) => row * 1.5),
	]);
	const fresh: FeatureTable = {
		rows: 2,
		columns: [
			levels(2, (row) => (row ? UNSEEN_LEVEL : MISSING_LEVEL)),
			levels(2, () => 99),
			numbers(2, () => Number.NaN),
		],
	};
	const matrix = encoder.encode(fresh, createRandom(0));
	const [first, second, offset, mode] = encoder.layout.spans;
	const sum = (row: number, span = first) => {
		const start = row * encoder.layout.width + (span?.start ?? 0);
		return matrix.subarray(start, start + (span?.width ?? 0)).reduce((total, cell) => total + cell, 0);
	};
	assert.deepEqual([sum(0), sum(1), sum(0, second), sum(0, offset), sum(0, mode)], [0, 0, 1, 0, 0]);
	assert.equal(encoder.conditionFor(0, MISSING_LEVEL), null);
});

test('an encoder rebuilt from JSON encodes and decodes alike, and the same seed fits the same encoder', () => {
	const random = createRandom(13);
	const columns = [
		numbers(3000, () => Math.exp(random.normal() * 3)),
		levels(3000, (row) => row % 120),
		numbers(3000, (row) => (row % 3 ? random.normal() : Number.NaN)),
	];
	const { encoder, table } = fitOn(columns, 4);
	assert.deepEqual(fitOn(columns, 4).encoder.toJSON(), encoder.toJSON());
	const copy = restoreModeEncoder(JSON.parse(JSON.stringify(encoder)));
	assert.deepEqual(copy.layout, encoder.layout);
	const matrix = encoder.encode(table, createRandom(14));
	assert.deepEqual(copy.encode(table, createRandom(14)), matrix);
	assert.deepEqual(copy.decode(matrix, 3000, createRandom(15)), encoder.decode(matrix, 3000, createRandom(15)));
});

test('odd columns still give a matrix without holes: all missing, one value, one row, no rows, huge numbers', () => {
	for (const column of [
		numbers(50, () => Number.NaN),
		levels(50, () => MISSING_LEVEL),
		numbers(50, () => 3),
		numbers(1, () => 3),
		numbers(0, () => 3),
		levels(0, () => 0),
		numbers(100, (row) => (row - 50) * 1e306),
	]) {
		const { encoder, table } = fitOn([column]);
		assert.ok(encoder.layout.width > 0);
		const matrix = encoder.encode(table, createRandom(0));
		assert.ok(matrix.every(Number.isFinite));
		const back = encoder.decode(matrix, table.rows, createRandom(0)).columns[0];
		assert.equal(back?.type, column.type);
		if (back?.type === 'numeric' && column.type === 'numeric') {
			back.values.forEach((value, row) => {
				assert.equal(Number.isNaN(value), Number.isNaN(column.values[row]));
			});
		}
	}
});
