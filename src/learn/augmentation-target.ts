import { CounterfoilError } from '../contracts/errors.ts';
import { averagePrecision, precisionRecallCurve } from '../evaluate/detection.ts';
import { callAt } from './classifier-efficacy.ts';

/** What augmentation is to raise. */
export type AugmentationTarget =
	| { readonly measure: 'f1' }
	/** Average precision, for which no threshold is needed. */
	| { readonly measure: 'ap' }
	/** Recall at the threshold that has this precision on rows set aside for it. */
	| { readonly measure: 'recall'; readonly precision: number };

/**
 * `f1`, `ap`, or recall at a precision: `recall@0.9`, `recall@90%`.
 *
 * @throws CounterfoilError CONFIG_INVALID
 */
export function parseAugmentationTarget(text: string): AugmentationTarget {
	if (text === 'f1' || text === 'ap') return { measure: text };
	const match = /^recall@(\d*\.?\d+)(%?)$/.exec(text);
	const precision = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1);
	if (precision > 0 && precision <= 1) return { measure: 'recall', precision };
	throw new CounterfoilError('CONFIG_INVALID', `"${text}" is nothing that augmentation can be judged by.`, {
		hint: 'use f1, ap or recall@0.9 (recall at a precision of 0.9)',
	});
}

/** As it is written on the command line. */
export function nameTarget(target: AugmentationTarget): string {
	return target.measure === 'recall' ? `recall@${target.precision}` : target.measure;
}

/** In words, to go into a sentence. */
export function describeTarget(target: AugmentationTarget): string {
	if (target.measure === 'ap') return 'average precision';
	return target.measure === 'f1' ? 'F1' : `recall at a precision of ${target.precision}`;
}

/** Scores and labels of some rows. */
export interface ScoredLabels {
	readonly scores: Float64Array;
	readonly labels: Uint8Array;
}

/** The threshold that is best on the tuning rows: of the largest F1, or of the largest recall with the precision. */
function tuneThreshold(target: AugmentationTarget, { scores, labels }: ScoredLabels): number {
	let threshold = Number.POSITIVE_INFINITY;
	let best = 0;
	for (const point of precisionRecallCurve(scores, labels)) {
		const { precision, recall } = point;
		const isAllowed = target.measure !== 'recall' || precision >= target.precision;
		const value = target.measure === 'recall' ? recall : f1(precision, recall);
		if (!isAllowed || value <= best) continue;
		best = value;
		threshold = point.threshold;
	}
	return threshold;
}

function f1(precision: number, recall: number): number {
	return precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
}

/** @param tuning rows that set the threshold; null where none is needed. */
export function scoreTarget(target: AugmentationTarget, tuning: ScoredLabels | null, test: ScoredLabels): number {
	if (target.measure === 'ap' || tuning === null) return averagePrecision(test.scores, test.labels);
	const { precision, recall } = callAt(test.scores, test.labels, tuneThreshold(target, tuning));
	return target.measure === 'f1' ? f1(precision, recall) : recall;
}
