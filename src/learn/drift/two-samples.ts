/** Sorted copy without missing values. */
function presentSorted(values: Float64Array): Float64Array {
	return values.filter((value) => !Number.isNaN(value)).sort();
}

/**
 * Two-sample Kolmogorov-Smirnov test: the largest distance between the distribution functions, and its asymptotic
 * p-value 2 sum (-1)^(k-1) exp(-2 k^2 n D^2), n = ab / (a + b). Missing values are left out.
 *
 * @returns null where one sample has no value
 */
export function kolmogorovSmirnov(
	first: Float64Array,
	second: Float64Array,
): { readonly distance: number; readonly pValue: number } | null {
	const a = presentSorted(first);
	const b = presentSorted(second);
	if (a.length === 0 || b.length === 0) return null;
	let distance = 0;
	let i = 0;
	let j = 0;
	while (i < a.length && j < b.length) {
		const value = Math.min(a[i] as number, b[j] as number);
		while (i < a.length && a[i] === value) i++;
		while (j < b.length && b[j] === value) j++;
		distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
	}
	const scale = (a.length * b.length) / (a.length + b.length);
	return { distance, pValue: kolmogorovTail(Math.sqrt(scale) * distance) };
}

function kolmogorovTail(x: number): number {
	// The series is 1 to more digits than there are.
	if (x < 0.2) return 1;
	let sum = 0;
	for (let k = 1; k <= 100; k++) {
		const term = Math.exp(-2 * k * k * x * x);
		sum += k % 2 === 1 ? term : -term;
		if (term < 1e-17) break;
	}
	return Math.min(1, Math.max(0, 2 * sum));
}

/**
 * Population stability index: sum (p - q) ln(p / q) over bins. Half a row is added to each bin, so that one that
 * is empty on one side is not infinitely far; bins that are empty on both do not count.
 */
export function stabilityIndex(before: readonly number[], after: readonly number[]): number {
	const used = before.flatMap((count, bin) => (count + (after[bin] ?? 0) > 0 ? [bin] : []));
	const shares = (counts: readonly number[]) => {
		const own = used.map((bin) => (counts[bin] ?? 0) + 0.5);
		const total = own.reduce((sum, count) => sum + count, 0);
		return own.map((count) => count / total);
	};
	const q = shares(before);
	return shares(after).reduce((sum, p, bin) => {
		const own = q[bin] as number;
		return sum + (p - own) * Math.log(p / own);
	}, 0);
}

/**
 * One-sided p-value of areas under the ROC curve: without drift each fold's is that of a Mann-Whitney test, normal with
 * mean 1/2 and variance (a + b + 1) / (12 a b); folds do not share the rows that are judged.
 *
 * @param perFold rows of each table that are judged in a fold
 */
export function areaPValue(areas: readonly number[], perFold: number): number {
	const variance = (2 * perFold + 1) / (12 * perFold * perFold);
	const z = areas.reduce((sum, area) => sum + area - 0.5, 0) / Math.sqrt(areas.length * variance);
	return normalTail(z);
}

/** P(Z > z); the continued fraction of Lentz for large z, a series for small (Abramowitz and Stegun 26.2.10, 26.2.14). */
function normalTail(z: number): number {
	if (z < 0) return 1 - normalTail(-z);
	const density = Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
	if (z > 2.5) {
		let fraction = z;
		for (let k = 60; k > 0; k--) fraction = z + k / fraction;
		return density / fraction;
	}
	let term = z;
	let sum = z;
	for (let k = 1; k < 100; k++) {
		term *= (z * z) / (2 * k + 1);
		sum += term;
	}
	return 0.5 - density * sum;
}
