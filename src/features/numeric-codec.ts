import type { NumericSpec } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { fitGaussianMixture, type GaussianMode } from './gaussian-mixture.ts';
import { roundWithin } from './round-within.ts';

export interface NumericCodecOptions {
	/** Gaussian modes at most. @default 10 */
	readonly maxModes?: number;
	/** Values that the mixture is fitted on at most. @default 20,000 */
	readonly sampleRows?: number;
	/** A value that this share of rows have is a choice of its own. @default 0.005 */
	readonly sharedValue?: number;
	/** Such choices at most. @default 50 */
	readonly maxSharedValues?: number;
	/** A column with no more distinct values has them all as choices. @default 30 */
	readonly maxDiscreteValues?: number;
}

/** Plain data; all that encoding and decoding a numeric feature needs. */
export interface NumericCodec {
	readonly type: 'numeric';
	readonly decimals: number;
	readonly min: number;
	readonly max: number;
	/** Modes of width 0, ascending: the first choices of the span. */
	readonly values: readonly number[];
	/** On `scale`, ascending; the choices after the values. */
	readonly modes: readonly GaussianMode[];
	/** Null: the paper's own scale. Else asinh((x - center) / width), for heavy tails. */
	readonly scale: { readonly center: number; readonly width: number } | null;
	/** Whether the last choice is "missing". */
	readonly missing: boolean;
	/** Share of training rows with each choice. */
	readonly frequencies: readonly number[];
	/** Middle of each choice's ranks among the training rows, 0 to 1; null for missing. */
	readonly positions: readonly (number | null)[];
}

/** Rows that must share a value, however small the table. */
const MIN_SHARING_ROWS = 20;
/** So few different values besides the shared ones are no mixture. */
const MIN_MIXTURE_VALUES = 10;
/** Reach of the tails in units of the quartile distance: 4.6 for a normal, 9 for an exponential distribution. */
const HEAVY_TAIL = 12;

/**
 * Mode-specific normalisation (CTGAN, Xu et al. 2019): a value is a mode of a mixture and its offset
 * (x - mean) / (4 deviations) within it. Values that many rows share are modes of width 0, as in the mixed columns
 * of CTAB-GAN+ (Zhao et al. 2022), and so is "missing".
 *
 * @param values [rows]; NaN where missing.
 */
export function fitNumericCodec(
	values: Float64Array,
	spec: NumericSpec,
	random: Random,
	options: NumericCodecOptions = {},
): NumericCodec {
	const { maxModes = 10, sampleRows = 20_000, sharedValue = 0.005 } = options;
	const { maxSharedValues = 50, maxDiscreteValues = 30 } = options;
	const rows = values.length;
	const present = values.filter((value) => !Number.isNaN(value)).sort();
	const counts = countSorted(present);

	let shared = counts;
	if (counts.length > maxDiscreteValues) {
		const enough = Math.max(MIN_SHARING_ROWS, sharedValue * rows);
		shared = counts
			.filter(([, count]) => count >= enough)
			.sort((a, b) => b[1] - a[1])
			.slice(0, maxSharedValues);
		if (counts.length - shared.length <= MIN_MIXTURE_VALUES) shared = counts;
	}
	const single = Float64Array.from(shared, ([value]) => value).sort();
	const isShared = new Set(single);
	const rest = present.filter((value) => !isShared.has(value));

	let modes: GaussianMode[] = [];
	let scale: NumericCodec['scale'] = null;
	if (rest.length > 0) {
		scale = heavyTailScale(rest);
		let sample = rest;
		if (rest.length > sampleRows) {
			sample = Float64Array.from(random.sample(rest.length, sampleRows), (i) => rest[i] as number);
		}
		const scaled = sample.map((value) => toScale(value, scale));
		modes = fitGaussianMixture(scaled, random, { maxModes });
	}
	const missing = present.length < rows || present.length === 0;
	const { decimals, min, max } = spec;
	const codec = { type: 'numeric', decimals, min, max, values: [...single], modes, scale, missing } as const;
	return { ...codec, ...describeChoices(codec, present, rows) };
}

/** Distinct values, ascending, and how often each is there. */
export function countSorted(sorted: Float64Array): [number, number][] {
	const counts: [number, number][] = [];
	for (const value of sorted) {
		const last = counts[counts.length - 1];
		if (last !== undefined && last[0] === value) last[1]++;
		else counts.push([value, 1]);
	}
	return counts;
}

/** @param sorted ascending. */
function heavyTailScale(sorted: Float64Array): NumericCodec['scale'] {
	const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
	const center = at(0.5);
	const quartile = Math.max((at(0.75) - at(0.25)) / 2, (at(1) - at(0)) * 1e-9);
	const reach = Math.max(at(0.999) - center, center - at(0.001));
	return reach > HEAVY_TAIL * quartile ? { center, width: quartile / 0.6745 } : null;
}

function toScale(value: number, scale: NumericCodec['scale']): number {
	return scale === null ? value : Math.asinh((value - scale.center) / scale.width);
}

function fromScale(value: number, scale: NumericCodec['scale']): number {
	return scale === null ? value : Math.sinh(value) * scale.width + scale.center;
}

type Described = Pick<NumericCodec, 'frequencies' | 'positions'>;

/** Shares and middle ranks of the choices, every value of the mixture counting for its modes by probability. */
function describeChoices(codec: Omit<NumericCodec, keyof Described>, sorted: Float64Array, rows: number): Described {
	const width = codec.values.length + codec.modes.length + (codec.missing ? 1 : 0);
	const shares = new Float64Array(width);
	const ranks = new Float64Array(width);
	const places = new Map(codec.values.map((value, choice) => [value, choice]));
	const chances = new Float64Array(codec.modes.length);
	const inverse = 1 / Math.max(1, sorted.length);
	for (let i = 0; i < sorted.length; i++) {
		const value = sorted[i] as number;
		const rank = (i + 0.5) * inverse;
		const place = places.get(value);
		if (place !== undefined) {
			shares[place] = (shares[place] as number) + 1;
			ranks[place] = (ranks[place] as number) + rank;
			continue;
		}
		const mass = modeChances(codec.modes, toScale(value, codec.scale), chances);
		for (let k = 0; k < chances.length; k++) {
			const choice = codec.values.length + k;
			const chance = (chances[k] as number) / mass;
			shares[choice] = (shares[choice] as number) + chance;
			ranks[choice] = (ranks[choice] as number) + chance * rank;
		}
	}
	const positions = Array.from(shares, (share, choice) => (share > 0 ? (ranks[choice] as number) / share : 0.5));
	if (codec.missing) shares[width - 1] = rows - sorted.length;
	const total = Math.max(1, rows);
	return {
		frequencies: Array.from(shares, (share) => (rows === 0 ? 1 / width : share / total)),
		positions: positions.map((position, choice) => (codec.missing && choice === width - 1 ? null : position)),
	};
}

/**
 * Fills `chances` with the unnormalised probability of each mode and returns their sum. Modes that could only
 * hold the value by clipping it are out of the question while another one can.
 */
function modeChances(modes: readonly GaussianMode[], value: number, chances: Float64Array): number {
	let mass = 0;
	let nearest = 0;
	let least = Number.POSITIVE_INFINITY;
	for (let k = 0; k < modes.length; k++) {
		const { weight, mean, deviation } = modes[k] as GaussianMode;
		const distance = Math.abs(value - mean) / deviation;
		if (distance < least) {
			least = distance;
			nearest = k;
		}
		const chance = distance > 4 ? 0 : (weight / deviation) * Math.exp(-0.5 * distance * distance);
		chances[k] = chance;
		mass += chance;
	}
	if (mass > 0) return mass;
	chances[nearest] = 1;
	return 1;
}

/**
 * Writes offset (if there is a mixture) and one-hot choice of every row to the matrix, which holds zeros.
 *
 * @param matrix [rows, width], row-major.
 * @param start first column of this feature.
 */
export function encodeNumeric(
	codec: NumericCodec,
	values: Float64Array,
	matrix: Float32Array,
	width: number,
	start: number,
	random: Random,
): void {
	const { modes, scale } = codec;
	const firstChoice = modes.length > 0 ? start + 1 : start;
	const firstMode = firstChoice + codec.values.length;
	const missingAt = codec.missing ? firstMode + modes.length : -1;
	const places = new Map(codec.values.map((value, choice) => [value, choice]));
	const chances = new Float64Array(modes.length);
	for (let row = 0, at = 0; row < values.length; row++, at += width) {
		const value = values[row] as number;
		if (Number.isNaN(value)) {
			if (missingAt >= 0) matrix[at + missingAt] = 1;
			continue;
		}
		const place = places.get(value);
		if (place !== undefined) {
			matrix[at + firstChoice + place] = 1;
			continue;
		}
		if (modes.length === 0) {
			if (codec.values.length > 0) matrix[at + firstChoice + nearestValue(codec.values, value)] = 1;
			continue;
		}
		const scaled = toScale(value, scale);
		let chosen = 0;
		if (modes.length > 1) {
			let left = random.uniform() * modeChances(modes, scaled, chances);
			while (chosen < modes.length - 1 && left >= (chances[chosen] as number)) left -= chances[chosen++] as number;
			// Rounding may leave a trace after the last mode with a chance.
			while (chosen > 0 && chances[chosen] === 0) chosen--;
		}
		const { mean, deviation } = modes[chosen] as GaussianMode;
		matrix[at + start] = Math.max(-1, Math.min(1, (scaled - mean) / deviation / 4));
		matrix[at + firstMode + chosen] = 1;
	}
}

/** Index of the value nearest to `value`; `values` ascend. */
function nearestValue(values: readonly number[], value: number): number {
	let low = 0;
	let high = values.length - 1;
	while (high - low > 1) {
		const middle = (low + high) >> 1;
		if ((values[middle] as number) <= value) low = middle;
		else high = middle;
	}
	return Math.abs((values[high] as number) - value) < Math.abs(value - (values[low] as number)) ? high : low;
}

/** [rows]; the most likely choice of each row, NaN for missing, rounded and clipped as the column is. */
export function decodeNumeric(
	codec: NumericCodec,
	matrix: Float32Array,
	rows: number,
	width: number,
	start: number,
): Float64Array {
	const { modes, scale } = codec;
	const firstChoice = modes.length > 0 ? start + 1 : start;
	const choices = codec.frequencies.length;
	const decoded = new Float64Array(rows);
	for (let row = 0, at = 0; row < rows; row++, at += width) {
		const choice = largestOf(matrix, at + firstChoice, choices);
		if (choice < codec.values.length) {
			decoded[row] = codec.values[choice] as number;
			continue;
		}
		const mode = modes[choice - codec.values.length];
		if (mode === undefined) {
			decoded[row] = Number.NaN;
			continue;
		}
		const offset = Math.max(-1, Math.min(1, matrix[at + start] as number));
		decoded[row] = fromScale(mode.mean + mode.deviation * (4 * offset), scale);
	}
	return roundWithin(decoded, codec);
}

/** Position of the largest of `count` neighbouring cells. */
export function largestOf(matrix: Float32Array, start: number, count: number): number {
	let best = 0;
	let largest = matrix[start] as number;
	for (let i = 1; i < count; i++) {
		const value = matrix[start + i] as number;
		if (value > largest) {
			largest = value;
			best = i;
		}
	}
	return best;
}
