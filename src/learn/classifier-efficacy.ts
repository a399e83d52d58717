import { type PrecisionRecall, precisionRecallCurve } from '../evaluate/detection.ts';

/** What a classifier says about the rows it was trained on and about rows it was not. */
export interface JudgedClassifier {
	/** [training rows]; probability of the rare class, higher where more likely. */
	readonly trainingScores: Float64Array;
	/** [training rows]; 1 for the rare class, else 0. */
	readonly trainingLabels: Uint8Array;
	/** [validation rows], real ones. */
	readonly validationScores: Float64Array;
	readonly validationLabels: Uint8Array;
}

export interface EfficacyBreakdown {
	/** Where the fixed measure is nearest above the value asked for on the training rows; 1 where it never is. */
	readonly threshold: number;
	/** The fixed measure on the training rows at this threshold. */
	readonly fixedOnTraining: number;
	readonly recall: number;
	readonly precision: number;
	readonly truePositives: number;
	readonly falsePositives: number;
	readonly trueNegatives: number;
	readonly falseNegatives: number;
}

export interface ClassifierEfficacy {
	/** (measure with synthetic rows - measure without) / 2 + 0.5: above 0.5 where they help. */
	readonly score: number;
	readonly real: EfficacyBreakdown;
	readonly augmented: EfficacyBreakdown;
}

export type EfficacyMeasure = 'precision' | 'recall';

/**
 * BinaryClassifierPrecisionEfficacy and BinaryClassifierRecallEfficacy of the Python package sdmetrics (0.32), for any
 * classifier: precision at a fixed recall, or recall at a fixed precision, with and without synthetic rows. As there,
 * the threshold is chosen on the rows of training, which favours classifiers that learn them by heart.
 *
 * @param measure what is compared; the other of the two is fixed.
 * @param fixedValue above 0 and below 1. @default 0.9
 */
export function measureClassifierEfficacy(
	measure: EfficacyMeasure,
	real: JudgedClassifier,
	augmented: JudgedClassifier,
	fixedValue = 0.9,
): ClassifierEfficacy {
	const fixed = measure === 'precision' ? 'recall' : 'precision';
	const ofReal = breakDown(real, fixed, fixedValue);
	const ofAugmented = breakDown(augmented, fixed, fixedValue);
	return { score: (ofAugmented[measure] - ofReal[measure]) / 2 + 0.5, real: ofReal, augmented: ofAugmented };
}

/**
 * The threshold at which precision (or recall) is nearest to the value asked for without being below it; among equals
 * the lowest. 1 where only calling nobody would do, as precision is then taken to be 1.
 */
export function chooseThreshold(
	scores: Float64Array,
	labels: Uint8Array,
	fixed: EfficacyMeasure,
	fixedValue: number,
): number {
	let threshold = 1;
	let nearest = Number.POSITIVE_INFINITY;
	// From the lowest threshold up, the first of equals wins.
	for (const point of precisionRecallCurve(scores, labels).reverse()) {
		const over = point[fixed] - fixedValue;
		if (over < 0 || over >= nearest) continue;
		nearest = over;
		threshold = point.threshold;
	}
	// The curve ends at precision 1 and recall 0 with nobody called.
	const end: Record<EfficacyMeasure, number> = { precision: 1, recall: 0 };
	return end[fixed] >= fixedValue && end[fixed] - fixedValue < nearest ? 1 : threshold;
}

/** What calling every row with at least this score means; a share of nothing is 0. */
export function callAt(
	scores: Float64Array,
	labels: Uint8Array,
	threshold: number,
): PrecisionRecall & { readonly found: number; readonly positives: number } {
	let called = 0;
	let found = 0;
	let positives = 0;
	for (let row = 0; row < scores.length; row++) {
		const label = labels[row] as number;
		positives += label;
		if ((scores[row] as number) < threshold) continue;
		called++;
		found += label;
	}
	return {
		threshold,
		called,
		found,
		positives,
		precision: called > 0 ? found / called : 0,
		recall: positives > 0 ? found / positives : 0,
	};
}

function breakDown(judged: JudgedClassifier, fixed: EfficacyMeasure, fixedValue: number): EfficacyBreakdown {
	const { trainingScores, trainingLabels, validationScores, validationLabels } = judged;
	const threshold = chooseThreshold(trainingScores, trainingLabels, fixed, fixedValue);
	const { called, found, positives, precision, recall } = callAt(validationScores, validationLabels, threshold);
	return {
		threshold,
		fixedOnTraining: callAt(trainingScores, trainingLabels, threshold)[fixed],
		recall,
		precision,
		truePositives: found,
		falsePositives: called - found,
		trueNegatives: validationScores.length - positives - (called - found),
		falseNegatives: positives - found,
	};
}
