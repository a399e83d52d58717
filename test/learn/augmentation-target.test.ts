import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averagePrecision } from '../../src/evaluate/detection.ts';
import {
	describeTarget,
	nameTarget,
	parseAugmentationTarget,
	scoreTarget,
} from '../../src/learn/augmentation-target.ts';

const test1 = { scores: Float64Array.of(0.9, 0.7, 0.65, 0.3, 0.2, 0.1), labels: Uint8Array.of(1, 0, 1, 1, 0, 0) };

test('targets are read as they are written, and nothing else is', () => {
	for (const text of ['f1', 'ap', 'recall@0.9']) assert.equal(nameTarget(parseAugmentationTarget(text)), text);
	assert.deepEqual(parseAugmentationTarget('recall@75%'), { measure: 'recall', precision: 0.75 });
	assert.match(describeTarget(parseAugmentationTarget('recall@.5')), /precision of 0\.5/);
	for (const text of ['recall', 'recall@', 'recall@0', 'recall@1.5', 'recall@101%', 'F1', 'auc', 'recall@x']) {
		assert.throws(() => parseAugmentationTarget(text), { code: 'CONFIG_INVALID' });
	}
});

test('average precision needs no threshold', () => {
	assert.equal(scoreTarget({ measure: 'ap' }, null, test1), averagePrecision(test1.scores, test1.labels));
});

test('F1 is that of the test rows at the threshold which is best on the tuning rows', () => {
	const tuning = { scores: Float64Array.of(0.8, 0.6, 0.5, 0.4), labels: Uint8Array.of(1, 1, 0, 0) };
	// Best at .6: on the test rows 3 are called, 2 of them rightly, of 3.
	assert.equal(scoreTarget({ measure: 'f1' }, tuning, test1), 2 / 3);
});

test('recall is that of the test rows at the threshold with the precision on the tuning rows', () => {
	const tuning = { scores: Float64Array.of(0.8, 0.6, 0.5, 0.25), labels: Uint8Array.of(1, 0, 1, 1) };
	// Precision .75 is first had at .25, where all are called; all three positives of the test rows are above it.
	assert.equal(scoreTarget({ measure: 'recall', precision: 0.75 }, tuning, test1), 1);
	// Only the first has precision 1.
	assert.equal(scoreTarget({ measure: 'recall', precision: 1 }, tuning, test1), 1 / 3);
	const hopeless = { scores: Float64Array.of(0.8, 0.6), labels: Uint8Array.of(0, 1) };
	assert.equal(scoreTarget({ measure: 'recall', precision: 0.9 }, hopeless, test1), 0);
});
