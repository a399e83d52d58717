import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	auroc,
	averagePrecision,
	cardPrecisionAtK,
	precisionAtK,
	precisionAtKByDay,
	precisionRecallCurve,
} from '../../src/evaluate/detection.ts';
import { readGolden } from './golden.ts';

for (const golden of readGolden().rankings) {
	test(`AUROC, average precision and card precision equal scikit-learn and the handbook with ${golden.name}`, () => {
		const scores = Float64Array.from(golden.scores);
		const labels = Uint8Array.from(golden.labels);
		assert.ok(Math.abs(auroc(scores, labels) - golden.auroc) < 1e-12);
		assert.ok(Math.abs(averagePrecision(scores, labels) - golden.averagePrecision) < 1e-12);
		const found = cardPrecisionAtK(scores, labels, Int32Array.from(golden.days), Int32Array.from(golden.cards), 5);
		assert.deepEqual(found.byDay, golden.cardPrecisionAt5);
		assert.ok(found.ceiling >= found.mean);
	});
}

test('precision at k counts the highest scores, and all rows when there are fewer than k', () => {
	const scores = Float64Array.of(0.1, 0.9, 0.8, 0.2);
	const labels = Uint8Array.of(1, 1, 0, 0);
	assert.equal(precisionAtK(scores, labels, 1), 1);
	assert.equal(precisionAtK(scores, labels, 2), 0.5);
	assert.equal(precisionAtK(scores, labels, 100), 0.5);
});

test('the precision-recall curve has one point per distinct score and ends at full recall', () => {
	const curve = precisionRecallCurve(Float64Array.of(3, 3, 2, 1), Uint8Array.of(1, 0, 1, 0));
	assert.deepEqual(curve, [
		{ threshold: 3, precision: 0.5, recall: 0.5, called: 2 },
		{ threshold: 2, precision: 2 / 3, recall: 1, called: 3 },
		{ threshold: 1, precision: 0.5, recall: 1, called: 4 },
	]);
});

test('without positives the figures are undefined instead of 0', () => {
	const scores = Float64Array.of(1, 2);
	const labels = Uint8Array.of(0, 0);
	assert.ok(Number.isNaN(auroc(scores, labels)));
	assert.ok(Number.isNaN(averagePrecision(scores, labels)));
	assert.deepEqual(precisionRecallCurve(scores, labels), []);
});

test('a card that was found is not looked at again, so the ceiling counts it once', () => {
	const labels = Uint8Array.of(1, 0, 1, 1);
	const scores = Float64Array.of(9, 1, 9, 8);
	const found = cardPrecisionAtK(scores, labels, Int32Array.of(0, 0, 1, 1), Int32Array.of(7, 8, 7, 9), 1);
	assert.deepEqual(found.byDay, [1, 1]);
	const all = cardPrecisionAtK(scores, labels, Int32Array.of(0, 0, 1, 1), Int32Array.of(7, 8, 7, 9), 2);
	assert.deepEqual(all.byDay, [0.5, 0.5]);
	assert.equal(all.ceiling, 0.5);
});

test('precision at k by day ranks each day by itself', () => {
	const scores = Float64Array.of(1, 2, 9, 8, 7);
	const labels = Uint8Array.of(1, 0, 0, 1, 1);
	assert.deepEqual(precisionAtKByDay(scores, labels, Int32Array.of(4, 4, 3, 3, 3), 2), [0.5, 0.5]);
	assert.deepEqual(precisionAtKByDay(scores, labels, Int32Array.of(4, 4, 3, 3, 3), 1), [0, 0]);
});
