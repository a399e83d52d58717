import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CategoricalSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom, type Random } from '../../src/contracts/random.ts';
import {
	chooseTargets,
	explainedVariance,
	macroAuc,
	measureTrainOnSynthetic,
} from '../../src/learn/train-on-synthetic.ts';
import { codes, numbers, specsOf, tableOf } from './build-table.ts';

const ROWS = 2000;

/** A number; two levels, three levels and a number that follow it; levels nearly all the same. */
function drawRows(random: Random, linked: boolean, rows = ROWS): FeatureTable {
	const size = numbers(rows, () => random.normal());
	const cause = linked ? size : numbers(rows, () => random.normal());
	const noisy = (row: number) => (cause[row] as number) + random.normal() / 2;
	return tableOf([
		size,
		codes(rows, (row) => (noisy(row) > 0.5 ? 1 : 0)),
		codes(rows, (row) => (noisy(row) > 0.6 ? 2 : noisy(row) > -0.6 ? 1 : 0)),
		numbers(rows, (row) => 3 * noisy(row)),
		codes(rows, (row) => (row % 100 === 0 ? 1 : 0)),
	]);
}

const training = drawRows(createRandom(1), true);
const heldOut = drawRows(createRandom(2), true);
const good = drawRows(createRandom(3), true);
const bad = drawRows(createRandom(4), false);
const specs = specsOf(training);
const [TWO, THREE, NUMBER] = [1, 2, 3];

for (const [name, target, measure, levels] of [
	['two levels', TWO, 'auc', 2],
	['three levels', THREE, 'macro-auc', 3],
	['a number', NUMBER, 'r2', 0],
] as const) {
	test(`${name}: good rows teach as well as real ones, rows without relations nothing`, () => {
		const of = (synthetic: FeatureTable) =>
			measureTrainOnSynthetic({ training, synthetic, heldOut, specs }, target, createRandom(1));
		const asReal = of(good);
		assert.equal(asReal.measure, measure);
		assert.equal(asReal.levels, levels);
		assert.equal(asReal.trainingRows, ROWS);
		assert.ok(asReal.real > 0.7, String(asReal.real));
		assert.ok(Math.abs(asReal.synthetic - asReal.real) < 0.03, `${asReal.synthetic} ${asReal.real}`);
		const useless = of(bad);
		assert.equal(useless.real, asReal.real);
		// The other columns of rows without relations still follow one another.
		assert.ok(useless.synthetic < asReal.real - 0.02, String(useless.synthetic));
	});
}

test('both learners get as many rows as the smaller table has', () => {
	const few = drawRows(createRandom(3), true, 150);
	const result = measureTrainOnSynthetic({ training, synthetic: few, heldOut, specs }, TWO, createRandom(1));
	assert.equal(result.trainingRows, 150);
	assert.equal(result.heldOutRows, ROWS);
});

test('synthetic rows of one level only teach nothing', () => {
	const one = tableOf(
		good.columns.map((column, i) => {
			if (i === TWO) return new Int32Array(ROWS);
			return column.type === 'numeric' ? column.values : column.codes;
		}),
	);
	assert.equal(
		measureTrainOnSynthetic({ training, synthetic: one, heldOut, specs }, TWO, createRandom(1)).synthetic,
		0.5,
	);
});

test('the label is predicted if it is a column, else the most even columns of few levels', () => {
	assert.deepEqual(chooseTargets({ heldOut, specs }, 'x4'), [4]);
	assert.deepEqual(chooseTargets({ heldOut, specs }, 'not there'), [THREE, TWO]);
	assert.deepEqual(chooseTargets({ heldOut, specs }, null, 1), [THREE]);
	const numbersOnly = { heldOut: tableOf([numbers(9, (row) => row)]), specs: specs.slice(0, 1) };
	assert.deepEqual(chooseTargets(numbersOnly), [0]);
	const wide = { ...(specs[TWO] as CategoricalSpec), levels: Array.from({ length: 50 }, (_, i) => `level ${i}`) };
	assert.deepEqual(chooseTargets({ heldOut, specs: specs.with(TWO, wide) }), [THREE]);
});

test('a column with one level in the held-out rows is refused', () => {
	const constant = tableOf(
		heldOut.columns.map((column) => (column.type === 'numeric' ? column.values : new Int32Array(ROWS))),
	);
	assert.throws(
		() => measureTrainOnSynthetic({ training, synthetic: good, heldOut: constant, specs }, TWO, createRandom(1)),
		{ code: 'TABLE_UNTRAINABLE' },
	);
});

// p = np.array([[((i*7)%11), ((i*5)%13), ((i*3)%7)] for i in range(12)], float) + 1; p /= p.sum(1, keepdims=True)
// y = [i*i % 3 if i % 4 else 2 for i in range(12)]
test('the mean area over the classes is that of scikit-learn', () => {
	const predicted = new Float64Array(36);
	for (let i = 0; i < 12; i++) {
		const row = [((i * 7) % 11) + 1, ((i * 5) % 13) + 1, ((i * 3) % 7) + 1];
		const total = row.reduce((sum, value) => sum + value, 0);
		predicted.set(
			row.map((value) => value / total),
			i * 3,
		);
	}
	const y = codes(12, (i) => (i % 4 === 0 ? 2 : (i * i) % 3));
	// roc_auc_score(y, p, multi_class='ovr', average='macro')
	assert.ok(Math.abs(macroAuc(predicted, y, 3) - 0.9027777777777778) < 1e-9);
	// r2_score(p[:, 0], p[:, 1])
	const first = numbers(12, (i) => predicted[i * 3] as number);
	const second = numbers(12, (i) => predicted[i * 3 + 1] as number);
	assert.ok(Math.abs(explainedVariance(second, first) - -2.648236026948227) < 1e-9);
});
