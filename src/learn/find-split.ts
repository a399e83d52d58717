import { countBins, type FeatureBins } from './feature-bins.ts';
import type { Histogram } from './histograms.ts';
import { MASK_WORDS } from './tree-nodes.ts';
import type { ResolvedTreeOptions } from './tree-options.ts';

/** The best split of a node, overwritten by each search. */
export interface Split {
	/** Loss saved (twice, as in XGBoost's equation 7 without the half); not above `minGain` if there is none. */
	gain: number;
	feature: number;
	/** Bins that go left. */
	readonly mask: Uint32Array;
	/** Sums of the rows that go left. */
	leftGradient: number;
	leftHessian: number;
}

export interface SplitSearch {
	/** First bin of each feature in a histogram; one more at the end. */
	readonly firstBin: Int32Array;
	/** Searches the features listed; the result is valid until the next search. */
	find(histogram: Histogram, gradient: number, hessian: number, features: Int32Array): Split;
}

/** Second derivatives below this are rounding left over from subtracted histograms. */
const NO_ROWS = 1e-9;

/**
 * Splits by XGBoost's gain, G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2) - G^2 / (H + l2) (Chen and Guestrin 2016).
 *
 * Numbers are cut at every edge, with missing values once on either side. Levels are sorted by their mean gradient
 * and the sorted list is cut, which finds the best of all subsets for a convex loss (Fisher 1958; LightGBM). Bins
 * that no row of the node has go to the side with the larger sum of second derivatives.
 */
export function createSplitSearch(bins: readonly FeatureBins[], options: ResolvedTreeOptions): SplitSearch {
	const { l2, levelL2, minChildWeight, minGain } = options;
	const firstBin = new Int32Array(bins.length + 1);
	bins.forEach((of, i) => {
		firstBin[i + 1] = (firstBin[i] as number) + countBins(of);
	});
	const isLevels = Uint8Array.from(bins, ({ type }) => (type === 'categorical' ? 1 : 0));
	const split: Split = { gain: 0, feature: -1, mask: new Uint32Array(MASK_WORDS), leftGradient: 0, leftHessian: 0 };
	/** Levels of one feature by mean gradient, and of the best feature so far. */
	const order = new Uint8Array(256);
	const keys = new Float64Array(256);
	const bestOrder = new Uint8Array(256);
	/** How the best split was made: values up to `bestCut`, or that many of `bestOrder`. */
	let bestCut = 0;
	let isMissingLeft = false;
	let parentGradient = 0;
	let parentHessian = 0;

	/** Keeps the split if it is the best so far. */
	function consider(feature: number, leftGradient: number, leftHessian: number, penalty: number): boolean {
		const rightHessian = parentHessian - leftHessian;
		if (leftHessian < minChildWeight || rightHessian < minChildWeight) return false;
		if (leftHessian <= NO_ROWS || rightHessian <= NO_ROWS) return false;
		const rightGradient = parentGradient - leftGradient;
		const gain =
			(leftGradient * leftGradient) / (leftHessian + penalty) +
			(rightGradient * rightGradient) / (rightHessian + penalty) -
			(parentGradient * parentGradient) / (parentHessian + penalty);
		// Sums in another order differ in the last digits; the first of equals wins.
		if (!(gain > split.gain + 1e-12)) return false;
		split.gain = gain;
		split.feature = feature;
		split.leftGradient = leftGradient;
		split.leftHessian = leftHessian;
		return true;
	}

	function searchNumbers(histogram: Histogram, feature: number): void {
		const start = firstBin[feature] as number;
		const missing = (firstBin[feature + 1] as number) - 1;
		const missingGradient = histogram[2 * missing] as number;
		const missingHessian = histogram[2 * missing + 1] as number;
		const hasMissing = missingHessian > NO_ROWS;
		let gradient = 0;
		let hessian = 0;
		for (let bin = start; bin < missing; bin++) {
			gradient += histogram[2 * bin] as number;
			hessian += histogram[2 * bin + 1] as number;
			if (consider(feature, gradient, hessian, l2)) {
				bestCut = bin - start;
				isMissingLeft = false;
			}
			if (hasMissing && consider(feature, gradient + missingGradient, hessian + missingHessian, l2)) {
				bestCut = bin - start;
				isMissingLeft = true;
			}
		}
	}

	/** Fills `order` with the levels that the node has, by mean gradient, and says how many there are. */
	function orderLevels(histogram: Histogram, feature: number): number {
		const start = firstBin[feature] as number;
		const end = firstBin[feature + 1] as number;
		let count = 0;
		for (let bin = start; bin < end; bin++) {
			const hessian = histogram[2 * bin + 1] as number;
			if (hessian <= NO_ROWS) continue;
			const key = (histogram[2 * bin] as number) / (hessian + levelL2);
			let at = count++;
			for (; at > 0 && (keys[at - 1] as number) > key; at--) {
				keys[at] = keys[at - 1] as number;
				order[at] = order[at - 1] as number;
			}
			keys[at] = key;
			order[at] = bin - start;
		}
		return count;
	}

	function searchLevels(histogram: Histogram, feature: number): void {
		const start = firstBin[feature] as number;
		const levels = orderLevels(histogram, feature);
		let gradient = 0;
		let hessian = 0;
		for (let i = 0; i + 1 < levels; i++) {
			const bin = start + (order[i] as number);
			gradient += histogram[2 * bin] as number;
			hessian += histogram[2 * bin + 1] as number;
			if (!consider(feature, gradient, hessian, l2 + levelL2)) continue;
			bestCut = i + 1;
			bestOrder.set(order.subarray(0, levels));
		}
	}

	/** Writes the set of bins that go left. */
	function writeMask(histogram: Histogram): void {
		const { mask, feature } = split;
		const start = firstBin[feature] as number;
		const count = (firstBin[feature + 1] as number) - start;
		const isLeftHeavier = split.leftHessian > parentHessian - split.leftHessian;
		mask.fill(0);
		const set = (bin: number) => {
			mask[bin >> 5] = (mask[bin >> 5] as number) | (1 << (bin & 31));
		};
		const isAbsent = (bin: number) => (histogram[2 * (start + bin) + 1] as number) <= NO_ROWS;
		if (isLevels[feature] === 1) {
			for (let i = 0; i < bestCut; i++) set(bestOrder[i] as number);
			if (isLeftHeavier) for (let bin = 0; bin < count; bin++) if (isAbsent(bin)) set(bin);
			return;
		}
		for (let bin = 0; bin <= bestCut; bin++) set(bin);
		if (isAbsent(count - 1) ? isLeftHeavier : isMissingLeft) set(count - 1);
	}

	return {
		firstBin,
		find(histogram, gradient, hessian, features) {
			parentGradient = gradient;
			parentHessian = hessian;
			split.gain = minGain;
			split.feature = -1;
			for (let i = 0; i < features.length; i++) {
				const feature = features[i] as number;
				if (isLevels[feature] === 1) searchLevels(histogram, feature);
				else searchNumbers(histogram, feature);
			}
			if (split.feature >= 0) writeMask(histogram);
			return split;
		},
	};
}
