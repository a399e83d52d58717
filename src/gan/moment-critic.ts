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
}

/** Rows below which a cell of the real table says nothing. */
const FEWEST_ROWS = 5;
/** Groups that the tokens of ordered columns make in tables of pairs. */
const GROUPS = 10;
/** Tables of pairs at most: those of 63 columns. */
const MOST_PAIRS = 2000;
/** A single correction lies between its inverse and this. */
const MOST_CORRECTION = 5;

/** How often real rows have each token, and each pair of groups of tokens. */
export interface MomentTargets {
	/** Real rows counted. */
	readonly rows: number;
	/** Per column, rows with each token. */
	readonly singles: readonly Float64Array[];
	/** Tables of pairs of columns. */
	readonly pairs: readonly PairTarget[];
}

export interface PairTarget {
	readonly first: number;
	readonly second: number;
	/** [groups of the first, groups of the second]; 0 where fewer than five rows are. */
	readonly counts: Float64Array;
}

/**
 * Counts of real rows that generated rows are weighted to.
 *
 * @param fewestRows cells of two columns with fewer rows are counted as empty
 */
export function measureMoments(
	columns: readonly TokenColumn[],
	real: Int32Array,
	fewestRows: number = FEWEST_ROWS,
): MomentTargets {
	const features = columns.length;
	const rows = real.length / features;
	const single = columns.map((_, feature) => columnOf(real, features, feature));
	const groups = columns.map(groupTokens);
	const pairs: PairTarget[] = [];
	for (const [first, second] of choosePairs(features)) {
		const a = groups[first] as Grouping;
		const b = groups[second] as Grouping;
		const counts = countCells(
			cellsOf(single[first] as Int32Array, single[second] as Int32Array, a, b),
			a.count * b.count,
		);
		pairs.push({ first, second, counts: counts.map((count) => (count < fewestRows ? 0 : count)) });
	}
	const singles = columns.map(({ tokens }, feature) => countCells(single[feature] as Int32Array, tokens));
	return { rows, singles, pairs };
}

/** All pairs of columns; of a wide table evenly spread ones. */
function choosePairs(features: number): [number, number][] {
	const all: [number, number][] = [];
	const most = (features * (features - 1)) / 2;
	const step = Math.max(1, Math.ceil(most / MOST_PAIRS));
	let number = 0;
	for (let first = 0; first < features; first++) {
		for (let second = first + 1; second < features; second++, number++) {
			if (number % step === 0) all.push([first, second]);
		}
	}
	return all;
}

/**
 * Weights under which generated rows have the one-way tables of the real rows, and nearly their two-way tables:
 * iterative proportional fitting (Deming and Stephan 1940; raking).
 *
 * @param pool [poolRows, features] tokens of generated rows
 * @param start [poolRows] weights to begin with
 * @returns [poolRows], mean 1
 */
export function rakeWeights(
	columns: readonly TokenColumn[],
	pool: Int32Array,
	targets: MomentTargets,
	start: Float64Array,
	{ rounds = 10, damping = 0.5, priorRows = 300, mostWeight }: MomentCriticOptions,
): Float64Array {
	const features = columns.length;
	const weights = start.slice();
	const single = columns.map((_, feature) => columnOf(pool, features, feature));
	const groups = columns.map(groupTokens);
	for (let round = 0; round < rounds; round++) {
		for (const { first, second, counts } of targets.pairs) {
			const cells = cellsOf(
				single[first] as Int32Array,
				single[second] as Int32Array,
				groups[first] as Grouping,
				groups[second] as Grouping,
			);
			correct(weights, cells, counts, targets.rows, { damping, priorRows, mostWeight });
		}
		for (const [feature, target] of targets.singles.entries()) {
			correct(weights, single[feature] as Int32Array, target, targets.rows, { damping: 1, priorRows, mostWeight });
		}
	}
	return weights;
}

function cellsOf(first: Int32Array, second: Int32Array, a: Grouping, b: Grouping): Int32Array {
	const cells = new Int32Array(first.length);
	for (let row = 0; row < cells.length; row++) {
		cells[row] = (a.groupOf[first[row] as number] as number) * b.count + (b.groupOf[second[row] as number] as number);
	}
	return cells;
}

function columnOf(tokens: Int32Array, features: number, feature: number): Int32Array {
	return Int32Array.from({ length: tokens.length / features }, (_, row) => tokens[row * features + feature] as number);
}

function countCells(cells: Int32Array, count: number): Float64Array {
	const counts = new Float64Array(count);
	for (const cell of cells) counts[cell] = (counts[cell] as number) + 1;
	return counts;
}

interface Grouping {
	/** [tokens] */
	readonly groupOf: Int32Array;
	readonly count: number;
}

/** Groups of about as many rows for ordered tokens; missing, and tokens without an order, by themselves. */
function groupTokens({ tokens, positions }: TokenColumn): Grouping {
	if (positions === null) return { groupOf: Int32Array.from({ length: tokens }, (_, token) => token), count: tokens };
	const raw = positions.map((position) =>
		position === null ? GROUPS : Math.min(GROUPS - 1, Math.floor(position * GROUPS)),
	);
	const used = [...new Set(raw)].sort((a, b) => a - b);
	return { groupOf: Int32Array.from(raw, (group) => used.indexOf(group)), count: used.length };
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
