import type { Random } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';

export interface MomentCriticOptions {
	/** @default 10 */
	readonly rounds?: number;
	/** Power of the corrections by pairs: they contradict each other a little. @default 0.5 */
	readonly damping?: number;
	/** Rows by which each table of the real rows is drawn towards the generator's. @default 300 */
	readonly priorRows?: number;
	/** Weight that no row exceeds, 1 being the mean. */
	readonly mostWeight: number;
	/** Groups that the tokens of ordered columns make in tables of pairs. @default 10 */
	readonly groups?: number;
}

/** Rows below which a cell of the real table says nothing. */
const FEWEST_ROWS = 5;
/** A single correction lies between its inverse and this. */
const MOST_CORRECTION = 5;

/**
 * Weights under which generated rows have the one-way tables of the real rows, and nearly their two-way tables:
 * iterative proportional fitting (Deming and Stephan 1940; raking).
 *
 * @param pool [poolRows, features] tokens of generated rows
 * @param real [realRows, features] tokens of training rows
 * @param start [poolRows] weights to begin with
 * @returns [poolRows], mean 1
 */
export function rakeWeights(
	columns: readonly TokenColumn[],
	pool: Int32Array,
	real: Int32Array,
	start: Float64Array,
	{ rounds = 10, damping = 0.5, priorRows = 300, mostWeight, groups = 10 }: MomentCriticOptions,
): Float64Array {
	const features = columns.length;
	const weights = start.slice();
	const singles = columns.map(({ tokens }, feature) => ({
		cells: tokens,
		poolCells: columnOf(pool, features, feature),
		target: countCells(columnOf(real, features, feature), tokens),
	}));
	const coarse = columns.map((column, feature) => {
		const groupOf = groupTokens(column, groups);
		const count = Math.max(...groupOf) + 1;
		const grouped = (cells: Int32Array) => cells.map((token) => groupOf[token] as number);
		return {
			count,
			pool: grouped(columnOf(pool, features, feature)),
			real: grouped(columnOf(real, features, feature)),
		};
	});
	const realRows = real.length / features;
	const cells = new Int32Array(weights.length);
	for (let round = 0; round < rounds; round++) {
		for (let i = 0; i < features; i++) {
			for (let j = i + 1; j < features; j++) {
				const a = coarse[i] as (typeof coarse)[number];
				const b = coarse[j] as (typeof coarse)[number];
				for (let row = 0; row < cells.length; row++) {
					cells[row] = (a.pool[row] as number) * b.count + (b.pool[row] as number);
				}
				const target = new Float64Array(a.count * b.count);
				for (let row = 0; row < realRows; row++) {
					const cell = (a.real[row] as number) * b.count + (b.real[row] as number);
					target[cell] = (target[cell] as number) + 1;
				}
				correct(weights, cells, target, realRows, { damping, priorRows, mostWeight });
			}
		}
		for (const { poolCells, target } of singles) {
			correct(weights, poolCells, target, realRows, { damping: 1, priorRows, mostWeight });
		}
	}
	return weights;
}

function columnOf(tokens: Int32Array, features: number, feature: number): Int32Array {
	return Int32Array.from({ length: tokens.length / features }, (_, row) => tokens[row * features + feature] as number);
}

function countCells(cells: Int32Array, count: number): Float64Array {
	const counts = new Float64Array(count);
	for (const cell of cells) counts[cell] = (counts[cell] as number) + 1;
	return counts;
}

/** Groups of about as many rows for ordered tokens; missing, and tokens without an order, by themselves. */
function groupTokens({ tokens, positions }: TokenColumn, groups: number): Int32Array {
	if (positions === null) return Int32Array.from({ length: tokens }, (_, token) => token);
	const raw = positions.map((position) =>
		position === null ? groups : Math.min(groups - 1, Math.floor(position * groups)),
	);
	const used = [...new Set(raw)].sort((a, b) => a - b);
	return Int32Array.from(raw, (group) => used.indexOf(group));
}

/** Moves the weights towards one table of counts; weights keep the mean 1. */
function correct(
	weights: Float64Array,
	cells: Int32Array,
	target: Float64Array,
	realRows: number,
	{ damping, priorRows, mostWeight }: { damping: number; priorRows: number; mostWeight: number },
): void {
	const rows = weights.length;
	const held = new Float64Array(target.length);
	let total = 0;
	for (let row = 0; row < rows; row++) {
		const weight = weights[row] as number;
		held[cells[row] as number] = (held[cells[row] as number] as number) + weight;
		total += weight;
	}
	const factors = held.map((sum, cell) => {
		const count = target[cell] as number;
		if (sum === 0 || count < FEWEST_ROWS) return 1;
		const own = sum / total;
		const wanted = (count + priorRows * own) / (realRows + priorRows);
		return Math.min(MOST_CORRECTION, Math.max(1 / MOST_CORRECTION, wanted / own)) ** damping;
	});
	let sum = 0;
	for (let row = 0; row < rows; row++) {
		const weight = (weights[row] as number) * (factors[cells[row] as number] as number);
		weights[row] = weight;
		sum += weight;
	}
	for (let row = 0; row < rows; row++) weights[row] = Math.min(mostWeight, ((weights[row] as number) * rows) / sum);
}

/**
 * Rows drawn by weight with one random number (systematic sampling, Madow and Madow 1944): none is drawn twice as
 * long as no weight exceeds the pool's share a row.
 *
 * @returns [count] numbers of rows
 */
export function drawByWeight(weights: Float64Array, count: number, random: Random): Int32Array {
	const order = random.permutation(weights.length);
	const total = weights.reduce((sum, weight) => sum + weight, 0);
	const picked = new Int32Array(count);
	const offset = random.uniform();
	let at = 0;
	let passed = weights[order[0] as number] as number;
	for (let i = 0; i < count; i++) {
		const mark = ((i + offset) / count) * total;
		while (passed <= mark && at < order.length - 1) {
			at++;
			passed += weights[order[at] as number] as number;
		}
		picked[i] = order[at] as number;
	}
	return picked;
}
