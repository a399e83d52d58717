import type { Random } from '../contracts/random.ts';

export interface GaussianMode {
	readonly weight: number;
	readonly mean: number;
	readonly deviation: number;
}

export interface MixtureOptions {
	/** @default 10 */
	readonly maxModes?: number;
	/** Modes with less weight are dropped. @default 0.005 */
	readonly minWeight?: number;
}

/** Points that the fit works on; more distinct values are first joined to groups of equal weight. */
const MAX_POINTS = 4000;
const MAX_ROUNDS = 200;
const TOLERANCE = 1e-5;
/** Concentration of the Dirichlet prior: far below 1, so that modes which are not needed lose their weight. */
const CONCENTRATION = 0.001;

/**
 * Fits a mixture of Gaussians to numbers by variational inference with a sparse Dirichlet prior on the weights and
 * Normal-Wishart priors on the modes (Bishop 2006, section 10.2, in one dimension), as the mode-specific
 * normalisation of CTGAN (Xu et al. 2019) asks for. Starts from k-means++.
 *
 * @param values finite numbers, at least one.
 * @returns modes in ascending order of their means; weights sum to 1.
 */
export function fitGaussianMixture(values: Float64Array, random: Random, options: MixtureOptions = {}): GaussianMode[] {
	const { maxModes = 10, minWeight = 0.005 } = options;
	// Fitted on [-1, 1], so that neither tiny nor huge numbers lose their squares.
	let min = Number.POSITIVE_INFINITY;
	let max = Number.NEGATIVE_INFINITY;
	for (const value of values) {
		if (value < min) min = value;
		if (value > max) max = value;
	}
	const center = min / 2 + max / 2;
	const half = max / 2 - min / 2;
	if (!(half > 0)) return [{ weight: 1, mean: center, deviation: Math.max(Math.abs(center) * 1e-6, 1e-6) }];
	const points = weightedPoints(values.map((value) => value / half - center / half));
	const modes = Math.min(maxModes, points.values.length);
	const prior = priorOf(points, modes);
	const fitted = inferModes(points, startingModes(points, modes, prior, random), prior);
	const kept = fitted.filter((mode) => mode.weight >= minWeight);
	const total = kept.reduce((sum, mode) => sum + mode.weight, 0);
	return kept
		.map(({ weight, mean, deviation }) => ({
			weight: weight / total,
			mean: mean * half + center,
			deviation: deviation * half,
		}))
		.sort((a, b) => a.mean - b.mean);
}

interface Points {
	/** [points], ascending. */
	readonly values: Float64Array;
	readonly weights: Float64Array;
}

/** Inverse of the Wishart scale matrix and centre of the means; the strength of both is one row. */
interface Prior {
	readonly mean: number;
	readonly spread: number;
}

/** Sums over the rows of each mode, [modes] each. */
interface Sums {
	readonly counts: Float64Array;
	readonly firsts: Float64Array;
	readonly seconds: Float64Array;
}

function priorOf({ values, weights }: Points, modes: number): Prior {
	let total = 0;
	let mean = 0;
	let variance = 0;
	for (let i = 0; i < values.length; i++) {
		total += weights[i] as number;
		mean += (values[i] as number) * (weights[i] as number);
	}
	mean /= total;
	for (let i = 0; i < values.length; i++) variance += ((values[i] as number) - mean) ** 2 * (weights[i] as number);
	// Modes are expected to be ten times narrower than an even share of the range.
	return { mean, spread: variance / total / (10 * modes) ** 2 };
}

function weightedPoints(values: Float64Array): Points {
	const sorted = values.slice().sort();
	const points: number[] = [];
	const weights: number[] = [];
	for (const value of sorted) {
		if (points.length > 0 && points[points.length - 1] === value) {
			weights[weights.length - 1] = (weights[weights.length - 1] as number) + 1;
		} else {
			points.push(value);
			weights.push(1);
		}
	}
	if (points.length <= MAX_POINTS) return { values: Float64Array.from(points), weights: Float64Array.from(weights) };
	const perPoint = Math.ceil(sorted.length / MAX_POINTS);
	const groups = Math.ceil(sorted.length / perPoint);
	const means = new Float64Array(groups);
	const sizes = new Float64Array(groups);
	for (let i = 0; i < sorted.length; i++) {
		const group = Math.floor(i / perPoint);
		sizes[group] = (sizes[group] as number) + 1;
		means[group] =
			(means[group] as number) + ((sorted[i] as number) - (means[group] as number)) / (sizes[group] as number);
	}
	return { values: means, weights: sizes };
}

/** k-means++ seeding (Arthur and Vassilvitskii 2007); each point counts for its nearest seed. */
function startingModes(points: Points, modes: number, prior: Prior, random: Random): Sums {
	const { values, weights } = points;
	const seeds: number[] = [];
	const distances = Float64Array.from(weights);
	for (let k = 0; k < modes; k++) {
		let total = 0;
		for (const distance of distances) total += distance;
		let at = random.uniform() * total;
		let chosen = 0;
		while (chosen < distances.length - 1 && at >= (distances[chosen] as number)) at -= distances[chosen++] as number;
		const seed = values[chosen] as number;
		seeds.push(seed);
		for (let i = 0; i < values.length; i++) {
			const distance = ((values[i] as number) - seed) ** 2 * (weights[i] as number);
			if (k === 0 || distance < (distances[i] as number)) distances[i] = distance;
		}
	}
	const sums = emptySums(modes);
	for (let i = 0; i < values.length; i++) {
		let nearest = 0;
		for (let k = 1; k < modes; k++) {
			if (
				Math.abs((values[i] as number) - (seeds[k] as number)) <
				Math.abs((values[i] as number) - (seeds[nearest] as number))
			)
				nearest = k;
		}
		addToMode(sums, nearest, (values[i] as number) - prior.mean, weights[i] as number);
	}
	return sums;
}

function emptySums(modes: number): Sums {
	return { counts: new Float64Array(modes), firsts: new Float64Array(modes), seconds: new Float64Array(modes) };
}

function addToMode({ counts, firsts, seconds }: Sums, mode: number, value: number, weight: number): void {
	counts[mode] = (counts[mode] as number) + weight;
	firsts[mode] = (firsts[mode] as number) + weight * value;
	seconds[mode] = (seconds[mode] as number) + weight * value * value;
}

/** Alternates the posterior of the modes (eq. 10.58 to 10.63) and the responsibilities (eq. 10.46). */
function inferModes(points: Points, start: Sums, prior: Prior): GaussianMode[] {
	const { values, weights } = points;
	const modes = start.counts.length;
	let total = 0;
	for (const weight of weights) total += weight;
	let sums = start;
	const means = new Float64Array(modes);
	const precisions = new Float64Array(modes);
	const constants = new Float64Array(modes);
	const logs = new Float64Array(modes);
	let previous = Number.NEGATIVE_INFINITY;
	for (let round = 0; round < MAX_ROUNDS; round++) {
		// Values are taken relative to the prior's mean, which also keeps the sums of squares accurate.
		for (let k = 0; k < modes; k++) {
			const count = sums.counts[k] as number;
			const average = count === 0 ? 0 : (sums.firsts[k] as number) / count;
			const scatter = Math.max(0, (sums.seconds[k] as number) - count * average * average);
			means[k] = (count * average) / (1 + count);
			const inverseScale = prior.spread + scatter + (count / (1 + count)) * average * average;
			const freedom = 1 + count;
			precisions[k] = freedom / inverseScale;
			const logPrecision = digamma(freedom / 2) + Math.LN2 - Math.log(inverseScale);
			const logWeight = digamma(CONCENTRATION + count) - digamma(modes * CONCENTRATION + total);
			constants[k] = logWeight + logPrecision / 2 - 0.5 / (1 + count);
		}
		sums = emptySums(modes);
		let likelihood = 0;
		for (let i = 0; i < values.length; i++) {
			const value = (values[i] as number) - prior.mean;
			let largest = Number.NEGATIVE_INFINITY;
			for (let k = 0; k < modes; k++) {
				const distance = value - (means[k] as number);
				const log = (constants[k] as number) - 0.5 * (precisions[k] as number) * distance * distance;
				logs[k] = log;
				if (log > largest) largest = log;
			}
			let mass = 0;
			for (let k = 0; k < modes; k++) {
				const share = Math.exp((logs[k] as number) - largest);
				logs[k] = share;
				mass += share;
			}
			const weight = weights[i] as number;
			for (let k = 0; k < modes; k++) {
				const share = ((logs[k] as number) / mass) * weight;
				if (share > 1e-12) addToMode(sums, k, value, share);
			}
			likelihood += weight * (largest + Math.log(mass));
		}
		if (Math.abs(likelihood - previous) < TOLERANCE * total) break;
		previous = likelihood;
	}
	return Array.from(means, (mean, k) => ({
		weight: (CONCENTRATION + (sums.counts[k] as number)) / (modes * CONCENTRATION + total),
		mean: mean + prior.mean,
		deviation: 1 / Math.sqrt(precisions[k] as number),
	}));
}

/** Derivative of the logarithm of the gamma function: recurrence up to 6, then the asymptotic series. */
function digamma(x: number): number {
	let shift = 0;
	let at = x;
	while (at < 6) {
		shift -= 1 / at;
		at += 1;
	}
	const inverse = 1 / (at * at);
	const series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132))));
	return shift + Math.log(at) - 0.5 / at - series;
}
