/**
 * Quantiles of a stream in bounded memory: levels of buffers, where an item of level h stands for 2^h values.
 * A full buffer is sorted and every second item moves one level up (Munro and Paterson 1980; the buffers of
 * KLL, Karnin, Lang and Liberty 2016, with alternating instead of random choice, so that it is deterministic).
 *
 * Up to `BUFFER` values the quantiles are exact. Beyond, the rank error is at most log2(n / BUFFER) / BUFFER of
 * n: 0.21 % for 10^9 values.
 */
export interface QuantileSketch {
	count: number;
	/** [height][items of that level], unsorted. */
	readonly levels: number[][];
	/** [height]; which of each pair survives the next compaction. */
	readonly parities: number[];
}

const BUFFER = 8192;

export function createQuantileSketch(): QuantileSketch {
	return { count: 0, levels: [], parities: [] };
}

function push(sketch: QuantileSketch, height: number, value: number): void {
	while (sketch.levels.length <= height) {
		sketch.levels.push([]);
		sketch.parities.push(0);
	}
	const level = sketch.levels[height] as number[];
	level.push(value);
	if (level.length < BUFFER) return;
	const sorted = Float64Array.from(level);
	if (!isSorted(sorted)) sorted.sort();
	level.length = 0;
	const parity = sketch.parities[height] as number;
	sketch.parities[height] = 1 - parity;
	for (let i = parity; i < sorted.length; i += 2) push(sketch, height + 1, sorted[i] as number);
}

/** Times mostly come in order, and sorting is what takes time. */
function isSorted(values: Float64Array): boolean {
	for (let i = 1; i < values.length; i++) if ((values[i] as number) < (values[i - 1] as number)) return false;
	return true;
}

/** @param weight how many times the value occurs; a positive integer. */
export function addToSketch(sketch: QuantileSketch, value: number, weight = 1): void {
	sketch.count += weight;
	let rest = weight;
	for (let height = 0; rest > 0; height++) {
		if (rest % 2 === 1) push(sketch, height, value);
		rest = Math.floor(rest / 2);
	}
}

/** Adds what `other` holds to `sketch`. */
export function mergeIntoSketch(sketch: QuantileSketch, other: QuantileSketch): void {
	sketch.count += other.count;
	for (let height = 0; height < other.levels.length; height++) {
		for (const value of other.levels[height] as number[]) push(sketch, height, value);
	}
}

/** Share of the values that lie from `least` to `most`; 1 if there are none. */
export function shareWithin(sketch: QuantileSketch, least: number, most: number): number {
	let within = 0;
	let all = 0;
	for (let height = 0; height < sketch.levels.length; height++) {
		for (const value of sketch.levels[height] as number[]) {
			all += 2 ** height;
			if (value >= least && value <= most) within += 2 ** height;
		}
	}
	return all === 0 ? 1 : within / all;
}

/** 101 quantiles, 0 % to 100 %, each a value that was added (the inverse of the distribution function). */
export function sketchQuantiles(sketch: QuantileSketch, min: number, max: number): number[] {
	const values: number[] = [];
	const weights: number[] = [];
	for (let height = 0; height < sketch.levels.length; height++) {
		for (const value of sketch.levels[height] as number[]) {
			values.push(value);
			weights.push(2 ** height);
		}
	}
	const quantiles = weightedQuantiles(values, weights);
	quantiles[0] = min;
	quantiles[100] = max;
	return quantiles;
}

/** As `sketchQuantiles`, from values with their weights; all zero if there are none. */
export function weightedQuantiles(values: readonly number[], weights: readonly number[]): number[] {
	const order = Int32Array.from(values, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
	let total = 0;
	for (const weight of weights) total += weight;
	const quantiles: number[] = [];
	let at = 0;
	let below = order.length === 0 ? 0 : (weights[order[0] as number] as number);
	for (let percent = 0; percent <= 100; percent++) {
		// A small slack keeps shares such as 0.07 * 100 from skipping to the next value by rounding.
		const rank = (percent / 100) * total - 1e-9 * total;
		while (below < rank && at < order.length - 1) below += weights[order[++at] as number] as number;
		quantiles.push(order.length === 0 ? 0 : (values[order[at] as number] as number));
	}
	return quantiles;
}
