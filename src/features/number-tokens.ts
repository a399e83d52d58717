import type { NumberRange } from '../contracts/conditions.ts';
import type { NumericSpec } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { countSorted } from './numeric-codec.ts';
import { roundWithin } from './round-within.ts';

export interface NumberTokenOptions {
	/** A column with no more distinct values has a token for each. @default 128 */
	readonly maxDiscreteValues?: number;
	/** A value that this share of rows have is a token of its own. @default 0.005 */
	readonly sharedValue?: number;
	/** Such tokens at most; a column with more of them has none. @default 50 */
	readonly maxSharedValues?: number;
	/** Tokens at most where values are binned, shared ones included. @default 100 */
	readonly maxBins?: number;
}

/** Plain data; all that turning a number into a token and back needs. */
export interface NumberTokens {
	readonly type: 'numeric';
	readonly decimals: number;
	readonly min: number;
	readonly max: number;
	/** Values with a token of their own, ascending: the first tokens. */
	readonly values: readonly number[];
	/** Smallest value of each bin but the first, ascending. */
	readonly edges: readonly number[];
	/** Per bin, ascending training values at equal ranks, among which a value is interpolated: the tokens after `values`. */
	readonly bins: readonly (readonly number[])[];
	/** Whether the last token is "missing". */
	readonly missing: boolean;
	/** Share of training rows with each token. */
	readonly frequencies: readonly number[];
	/** Middle of each token's ranks among the training rows, 0 to 1; null for missing. */
	readonly positions: readonly (number | null)[];
}

/** Training rows that a bin has at least. */
const MIN_BIN_ROWS = 20;
/** Bins that a column has at least, if it has the rows. */
const MIN_BINS = 4;
/** Rows per distinct value below which values are binned, so that no token stands for a single row. */
const MIN_ROWS_PER_VALUE = 5;
/** Values that are kept of a bin at most. */
const MAX_KEPT_PER_BIN = 33;
/**
 * Training rows between two kept values. Evenly spread over the gap between every two rows, small gaps would be as
 * likely as large ones, and values would be repeated twice as often as new rows repeat them: by m / (m - 1) over gaps
 * of m rows.
 */
const ROWS_PER_KEPT_VALUE = 5;

/**
 * Chooses the tokens of a numeric column: one per value where there are few, else one per value that many rows share
 * and quantile bins for the rest.
 *
 * @param values [rows]; NaN where missing.
 */
export function fitNumberTokens(
	values: Float64Array,
	spec: NumericSpec,
	options: NumberTokenOptions = {},
): NumberTokens {
	const { maxDiscreteValues = 128, sharedValue = 0.005, maxSharedValues = 50, maxBins = 100 } = options;
	const present = values.filter((value) => !Number.isNaN(value)).sort();
	const counts = countSorted(present);
	const isDiscrete = counts.length <= maxDiscreteValues && present.length >= MIN_ROWS_PER_VALUE * counts.length;
	const enough = Math.max(MIN_ROWS_PER_VALUE, sharedValue * present.length);
	const frequent = counts.filter(([, count]) => count >= enough);
	const shared = isDiscrete ? counts : frequent.length <= maxSharedValues ? frequent : [];
	const isShared = new Set(shared.map(([value]) => value));
	const rest = present.filter((value) => !isShared.has(value));
	const edges = quantileEdges(rest, maxBins - shared.length);
	const tokens = {
		type: 'numeric',
		decimals: spec.decimals,
		min: spec.min,
		max: spec.max,
		values: shared.map(([value]) => value),
		edges,
		bins: splitAt(rest, edges).map(keepAtEqualRanks),
		missing: present.length < values.length || present.length === 0,
	} as const;
	return { ...tokens, ...describeTokens(tokens, values, present) };
}

/** @param sorted ascending. */
function quantileEdges(sorted: Float64Array, most: number): number[] {
	const bins = Math.max(MIN_BINS, Math.min(most, Math.floor(sorted.length / MIN_BIN_ROWS)));
	const edges: number[] = [];
	for (let bin = 1; bin < bins; bin++) {
		const edge = sorted[Math.floor((bin * (sorted.length - 1)) / bins)];
		const before = edges[edges.length - 1] ?? sorted[0];
		if (edge !== undefined && before !== undefined && edge > before) edges.push(edge);
	}
	return edges;
}

function splitAt(sorted: Float64Array, edges: readonly number[]): Float64Array[] {
	if (sorted.length === 0) return [];
	const starts = [0, ...edges.map((edge) => sorted.findIndex((value) => value >= edge))];
	return starts.map((start, bin) => sorted.subarray(start, starts[bin + 1] ?? sorted.length));
}

function keepAtEqualRanks(sorted: Float64Array): number[] {
	const last = sorted.length - 1;
	const gaps = Math.max(1, Math.min(MAX_KEPT_PER_BIN - 1, Math.floor(last / ROWS_PER_KEPT_VALUE)));
	return Array.from({ length: gaps + 1 }, (_, i) => sorted[Math.round((i * last) / gaps)] as number);
}

type Shape = Pick<NumberTokens, 'values' | 'edges' | 'bins' | 'missing'>;

function countTokens({ values, bins, missing }: Shape): number {
	return values.length + bins.length + (missing ? 1 : 0);
}

function describeTokens(
	shape: Shape,
	values: Float64Array,
	present: Float64Array,
): Pick<NumberTokens, 'frequencies' | 'positions'> {
	const counts = new Float64Array(countTokens(shape));
	const sums = new Float64Array(counts.length);
	// The mean rank of a token's rows: for a bin and for a value the middle of its ranks.
	for (const [rank, value] of present.entries()) {
		const token = tokenOfNumber(shape, value);
		counts[token] = (counts[token] as number) + 1;
		sums[token] = (sums[token] as number) + (rank + 0.5) / present.length;
	}
	if (shape.missing) counts[counts.length - 1] = values.length - present.length;
	return {
		frequencies: Array.from(counts, (count) => (values.length === 0 ? 1 / counts.length : count / values.length)),
		positions: Array.from(counts, (count, token) =>
			shape.missing && token === counts.length - 1 ? null : count === 0 ? 0 : (sums[token] as number) / count,
		),
	};
}

/** The token of a number; NaN is missing. A number that has none gets the nearest. */
export function tokenOfNumber({ values, edges, bins, missing }: Shape, number: number): number {
	if (Number.isNaN(number)) return missing ? values.length + bins.length : 0;
	const at = countAtMost(values, number);
	if (values[at - 1] === number) return at - 1;
	if (bins.length > 0) return values.length + countAtMost(edges, number);
	if (at === 0) return 0;
	if (at === values.length) return at - 1;
	return number - (values[at - 1] as number) <= (values[at] as number) - number ? at - 1 : at;
}

/** How many of the ascending numbers are at most this one. */
function countAtMost(ascending: readonly number[], number: number): number {
	let low = 0;
	let high = ascending.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((ascending[middle] as number) <= number) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** Stretch of [0, 1] over which a bin is interpolated, and the range that its numbers are kept in. */
interface Stretch {
	readonly low: number;
	readonly high: number;
	readonly from: number;
	readonly to: number;
}

/** Where a bin lies within the ranges: empty if nowhere. */
function stretchesOf({ bins, edges, min, max }: NumberTokens, bin: number, ranges: readonly NumberRange[]): Stretch[] {
	const kept = bins[bin] as readonly number[];
	// The gaps between the training values of neighbouring bins belong to a bin, too.
	const least = edges[bin - 1] ?? min;
	const most = edges[bin] ?? max;
	return ranges.flatMap(({ from, to }) => {
		if (to < least || from > most || (from === most && bin < edges.length)) return [];
		return [{ low: shareAt(kept, from), high: shareAt(kept, to), from, to }];
	});
}

/** Where on the way through ascending numbers one of them lies, 0 to 1. */
function shareAt(ascending: readonly number[], number: number): number {
	const last = ascending.length - 1;
	const above = countAtMost(ascending, number);
	if (above === 0) return 0;
	if (above > last) return 1;
	const from = ascending[above - 1] as number;
	return (above - 1 + (number - from) / ((ascending[above] as number) - from)) / last;
}

/** Weight of a token that a range only touches: what is asked for may be drawn, however rare it is. */
const LEAST_SHARE = 1e-3;

/**
 * How much of each token lies in a domain, [tokens], 0 to 1: what the odds of drawing it are multiplied by.
 *
 * @param ranges in which the numbers have to lie
 * @param missing whether a number may be missing
 */
export function tokenShares(codec: NumberTokens, ranges: readonly NumberRange[], missing: boolean): Float32Array {
	const { values, bins } = codec;
	const shares = new Float32Array(countTokens(codec));
	for (const [token, value] of values.entries()) {
		if (ranges.some(({ from, to }) => value >= from && value <= to)) shares[token] = 1;
	}
	for (const bin of bins.keys()) {
		const stretches = stretchesOf(codec, bin, ranges);
		const share = stretches.reduce((sum, { low, high }) => sum + high - low, 0);
		shares[values.length + bin] = stretches.length === 0 ? 0 : Math.max(LEAST_SHARE, Math.min(1, share));
	}
	if (codec.missing && missing) shares[shares.length - 1] = 1;
	return shares;
}

/**
 * Numbers for tokens: a value's own, or one interpolated between the training values of its bin.
 *
 * @param tokens [rows, stride], of which column `at` is read.
 * @param ranges in which the numbers are kept, as far as their tokens reach them; @default anywhere
 * @returns [rows]; NaN where missing.
 */
export function numbersOfTokens(
	codec: NumberTokens,
	tokens: Int32Array,
	stride: number,
	at: number,
	random: Random,
	ranges: readonly NumberRange[] | null = null,
): Float64Array {
	const { values, bins } = codec;
	const stretches = ranges === null ? null : bins.map((_, bin) => stretchesOf(codec, bin, ranges));
	const rows = tokens.length / stride;
	const numbers = new Float64Array(rows);
	for (let row = 0; row < rows; row++) {
		const token = tokens[row * stride + at] as number;
		const bin = bins[token - values.length];
		if (token < values.length) numbers[row] = values[token] as number;
		else if (bin === undefined) numbers[row] = Number.NaN;
		else {
			const own = stretches?.[token - values.length] ?? [];
			numbers[row] = own.length === 0 ? interpolate(bin, random.uniform()) : interpolateWithin(bin, own, random);
		}
	}
	return roundWithin(numbers, codec);
}

function interpolateWithin(ascending: readonly number[], stretches: readonly Stretch[], random: Random): number {
	const whole = stretches.reduce((sum, { low, high }) => sum + high - low, 0);
	let left = random.uniform() * whole;
	let index = 0;
	while (
		index < stretches.length - 1 &&
		left > (stretches[index] as Stretch).high - (stretches[index] as Stretch).low
	) {
		left -= (stretches[index] as Stretch).high - (stretches[index] as Stretch).low;
		index++;
	}
	const { low, high, from, to } = stretches[index] as Stretch;
	return Math.min(to, Math.max(from, interpolate(ascending, Math.min(high, low + left))));
}

function interpolate(ascending: readonly number[], share: number): number {
	const position = share * (ascending.length - 1);
	const low = Math.floor(position);
	const from = ascending[low] as number;
	const to = ascending[low + 1] ?? from;
	return from + (to - from) * (position - low);
}
