import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import {
	type BaselineMatrix,
	encodeForBaselines,
	fitBaselineCoordinates,
} from '../../src/scoring/baselines/baseline-matrix.ts';
import { BASELINE_NAMES, fitBaselines } from '../../src/scoring/baselines/fit-baselines.ts';
import { fitHistogramScore } from '../../src/scoring/baselines/histogram-score.ts';
import { averagePath, fitIsolationForest, fitTrimmedForest } from '../../src/scoring/baselines/isolation-forest.ts';
import { fitNearestNeighbours } from '../../src/scoring/baselines/nearest-neighbours.ts';
import { areaUnderCurve, buildSpecs, buildTable, type NamedColumn, takeRows } from './build-table.ts';

interface Pair<T> {
	readonly train: T;
	readonly fresh: T;
}

/** Made by bench/peers/baselines_golden.py. */
interface Golden extends Pair<number[]> {
	readonly width: number;
	readonly hbos: Pair<number[]>;
	readonly knn: Pair<number[]>;
	readonly isolationForest: Pair<number[]>;
}

const golden = JSON.parse(
	readFileSync(new URL('../fixtures/baselines/golden.json', import.meta.url), 'utf8'),
) as Golden;

function numbers(values: readonly number[], width: number): BaselineMatrix {
	return {
		rows: values.length / width,
		width,
		values: Float64Array.from(values),
		features: Array.from({ length: width }, (_, start) => ({ kind: 'numbers', start, width: 1 })),
	};
}

const train = numbers(golden.train, golden.width);
const fresh = numbers(golden.fresh, golden.width);

/** Largest difference, measured against the size of the larger. */
function worstError(actual: Float64Array, expected: readonly number[]): number {
	assert.equal(actual.length, expected.length);
	return expected.reduce(
		(worst, value, i) => Math.max(worst, Math.abs(value - (actual[i] as number)) / Math.max(1, Math.abs(value))),
		0,
	);
}

/** Spearman's, without ties. */
function rankCorrelation(first: ArrayLike<number>, second: ArrayLike<number>): number {
	const ranks = (values: ArrayLike<number>) => {
		const order = Array.from(values, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
		const ranked = new Float64Array(values.length);
		for (let rank = 0; rank < order.length; rank++) ranked[order[rank] as number] = rank;
		return ranked;
	};
	const a = ranks(first);
	const b = ranks(second);
	const squares = a.reduce((sum, rank, i) => sum + (rank - (b[i] as number)) ** 2, 0);
	return 1 - (6 * squares) / (a.length * (a.length ** 2 - 1));
}

describe('against PyOD and scikit-learn', () => {
	test('the distance to the fifth neighbour is the same, with a row not its own neighbour', () => {
		const fitted = fitNearestNeighbours(train, createRandom(1));
		assert.ok(worstError(fitted.score(train), golden.knn.train) < 1e-12);
		assert.ok(worstError(fitted.score(fresh), golden.knn.fresh) < 1e-12);
	});

	test('the histogram score is the same, inside the bins and outside of them', () => {
		const fitted = fitHistogramScore(train);
		assert.ok(worstError(fitted.score(train), golden.hbos.train) < 1e-9);
		assert.ok(worstError(fitted.score(fresh), golden.hbos.fresh) < 1e-9);
	});

	test('an isolation forest ranks like the mean of ten of scikit-learn, on the same scale', () => {
		const fitted = fitIsolationForest(train, createRandom(1));
		for (const [matrix, expected] of [
			[train, golden.isolationForest.train],
			[fresh, golden.isolationForest.fresh],
		] as const) {
			const scores = fitted.score(matrix);
			const correlation = rankCorrelation(scores, expected);
			assert.ok(correlation > 0.95, String(correlation));
			assert.ok(worstError(scores, expected) < 0.06);
		}
	});
});

describe('isolation forest', () => {
	test('c(n) is the mean path length of the paper', () => {
		assert.equal(averagePath(1), 0);
		assert.equal(averagePath(2), 1);
		assert.ok(Math.abs(averagePath(256) - 10.2447709) < 1e-6);
	});

	test('rows that do not differ all score one half', () => {
		const same = numbers(new Array<number>(600).fill(3), 2);
		for (const score of fitIsolationForest(same, createRandom(1)).score(same)) {
			assert.ok(Math.abs(score - 0.5) < 1e-12);
		}
	});

	test('trimming finds a clump of anomalies that widens the plain forest', () => {
		const random = createRandom(5);
		const values = Array.from({ length: 1000 * 4 }, (_, i) => (i < 60 * 4 ? 5 : 0) + random.normal());
		const matrix = numbers(values, 4);
		const area = (scores: Float64Array) => areaUnderCurve([...scores.subarray(0, 60)], [...scores.subarray(60)]);
		const margin = (scores: Float64Array) => {
			const mean = (part: Float64Array) => part.reduce((sum, score) => sum + score, 0) / part.length;
			return mean(scores.subarray(0, 60)) - mean(scores.subarray(60));
		};
		const plain = fitIsolationForest(matrix, createRandom(1)).score(matrix);
		const trimmed = fitTrimmedForest(matrix, createRandom(1)).score(matrix);
		assert.ok(area(trimmed) > 0.99);
		assert.ok(margin(trimmed) > 1.1 * margin(plain), `${margin(trimmed)} ${margin(plain)}`);
	});
});

/** Amounts that follow the shop, but for the first rows: far amounts, a rare shop, or nothing at all. */
function buildColumns(rows: number, odd: number): NamedColumn[] {
	const random = createRandom(11);
	const shops = Array.from({ length: rows }, (_, i) =>
		i < odd && i % 3 === 1 ? `rare ${i}` : `shop ${random.integer(15)}`,
	);
	return [
		{
			name: 'amount',
			cells: shops.map((shop, i) => {
				if (i < odd && i % 3 === 2) return null;
				return (i < odd && i % 3 === 0 ? 60 : 0) + shop.length + random.normal();
			}),
		},
		{ name: 'shop', cells: shops },
		{ name: 'currency', cells: new Array<string>(rows).fill('EUR') },
		{ name: 'at', cells: shops.map((_, i) => 43_200 + (i < odd ? 40_000 : 3_000 * random.normal())), period: 86_400 },
		{ name: 'number', cells: shops.map((_, i) => i), scored: false },
	];
}

describe('on a mixed table', () => {
	const columns = buildColumns(900, 12);
	const specs = buildSpecs(columns);
	const table = buildTable(columns, specs);

	test('numbers are standardised, missing has a column, levels are twelve and the rest, constants are left out', () => {
		const coordinates = fitBaselineCoordinates(table, specs);
		const matrix = encodeForBaselines(coordinates, table, false);
		assert.equal(matrix.width, 2 + 13 + 2);
		assert.deepEqual(
			matrix.features.map(({ kind, start, width }) => [kind, start, width]),
			[
				['numbers', 0, 2],
				['levels', 2, 13],
				['numbers', 15, 2],
			],
		);
		const missing = 2;
		assert.equal(matrix.values[missing * matrix.width], 0);
		assert.ok((matrix.values[missing * matrix.width + 1] as number) > 1);
		let sum = 0;
		for (let row = 0; row < matrix.rows; row++) sum += matrix.values[row * matrix.width] as number;
		assert.ok(Math.abs(sum / matrix.rows) < 1e-9);
		const far = (isPrepared: boolean) => encodeForBaselines(coordinates, table, isPrepared).values[0] as number;
		assert.ok(far(true) < far(false));
	});

	test('every baseline scores the odd rows higher', () => {
		const scores = fitBaselines(table, specs, createRandom(1), 900).score(table);
		assert.equal(scores.length, BASELINE_NAMES.length);
		for (let i = 0; i < scores.length; i++) {
			const values = [...(scores[i] as Float64Array)];
			assert.ok(values.every(Number.isFinite), BASELINE_NAMES[i]);
			const area = areaUnderCurve(values.slice(0, 12), values.slice(12));
			assert.ok(area > 0.9, `${BASELINE_NAMES[i]} ${area}`);
		}
	});

	test('the same seed gives the same scores, and a row alone the same as among others', () => {
		const fit = (seed: number) => fitBaselines(table, specs, createRandom(seed), 900);
		const whole = fit(3).score(table);
		assert.deepEqual(fit(3).score(table), whole);
		assert.notDeepEqual(fit(4).score(table)[0], whole[0]);
		const alone = fit(3).score(takeRows(table, [7]));
		assert.deepEqual(
			alone.map((scores) => scores[0]),
			whole.map((scores) => scores[7]),
		);
	});

	test('a level that fitting did not see is as anomalous as can be', () => {
		const plain = fitBaselines(table, specs, createRandom(1), 900);
		const other = buildTable(
			columns.map((column) => (column.name === 'shop' ? { ...column, cells: column.cells.map(() => 'new') } : column)),
			specs,
		);
		const known = plain.score(table)[2] as Float64Array;
		const unseen = plain.score(other)[2] as Float64Array;
		assert.ok(unseen.every((score, row) => score > (known[row] as number)));
	});
});
