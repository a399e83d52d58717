import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
	callAt,
	chooseThreshold,
	type EfficacyBreakdown,
	type EfficacyMeasure,
	type JudgedClassifier,
	measureClassifierEfficacy,
} from '../../src/learn/classifier-efficacy.ts';

// Golden values from sdmetrics 0.32.0, its classifier replaced by one that returns given scores:
//   def table(n, k): i = np.arange(n); s = (i*k)%31; t = (i*i+k)%17
//     return DataFrame({'s': s, 't': t, 'y': np.where((s*5+t*2+(i%5)*9)%100 > 62, 'yes', 'no')})
//   class Given:  # in place of sdmetrics.single_table.data_augmentation.base.XGBClassifier
//     def fit(self, X, y): self.bias = len(X)%7
//     def predict_proba(self, X): p = ((X.s*(3+self.bias)+X.t)%50)/50; return np.stack([1-p, p], 1)
//   BinaryClassifierPrecisionEfficacy.compute_breakdown(table(150,7), table(61,11), table(90,13), meta, None, 'y', 'yes',
//     fixed_recall_value=f)  and BinaryClassifierRecallEfficacy with fixed_precision_value=f
function rowsOf(rows: number, k: number): { readonly s: number; readonly t: number; readonly y: number }[] {
	return Array.from({ length: rows }, (_, i) => {
		const s = (i * k) % 31;
		const t = (i * i + k) % 17;
		return { s, t, y: (s * 5 + t * 2 + (i % 5) * 9) % 100 > 62 ? 1 : 0 };
	});
}

function judge(training: ReturnType<typeof rowsOf>): JudgedClassifier {
	const bias = training.length % 7;
	const scores = (rows: typeof training) => Float64Array.from(rows, ({ s, t }) => ((s * (3 + bias) + t) % 50) / 50);
	const labels = (rows: typeof training) => Uint8Array.from(rows, ({ y }) => y);
	const validation = rowsOf(90, 13);
	return {
		trainingScores: scores(training),
		trainingLabels: labels(training),
		validationScores: scores(validation),
		validationLabels: labels(validation),
	};
}

const real = judge(rowsOf(150, 7));
const augmented = judge([...rowsOf(150, 7), ...rowsOf(61, 11)]);

/** Fixed measure on training, recall, precision, then true and false positives, true and false negatives. */
type Golden = readonly [number, number, number, number, number, number, number];
const golden: readonly (readonly [EfficacyMeasure, number, number, Golden, Golden])[] = [
	[
		'precision',
		0.3,
		0.4086206896551724,
		[0.3, 0.3684210526315789, 0.4827586206896552, 14, 15, 37, 24],
		[0.34146341463414637, 0.23684210526315788, 0.3, 9, 21, 31, 29],
	],
	[
		'recall',
		0.3,
		0.5,
		[0.3, 0.07894736842105263, 0.3333333333333333, 3, 6, 46, 35],
		[0.3125, 0.07894736842105263, 0.3333333333333333, 3, 6, 46, 35],
	],
	[
		'recall',
		0.5,
		0.5,
		[0.5, 0.10526315789473684, 0.36363636363636365, 4, 7, 45, 34],
		[0.5, 0.10526315789473684, 0.3333333333333333, 4, 8, 44, 34],
	],
	[
		'precision',
		0.6,
		0.46370370370370373,
		[0.6, 0.631578947368421, 0.48, 24, 26, 26, 14],
		[0.6341463414634146, 0.5789473684210527, 0.4074074074074074, 22, 32, 20, 16],
	],
	['recall', 0.6, 0.5, [0, 0, 0, 0, 0, 52, 38], [1, 0, 0, 0, 1, 51, 38]],
	[
		'precision',
		0.9,
		0.4890788224121557,
		[0.9, 0.9210526315789473, 0.43209876543209874, 35, 46, 6, 3],
		[0.9146341463414634, 0.8421052631578947, 0.41025641025641024, 32, 46, 6, 6],
	],
	['recall', 0.9, 0.5, [0, 0, 0, 0, 0, 52, 38], [1, 0, 0, 0, 1, 51, 38]],
];

function figures(of: EfficacyBreakdown): Golden {
	const { fixedOnTraining, recall, precision, truePositives, falsePositives, trueNegatives, falseNegatives } = of;
	return [fixedOnTraining, recall, precision, truePositives, falsePositives, trueNegatives, falseNegatives];
}

for (const [measure, fixedValue, score, ofReal, ofAugmented] of golden) {
	const fixed = measure === 'precision' ? 'recall' : 'precision';
	test(`${measure} at a ${fixed} of ${fixedValue} is that of sdmetrics`, () => {
		const result = measureClassifierEfficacy(measure, real, augmented, fixedValue);
		assert.ok(Math.abs(result.score - score) < 1e-9, String(result.score));
		for (const [actual, expected] of [
			[result.real, ofReal],
			[result.augmented, ofAugmented],
		] as const) {
			figures(actual).forEach((value, i) => {
				assert.ok(Math.abs(value - (expected[i] as number)) < 1e-9, `${i}: ${value}`);
			});
		}
	});
}

test('among thresholds that do equally well the lowest is chosen', () => {
	const scores = Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.1);
	const labels = Uint8Array.of(1, 1, 0, 0, 0);
	// Recall is 1 from .8 down.
	assert.equal(chooseThreshold(scores, labels, 'recall', 1), 0.1);
	assert.equal(chooseThreshold(scores, labels, 'precision', 1), 0.8);
	assert.equal(chooseThreshold(scores, labels, 'recall', 0.5), 0.9);
});

test('without any positive nobody is called at 1, and shares of nothing are 0', () => {
	const scores = Float64Array.of(0.2, 0.4);
	const labels = new Uint8Array(2);
	assert.equal(chooseThreshold(scores, labels, 'precision', 0.9), 1);
	const { precision, recall, called } = callAt(scores, labels, 1);
	assert.deepEqual([precision, recall, called], [0, 0, 0]);
});
