import { addToSketch, createQuantileSketch, mergeIntoSketch, type QuantileSketch } from './quantile-sketch.ts';

/** Moments, extremes and quantiles of finite numbers, mergeable. */
export interface NumberStats {
	count: number;
	mean: number;
	/** Sum of squared distances from the mean. */
	squares: number;
	/** 0 while there are no values. */
	min: number;
	max: number;
	readonly sketch: QuantileSketch;
}

export function createNumberStats(): NumberStats {
	return { count: 0, mean: 0, squares: 0, min: 0, max: 0, sketch: createQuantileSketch() };
}

/** Adds a finite value that occurs `weight` times (Welford's update, weighted). */
export function addNumber(stats: NumberStats, value: number, weight: number): void {
	if (stats.count === 0 || value < stats.min) stats.min = value;
	if (stats.count === 0 || value > stats.max) stats.max = value;
	stats.count += weight;
	const distance = value - stats.mean;
	stats.mean += (distance * weight) / stats.count;
	stats.squares += weight * distance * (value - stats.mean);
	addToSketch(stats.sketch, value, weight);
}

/** Adds what `other` holds to `stats` (Chan, Golub and LeVeque 1979). */
export function mergeIntoNumberStats(stats: NumberStats, other: NumberStats): void {
	if (other.count === 0) return;
	stats.min = stats.count === 0 ? other.min : Math.min(stats.min, other.min);
	stats.max = stats.count === 0 ? other.max : Math.max(stats.max, other.max);
	const count = stats.count + other.count;
	const distance = other.mean - stats.mean;
	stats.mean += (distance * other.count) / count;
	stats.squares += other.squares + (distance * distance * stats.count * other.count) / count;
	stats.count = count;
	mergeIntoSketch(stats.sketch, other.sketch);
}

/** Population standard deviation. */
export function standardDeviation(stats: NumberStats): number {
	return stats.count === 0 ? 0 : Math.sqrt(Math.max(0, stats.squares / stats.count));
}
