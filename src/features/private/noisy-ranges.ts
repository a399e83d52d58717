import type { NoiseSource } from './noise-source.ts';
import { noiseOnCounts, noisyCounts } from './noisy-counts.ts';

/** A stretch of the number line with about how many rows lie in it. */
export interface NoisyRange {
	/** Smallest number of it. */
	readonly from: number;
	/** The first number above it. */
	readonly to: number;
	readonly count: number;
}

/** Powers of two at which the line is divided before anything is known of the numbers. */
const SMALLEST_POWER = -30;
const LARGEST_POWER = 60;
/** Parts that a stretch is divided into, and how often. */
const PARTS = 8;
const DIVISIONS = 4;
/** Standard deviations of the noise: what counts as rows among some 180 stretches, in a part of one that has rows. */
const CLEAR = 4.5;
const LIKELY = 2.5;
/** Stretches with fewer of the rows are fine enough. */
const FINE_SHARE = 1 / 64;

/**
 * Where numbers lie, from noisy counts alone, with no range given: the line is divided at the powers of two, and
 * stretches with many rows are divided into eight, up to four times. A row is in one stretch at a time, so it adds one
 * to one count of each of the five divisions.
 *
 * @param sorted ascending, finite
 * @param unit distance between two numbers that the column can have, 0 where there is none
 * @returns ascending, disjoint; empty where there are too few rows
 */
export function findRanges(sorted: Float64Array, unit: number, zcdp: number, noise: NoiseSource): NoisyRange[] {
	const deviation = noiseOnCounts(zcdp / (DIVISIONS + 1));
	const count = (bounds: readonly number[]) => {
		const below = bounds.map((bound) => countBelow(sorted, bound));
		return noisyCounts(
			below.slice(1).map((end, i) => end - (below[i] as number)),
			deviation,
			noise,
		);
	};
	const bounds = powersOfTwo();
	// What is beyond the outermost powers counts with them.
	const reach = [Number.NEGATIVE_INFINITY, ...bounds.slice(1, -1), Number.POSITIVE_INFINITY];
	let open = rangesBetween(bounds, count(reach)).filter((range) => range.count > CLEAR * deviation);
	const total = open.reduce((sum, range) => sum + range.count, 0);
	const fine = Math.max(2 * CLEAR * deviation, FINE_SHARE * total);
	const found: NoisyRange[] = [];
	for (let division = 0; division < DIVISIONS; division++) {
		const next: NoisyRange[] = [];
		for (const range of open) {
			const { from, to } = range;
			const isNearZero = from < 0 && to > 0;
			if (range.count < fine || to - from <= unit || isNearZero) {
				found.push(range);
				continue;
			}
			const inner = Array.from({ length: PARTS + 1 }, (_, i) => from + ((to - from) * i) / PARTS);
			const parts = rangesBetween(inner, count(inner)).filter((part) => part.count > LIKELY * deviation);
			if (parts.length === 0) found.push(range);
			else next.push(...parts);
		}
		open = next;
	}
	return [...found, ...open].sort((a, b) => a.from - b.from);
}

/** -2^60, ..., -2^-30, 2^-30, ..., 2^60 */
function powersOfTwo(): number[] {
	const powers = Array.from({ length: LARGEST_POWER - SMALLEST_POWER + 1 }, (_, i) => 2 ** (SMALLEST_POWER + i));
	return [...powers.map((power) => -power).reverse(), ...powers];
}

function rangesBetween(bounds: readonly number[], counts: Float64Array): NoisyRange[] {
	return Array.from(counts, (count, i) => ({ from: bounds[i] as number, to: bounds[i + 1] as number, count }));
}

/** How many of the ascending numbers are below the bound. */
function countBelow(sorted: Float64Array, bound: number): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((sorted[middle] as number) < bound) low = middle + 1;
		else high = middle;
	}
	return low;
}
