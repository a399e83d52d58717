import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureByClassifiers } from '../../src/compute/measure-by-classifiers.ts';
import type { FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { codes, numbers, specsOf, tableOf } from '../learn/build-table.ts';

/** A number, levels and a label that follow it; `isLinked` false: each by itself, as independent columns are. */
function drawRows(seed: number, rows: number, { isLinked = true, positives = 0.3 } = {}): FeatureTable {
	const random = createRandom(seed);
	const size = numbers(rows, () => random.uniform());
	const cause = isLinked ? size : numbers(rows, () => random.uniform());
	const other = isLinked ? size : numbers(rows, () => random.uniform());
	return tableOf([
		size,
		codes(rows, (row) => Math.floor(4 * (cause[row] as number))),
		codes(rows, (row) => ((other[row] as number) < positives ? 1 : 0)),
	]);
}

const training = drawRows(1, 1500);
const heldOut = drawRows(2, 600);
const specs = specsOf(training);
const LABEL = 'x2';

test('rows as good as real ones stand at the ceiling, rows without relations at the floor', () => {
	const measure = (synthetic: FeatureTable) =>
		measureByClassifiers({ specs, training, heldOut, synthetic }, LABEL, createRandom(1));
	const good = measure(drawRows(3, 1500));
	const bad = measure(drawRows(4, 1500, { isLinked: false }));
	assert.ok(good.twoSample !== null && bad.twoSample !== null);
	assert.ok(good.twoSample.synthetic.score > good.twoSample.ceiling - 0.1);
	assert.ok(Math.abs(bad.twoSample.synthetic.score - bad.twoSample.floor) < 0.1);
	assert.ok(bad.twoSample.ceiling - bad.twoSample.floor > 0.5);
	assert.equal(good.twoSample.synthetic.rows, 600);
	assert.equal(good.trainOnSynthetic?.column, LABEL);
	assert.equal(good.trainOnSynthetic?.isLabel, true);
	assert.equal(good.trainOnSynthetic?.trainingRows, 1500);
	assert.ok((good.trainOnSynthetic?.synthetic ?? 0) > 0.97);
	assert.ok((bad.trainOnSynthetic?.synthetic ?? 1) < 0.65);
	assert.ok((bad.trainOnSynthetic?.real ?? 0) > 0.97);
});

test('a label too rare to be judged gives way to a column of few levels, and that is said', () => {
	const rare = { positives: 0.002 };
	const { trainOnSynthetic } = measureByClassifiers(
		{
			specs,
			training: drawRows(1, 1500, rare),
			heldOut: drawRows(2, 600, rare),
			synthetic: drawRows(3, 1500, rare),
		},
		LABEL,
		createRandom(1),
	);
	assert.equal(trainOnSynthetic?.column, 'x1');
	assert.equal(trainOnSynthetic?.isLabel, false);
	assert.equal(trainOnSynthetic?.measure, 'macro-auc');
});

test('too few held-out rows give nothing instead of a guess', () => {
	const found = measureByClassifiers(
		{ specs, training, heldOut: drawRows(2, 40), synthetic: drawRows(3, 1500) },
		LABEL,
		createRandom(1),
	);
	assert.deepEqual(found, { twoSample: null, trainOnSynthetic: null });
});
