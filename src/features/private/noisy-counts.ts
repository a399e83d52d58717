import type { NoiseSource } from './noise-source.ts';

/**
 * Standard deviation of noise on counts to which a row adds one at most, for what a row may give away: the Gaussian
 * mechanism has sensitivity^2 / (2 sigma^2) of zero-concentrated privacy (Bun and Steinke 2016, proposition 1.6).
 */
export function noiseOnCounts(zcdp: number): number {
	return 1 / Math.sqrt(2 * zcdp);
}

/** Counts of cells that are known without looking at the rows, each with noise; they can be below 0. */
export function noisyCounts(counts: ArrayLike<number>, deviation: number, noise: NoiseSource): Float64Array {
	return Float64Array.from(counts, (count) => count + deviation * noise.normal());
}

/** A cell that was found in the rows, with its count and noise. */
export interface KeptCell<Cell> {
	readonly cell: Cell;
	readonly count: number;
}

/**
 * Cells that are found in the rows, as far as enough rows have them: noise is added to each count, and only counts
 * above the threshold are told (stability-based histogram, Korolova et al. 2009, with Gaussian noise). The name of a cell
 * that a single row has is told with probability `thresholdChance` at most.
 *
 * @returns most frequent first, by the noisy counts
 */
export function keepFrequent<Cell>(
	counts: Iterable<readonly [Cell, number]>,
	deviation: number,
	thresholdChance: number,
	noise: NoiseSource,
): KeptCell<Cell>[] {
	const threshold = 1 + deviation * tailPoint(thresholdChance);
	const kept: KeptCell<Cell>[] = [];
	for (const [cell, count] of counts) {
		const noisy = count + deviation * noise.normal();
		if (noisy > threshold) kept.push({ cell, count: noisy });
	}
	return kept.sort((a, b) => b.count - a.count);
}

/** A point that a standard normal number is above with at most this probability (below .1): by Mills' bound, phi(x) / x. */
export function tailPoint(chance: number): number {
	let [low, high] = [1, 40];
	for (let halving = 0; halving < 60; halving++) {
		const middle = (low + high) / 2;
		const bound = Math.exp((-middle * middle) / 2) / (middle * Math.sqrt(2 * Math.PI));
		if (bound > chance) low = middle;
		else high = middle;
	}
	return high;
}
