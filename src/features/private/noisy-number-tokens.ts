import type { NumericSpec } from '../../contracts/features.ts';
import { type NumberTokens, tokenOfNumber } from '../number-tokens.ts';
import { countSorted } from '../numeric-codec.ts';
import type { NoiseSource } from './noise-source.ts';
import { keepFrequent, noiseOnCounts, noisyCounts } from './noisy-counts.ts';
import { findRanges, type NoisyRange } from './noisy-ranges.ts';

/** What a row may give away through one column. */
export interface ColumnAllowance {
	readonly zcdp: number;
	/** Probability that a value which a single row has is told. */
	readonly thresholdChance: number;
}

/** Parts of the allowance: for values that many rows share, for where the others lie, for the counts of the tokens. */
const SPENT = { values: 0.25, ranges: 0.35, tokens: 0.4 } as const;
/** Tokens for values that many rows share, at most, and for ranges of the others. */
const MOST_VALUES = 100;
const MOST_BINS = 50;
/** Rows of a bin at least, in standard deviations of the noise on its count. */
const CLEAR_BIN = 4;
/** Numbers between which a bin is interpolated. */
const POINTS_PER_BIN = 9;
/** Standard deviations of the noise from which on cells are missing at all. */
const CLEARLY_MISSING = 3;

/**
 * Chooses the tokens of a numeric column from noisy counts alone. Nothing of it is a number of a row, but for values that
 * many rows share; numbers of a bin are drawn evenly between what it reaches.
 *
 * @param values [rows]; NaN where missing
 */
export function fitNoisyNumberTokens(
	values: Float64Array,
	spec: NumericSpec,
	{ zcdp, thresholdChance }: ColumnAllowance,
	noise: NoiseSource,
): NumberTokens {
	const present = values.filter((value) => !Number.isNaN(value)).sort();
	const shared = keepFrequent(countSorted(present), noiseOnCounts(SPENT.values * zcdp), thresholdChance, noise)
		.slice(0, MOST_VALUES)
		.map(({ cell }) => cell)
		.sort((a, b) => a - b);
	const isShared = new Set(shared);
	const rest = present.filter((value) => !isShared.has(value));
	const deviation = noiseOnCounts(SPENT.tokens * zcdp);
	const unit = spec.decimals > 15 ? 0 : 10 ** -spec.decimals;
	const groups = groupRanges(findRanges(rest, unit, SPENT.ranges * zcdp, noise), CLEAR_BIN * deviation);
	const bins = groups.map((ranges) => pointsWithin(ranges, unit));
	const edges = groups.slice(1).map(([first]) => (first as NoisyRange).from);
	const shape = { values: shared, edges, bins };
	const counts = countTokens(shape, values, deviation, noise);
	const missing = counts.missing > CLEARLY_MISSING * deviation || counts.tokens.length === 0;
	const rows = [...counts.tokens, ...(missing ? [counts.missing] : [])].map((count) => Math.max(0, count));
	const total = rows.reduce((sum, count) => sum + count, 0);
	const ends = [...shared, ...bins.flat()];
	return {
		type: 'numeric',
		decimals: spec.decimals,
		...rangeOnGrid(ends, unit),
		...shape,
		missing,
		frequencies: rows.map((count) => (total === 0 ? 1 / rows.length : count / total)),
		positions: rankTokens(shape, rows),
	};
}

/** The smallest and the largest number between the ends that the column can have. */
function rangeOnGrid(ends: readonly number[], unit: number): { readonly min: number; readonly max: number } {
	if (ends.length === 0) return { min: 0, max: 0 };
	const [min, max] = [Math.min(...ends), Math.max(...ends)];
	if (unit === 0) return { min, max };
	return { min: Math.ceil(min / unit) * unit, max: Math.floor(max / unit) * unit };
}

/** Neighbouring ranges together, until they have rows enough for a bin. */
function groupRanges(ranges: readonly NoisyRange[], fewest: number): NoisyRange[][] {
	const total = ranges.reduce((sum, { count }) => sum + count, 0);
	const wanted = Math.max(fewest, total / MOST_BINS);
	const groups: NoisyRange[][] = [];
	let open: NoisyRange[] = [];
	let count = 0;
	for (const range of ranges) {
		open.push(range);
		count += range.count;
		if (count < wanted) continue;
		groups.push(open);
		open = [];
		count = 0;
	}
	if (open.length > 0) groups.push(open);
	return groups;
}

/** Numbers at equal ranks of the rows, which lie evenly in each range; half a unit around what rounds to a number of it. */
function pointsWithin(ranges: readonly NoisyRange[], unit: number): number[] {
	const ends = ranges.map(({ from, to, count }) => {
		const onGrid = (bound: number) => (unit === 0 ? bound : Math.ceil(bound / unit) * unit - unit / 2);
		return { from: onGrid(from), to: onGrid(to), count };
	});
	const total = ends.reduce((sum, { count }) => sum + count, 0);
	const last = POINTS_PER_BIN - 1;
	return Array.from({ length: POINTS_PER_BIN }, (_, point) => {
		let left = (point / last) * total;
		let at = 0;
		while (at < ends.length - 1 && left > (ends[at]?.count as number)) left -= (ends[at++] as NoisyRange).count;
		const { from, to, count } = ends[at] as NoisyRange;
		return from + (to - from) * Math.min(1, left / count);
	});
}

type Shape = Pick<NumberTokens, 'values' | 'edges' | 'bins'>;

/** Rows of each token and of none, with noise. */
function countTokens(
	shape: Shape,
	values: Float64Array,
	deviation: number,
	noise: NoiseSource,
): { readonly tokens: Float64Array; readonly missing: number } {
	const own = shape.values.length + shape.bins.length;
	const counts = new Float64Array(own + 1);
	for (const value of values) {
		const token = Number.isNaN(value) || own === 0 ? own : tokenOfNumber({ ...shape, missing: false }, value);
		counts[token] = (counts[token] as number) + 1;
	}
	const noisy = noisyCounts(counts, deviation, noise);
	return { tokens: noisy.subarray(0, own), missing: noisy[own] as number };
}

/** Middle of each token's ranks, 0 to 1; null for missing. */
function rankTokens({ values, bins }: Shape, rows: readonly number[]): (number | null)[] {
	const middles = [...values, ...bins.map((points) => points[POINTS_PER_BIN >> 1] as number)];
	const order = [...middles.keys()].sort((a, b) => (middles[a] as number) - (middles[b] as number));
	const total = order.reduce((sum, token) => sum + (rows[token] as number), 0);
	const positions = new Array<number | null>(rows.length).fill(null);
	let passed = 0;
	for (const token of order) {
		const own = rows[token] as number;
		positions[token] = total === 0 ? 0.5 : (passed + own / 2) / total;
		passed += own;
	}
	return positions;
}
