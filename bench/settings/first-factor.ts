import type { FeatureTable } from '../../src/contracts/features.ts';
import type { Coordinates } from '../../src/scoring/coordinates.ts';

const ROUNDS = 200;

/**
 * What dependence takes off the surprise of a row along the first factor of its numbers, of rank 1. Each number becomes
 * its normal score g; R is the correlation matrix of those, a its first eigenvector and l the eigenvalue. In a
 * Gaussian copula independent columns have the surprise (a g)^2 / 2 along a and dependent ones (a g)^2 / (2 l), so
 *
 *     (1 - 1 / l) (a g)^2 / 2 = sum_j (1 - 1 / l) (a g) a_j g_j / 2
 *
 * is counted once instead of as often as columns are extreme together. The sum is its split over columns.
 *
 * @param rows that R is measured on; ranks are among all rows.
 * @returns [rows, features]; 0 for everything but numbers, and everywhere if there are fewer than two.
 */
export function firstFactor(table: FeatureTable, coordinates: Coordinates, rows: Int32Array): Float64Array {
	const width = table.columns.length;
	const split = new Float64Array(table.rows * width);
	const numbers = coordinates.features.flatMap((feature, index) => (feature?.kind === 'linear' ? [index] : []));
	if (numbers.length < 2) return split;
	const scores = numbers.map((index) => normalScores((table.columns[index] as { values: Float64Array }).values));
	const { vector, value } = firstEigen(correlations(scores, rows));
	const gain = (1 - 1 / value) / 2;
	for (let row = 0; row < table.rows; row++) {
		let factor = 0;
		for (const [k, own] of scores.entries()) factor += (vector[k] as number) * (own[row] as number);
		for (const [k, own] of scores.entries()) {
			split[row * width + (numbers[k] as number)] = gain * factor * (vector[k] as number) * (own[row] as number);
		}
	}
	return split;
}

/** Normal scores of the middle ranks; 0 where missing. */
export function normalScores(values: Float64Array): Float64Array {
	const order = Int32Array.from(values.keys())
		.filter((row) => !Number.isNaN(values[row] as number))
		.sort((a, b) => (values[a] as number) - (values[b] as number));
	const scores = new Float64Array(values.length);
	for (let start = 0; start < order.length; ) {
		let end = start + 1;
		while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
		const score = normalQuantile((start + end) / 2 / order.length);
		for (let at = start; at < end; at++) scores[order[at] as number] = score;
		start = end;
	}
	return scores;
}

function correlations(scores: readonly Float64Array[], rows: Int32Array): number[][] {
	const centred = scores.map((own) => {
		const mean = rows.reduce((sum, row) => sum + (own[row] as number), 0) / rows.length;
		const part = Float64Array.from(rows, (row) => (own[row] as number) - mean);
		const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0)) || 1;
		return part.map((value) => value / length);
	});
	return centred.map((a) => centred.map((b) => a.reduce((sum, value, row) => sum + value * (b[row] as number), 0)));
}

/** By powers, from the sums of squares. */
function firstEigen(matrix: readonly (readonly number[])[]): { readonly vector: number[]; readonly value: number } {
	const apply = (vector: readonly number[]) =>
		matrix.map((row) => row.reduce((sum, value, k) => sum + value * (vector[k] as number), 0));
	const strongest = matrix.map((row) => row.reduce((sum, value) => sum + value * value, 0));
	let vector: readonly number[] = matrix[strongest.indexOf(Math.max(...strongest))] as readonly number[];
	let value = 1;
	for (let round = 0; round < ROUNDS; round++) {
		const next = apply(vector);
		value = Math.hypot(...next) || 1;
		vector = next.map((entry) => entry / value);
	}
	return { vector: [...vector], value: Math.max(1, value) };
}

/** Acklam's approximation, relative error 1.2e-9. */
function normalQuantile(p: number): number {
	if (p > 0.5) return -normalQuantile(1 - p);
	if (p < 0.02425) {
		const q = Math.sqrt(-2 * Math.log(p));
		return (
			(((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
				4.374664141464968) *
				q +
				2.938163982698783) /
			((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
		);
	}
	const q = p - 0.5;
	const r = q * q;
	return (
		((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
			30.66479806614716) *
			r +
			2.506628277459239) *
			q) /
		(((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
			13.28068155288572) *
			r +
			1)
	);
}
