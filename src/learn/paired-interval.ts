/** A mean difference and where it may lie. */
export interface PairedInterval {
	readonly difference: number;
	readonly low: number;
	readonly high: number;
}

/** `+0.012`. */
export function formatSigned(value: number): string {
	return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
}

/**
 * Corrected resampled t interval (Nadeau and Bengio 2003): folds share most of their training rows, so the plain
 * variance of their differences is too small; 1/n becomes 1/n + testRows / trainingRows.
 *
 * @param first [folds x repeats]; one figure of each, of the same folds as `second`.
 * @param testShare test rows / training rows of one fold.
 * @param confidence above 0 and below 1, both sides.
 */
export function pairedInterval(
	first: readonly number[],
	second: readonly number[],
	testShare: number,
	confidence: number,
): PairedInterval {
	const count = first.length;
	const differences = first.map((value, i) => value - (second[i] as number));
	const difference = differences.reduce((sum, value) => sum + value, 0) / count;
	const squares = differences.reduce((sum, value) => sum + (value - difference) ** 2, 0);
	const variance = squares / (count - 1);
	const reach = studentQuantile((1 + confidence) / 2, count - 1) * Math.sqrt((1 / count + testShare) * variance);
	return { difference, low: difference - reach, high: difference + reach };
}

/**
 * P(|T| < t) for a whole number of degrees of freedom, as a finite sum (Abramowitz and Stegun 26.7.3 and 26.7.4).
 */
function centralShare(t: number, freedom: number): number {
	const angle = Math.atan(t / Math.sqrt(freedom));
	const cosine = Math.cos(angle);
	const isOdd = freedom % 2 === 1;
	let term = isOdd ? cosine : 1;
	let sum = freedom === 1 ? 0 : term;
	for (let k = isOdd ? 3 : 2; k < freedom; k += 2) {
		term *= (cosine * cosine * (k - 1)) / k;
		sum += term;
	}
	return isOdd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}

/** The `share` quantile of Student's t, for a share of at least one half. @param freedom whole, from 1. */
export function studentQuantile(share: number, freedom: number): number {
	let low = 0;
	let high = 1;
	while (centralShare(high, freedom) < 2 * share - 1 && high < 1e12) high *= 2;
	for (let i = 0; i < 80; i++) {
		const middle = (low + high) / 2;
		if (centralShare(middle, freedom) < 2 * share - 1) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}
