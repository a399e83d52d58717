import type { BinnedTable } from './feature-bins.ts';

/** Sums of first and second derivatives per feature and bin: [all bins, 2]. */
export type Histogram = Float64Array;

/** Derivatives of the loss with respect to what has been predicted so far. */
export interface Derivatives {
	/** [rows] */
	readonly gradient: Float64Array;
	/** [rows]; not negative. */
	readonly hessian: Float64Array;
}

export interface HistogramPool {
	/** Of the rows `rows[start]` to `rows[end - 1]`; features that are not listed hold anything. */
	sum(derivatives: Derivatives, rows: Int32Array, start: number, end: number, features: Int32Array): Histogram;
	/** from -= what, for the features listed. */
	subtract(from: Histogram, what: Histogram, features: Int32Array): void;
	/** Gives a histogram back, to be used again. */
	release(histogram: Histogram | null): void;
}

/** @param firstBin first bin of each feature in a histogram; one more at the end. */
export function createHistogramPool({ rows: most, columns }: BinnedTable, firstBin: Int32Array): HistogramPool {
	const width = 2 * (firstBin[columns.length] as number);
	const free: Histogram[] = [];
	// Derivatives of the rows of a node side by side, so that each feature reads them in order.
	const nearGradient = new Float64Array(most);
	const nearHessian = new Float64Array(most);

	function addFeature(
		histogram: Histogram,
		base: number,
		column: Uint8Array,
		rows: Int32Array,
		start: number,
		count: number,
	): void {
		for (let i = 0; i < count; i++) {
			const at = base + 2 * (column[rows[start + i] as number] as number);
			histogram[at] = (histogram[at] as number) + (nearGradient[i] as number);
			histogram[at + 1] = (histogram[at + 1] as number) + (nearHessian[i] as number);
		}
	}

	return {
		sum({ gradient, hessian }, rows, start, end, features) {
			const histogram = free.pop() ?? new Float64Array(width);
			const count = end - start;
			for (let i = 0; i < count; i++) {
				const row = rows[start + i] as number;
				nearGradient[i] = gradient[row] as number;
				nearHessian[i] = hessian[row] as number;
			}
			for (let k = 0; k < features.length; k++) {
				const feature = features[k] as number;
				const base = 2 * (firstBin[feature] as number);
				histogram.fill(0, base, 2 * (firstBin[feature + 1] as number));
				addFeature(histogram, base, columns[feature] as Uint8Array, rows, start, count);
			}
			return histogram;
		},
		subtract(from, what, features) {
			for (let k = 0; k < features.length; k++) {
				const feature = features[k] as number;
				const end = 2 * (firstBin[feature + 1] as number);
				for (let i = 2 * (firstBin[feature] as number); i < end; i++) {
					from[i] = (from[i] as number) - (what[i] as number);
				}
			}
		},
		release(histogram) {
			if (histogram !== null) free.push(histogram);
		},
	};
}
