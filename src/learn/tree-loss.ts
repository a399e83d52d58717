import type { Derivatives } from './histograms.ts';
import type { LearningTarget } from './learning-target.ts';

/**
 * A loss of sums of trees, `sums` [rows, outputs]: log-odds, log-probabilities up to a constant, or the number itself.
 */
export interface TreeLoss {
	readonly outputs: number;
	/** [outputs]; the constant with the least loss over the rows. */
	start(rows: Int32Array): Float64Array;
	/** To be called before `derivatives` whenever `sums` have changed. */
	prepare(sums: Float64Array): void;
	/** Writes the derivatives of one output, for the rows given. */
	derivatives(sums: Float64Array, output: number, rows: Int32Array, into: Derivatives): void;
	/** Weighted mean over the rows. */
	mean(sums: Float64Array, rows: Int32Array): number;
}

/** Second derivatives do not fall below this, as in XGBoost. */
const LEAST_HESSIAN = 1e-16;

/** @param weights [rows] or null, where all rows count the same. */
export function createTreeLoss(target: LearningTarget, weights: Float64Array | null): TreeLoss {
	if (target.type === 'binary') return logisticLoss(target.labels, weights);
	if (target.type === 'multiclass') return softmaxLoss(target.codes, target.classes, weights);
	return squaredLoss(target.values, weights);
}

export function sigmoid(logOdds: number): number {
	return 1 / (1 + Math.exp(-logOdds));
}

function weightedMean(rows: Int32Array, weights: Float64Array | null, of: (row: number) => number): number {
	let sum = 0;
	let total = 0;
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i] as number;
		const weight = weights === null ? 1 : (weights[row] as number);
		sum += weight * of(row);
		total += weight;
	}
	return total > 0 ? sum / total : Number.NaN;
}

/** Shares of 0 and 1 would start at infinite log-odds. */
function boundShare(share: number): number {
	return Math.min(1 - 1e-6, Math.max(1e-6, share));
}

/** -y log p - (1 - y) log(1 - p). */
function logisticLoss(labels: Uint8Array, weights: Float64Array | null): TreeLoss {
	return {
		outputs: 1,
		start(rows) {
			const share = boundShare(weightedMean(rows, weights, (row) => labels[row] as number));
			return Float64Array.of(Math.log(share / (1 - share)));
		},
		prepare: () => undefined,
		derivatives(sums, _output, rows, { gradient, hessian }) {
			for (let i = 0; i < rows.length; i++) {
				const row = rows[i] as number;
				const weight = weights === null ? 1 : (weights[row] as number);
				const p = sigmoid(sums[row] as number);
				gradient[row] = weight * (p - (labels[row] as number));
				hessian[row] = weight * Math.max(p * (1 - p), LEAST_HESSIAN);
			}
		},
		mean: (sums, rows) =>
			weightedMean(rows, weights, (row) => {
				const margin = labels[row] === 1 ? (sums[row] as number) : -(sums[row] as number);
				return Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin)));
			}),
	};
}

/** [rows, classes]; softmax of each row of `sums`. */
export function softmaxRows(sums: Float64Array, classes: number, into: Float64Array): Float64Array {
	for (let start = 0; start < sums.length; start += classes) {
		let most = Number.NEGATIVE_INFINITY;
		for (let k = start; k < start + classes; k++) most = Math.max(most, sums[k] as number);
		let total = 0;
		for (let k = start; k < start + classes; k++) {
			const value = Math.exp((sums[k] as number) - most);
			into[k] = value;
			total += value;
		}
		for (let k = start; k < start + classes; k++) into[k] = (into[k] as number) / total;
	}
	return into;
}

/** -log p of the class; the second derivative is XGBoost's bound 2 p (1 - p). */
function softmaxLoss(codes: Int32Array, classes: number, weights: Float64Array | null): TreeLoss {
	const shares = new Float64Array(codes.length * classes);
	return {
		outputs: classes,
		start: (rows) =>
			Float64Array.from({ length: classes }, (_, k) =>
				Math.log(boundShare(weightedMean(rows, weights, (row) => (codes[row] === k ? 1 : 0)))),
			),
		prepare(sums) {
			softmaxRows(sums, classes, shares);
		},
		derivatives(_sums, output, rows, { gradient, hessian }) {
			for (let i = 0; i < rows.length; i++) {
				const row = rows[i] as number;
				const weight = weights === null ? 1 : (weights[row] as number);
				const p = shares[row * classes + output] as number;
				gradient[row] = weight * (p - (codes[row] === output ? 1 : 0));
				hessian[row] = weight * Math.max(2 * p * (1 - p), LEAST_HESSIAN);
			}
		},
		mean: (_sums, rows) =>
			weightedMean(
				rows,
				weights,
				(row) => -Math.log(Math.max(Number.MIN_VALUE, shares[row * classes + (codes[row] as number)] as number)),
			),
	};
}

/** (y - f)^2 / 2. */
function squaredLoss(values: Float64Array, weights: Float64Array | null): TreeLoss {
	return {
		outputs: 1,
		start: (rows) => Float64Array.of(weightedMean(rows, weights, (row) => values[row] as number)),
		prepare: () => undefined,
		derivatives(sums, _output, rows, { gradient, hessian }) {
			for (let i = 0; i < rows.length; i++) {
				const row = rows[i] as number;
				const weight = weights === null ? 1 : (weights[row] as number);
				gradient[row] = weight * ((sums[row] as number) - (values[row] as number));
				hessian[row] = weight;
			}
		},
		mean: (sums, rows) =>
			weightedMean(rows, weights, (row) => ((sums[row] as number) - (values[row] as number)) ** 2 / 2),
	};
}
