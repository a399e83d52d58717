import type { Random } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';

export interface MomentCriticOptions {
	/** @default 5 */
	readonly rounds?: number;
	/** Power of the corrections by pairs: they contradict each other a little. @default 0.7 */
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
	const { tokens, groups } = cutColumns(columns, real);
	const pairs = choosePairs(columns.length).map(([first, second]): PairTarget => {
		const counts = countRows(crossGroups(groups, first, second));
		return { first, second, counts: counts.map((count) => (count < fewestRows ? 0 : count)) };
	});
	return { rows: real.length / columns.length, singles: tokens.map(countRows), pairs };
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
	{ rounds = 5, damping = 0.7, priorRows = 300, mostWeight }: MomentCriticOptions,
): Float64Array {
	const weights = start.slice();
	const tables = cutIntoTables(columns, pool, targets, damping);
	let [table] = tables;
	if (table === undefined) return weights;
	let held = weighCells(table, weights);
	for (let step = 1; step <= rounds * tables.length; step++) {
		const factors = correctCells(table, held, weights.length, targets.rows, priorRows);
		const next = tables[step % tables.length] as PoolTable;
		held = correctRows(weights, table, factors, mostWeight, next);
		table = next;
	}
	return weights;
}

/** Rows by their cells in one table. */
interface CutRows {
	/** [rows] each: the cell of a row is `first * width + second`. */
	readonly first: Uint16Array;
	readonly second: Uint16Array;
	readonly width: number;
	readonly cells: number;
}

interface PoolTable extends CutRows {
	/** [cells]: how many real rows each has. */
	readonly counts: Float64Array;
	/** Power of its corrections. */
	readonly damping: number;
}

interface CutColumns {
	/** Tables of one column: a cell is a token. */
	readonly tokens: readonly CutRows[];
	/** The same of groups of tokens. */
	readonly groups: readonly CutRows[];
}

function cutColumns(columns: readonly TokenColumn[], rowTokens: Int32Array): CutColumns {
	const features = columns.length;
	const rows = rowTokens.length / features;
	const second = new Uint16Array(rows);
	const tokens = columns.map((column, feature): CutRows => {
		const first = new Uint16Array(rows);
		for (let row = 0; row < rows; row++) first[row] = rowTokens[row * features + feature] as number;
		return { first, second, width: 1, cells: column.tokens };
	});
	const groups = columns.map((column, feature): CutRows => {
		const { groupOf, count } = groupTokens(column);
		const { first } = tokens[feature] as CutRows;
		return { first: first.map((token) => groupOf[token] as number), second, width: 1, cells: count };
	});
	return { tokens, groups };
}

/** The table of two columns. */
function crossGroups(groups: readonly CutRows[], first: number, second: number): CutRows {
	const [a, b] = [groups[first] as CutRows, groups[second] as CutRows];
	return { first: a.first, second: b.first, width: b.cells, cells: a.cells * b.cells };
}

/** All tables in the order of a round: those of two columns, then those of one. */
function cutIntoTables(
	columns: readonly TokenColumn[],
	pool: Int32Array,
	{ pairs, singles }: MomentTargets,
	damping: number,
): PoolTable[] {
	const { tokens, groups } = cutColumns(columns, pool);
	return [
		...pairs.map(({ first, second, counts }) => ({ ...crossGroups(groups, first, second), counts, damping })),
		...singles.map((counts, feature) => ({ ...(tokens[feature] as CutRows), counts, damping: 1 })),
	];
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

/** Weight of each cell's rows. */
function weighCells({ first, second, width, cells }: CutRows, weights: Float64Array): Float64Array {
	const held = new Float64Array(cells);
	for (let row = 0; row < weights.length; row++) {
		const cell = (first[row] as number) * width + (second[row] as number);
		held[cell] = (held[cell] as number) + (weights[row] as number);
	}
	return held;
}

function countRows(table: CutRows): Float64Array {
	return weighCells(table, new Float64Array(table.first.length).fill(1));
}

/**
 * What the weights of each cell's rows are multiplied by to come nearer to the real counts, their mean then being 1.
 *
 * @param held weight of each cell's rows
 */
function correctCells(
	{ counts, damping }: PoolTable,
	held: Float64Array,
	rows: number,
	realRows: number,
	priorRows: number,
): Float64Array {
	const total = held.reduce((sum, weight) => sum + weight, 0);
	const factors = held.map((weight, cell) => {
		const count = counts[cell] as number;
		if (weight === 0 || count < FEWEST_ROWS) return 1;
		const own = weight / total;
		const wanted = (count + priorRows * own) / (realRows + priorRows);
		return Math.min(MOST_CORRECTION, Math.max(1 / MOST_CORRECTION, wanted / own)) ** damping;
	});
	const corrected = held.reduce((sum, weight, cell) => sum + weight * (factors[cell] as number), 0);
	return factors.map((factor) => (factor * rows) / corrected);
}

/**
 * Corrects the weights by one table and adds them up by the cells of the next one on the way: each table costs one
 * pass over the rows.
 *
 * @returns weight of each cell's rows in the next table
 */
function correctRows(
	weights: Float64Array,
	{ first, second, width }: PoolTable,
	factors: Float64Array,
	mostWeight: number,
	{ first: nextFirst, second: nextSecond, width: nextWidth, cells }: PoolTable,
): Float64Array {
	const held = new Float64Array(cells);
	for (let row = 0; row < weights.length; row++) {
		const corrected =
			(weights[row] as number) * (factors[(first[row] as number) * width + (second[row] as number)] as number);
		const weight = Math.min(corrected, mostWeight);
		weights[row] = weight;
		const cell = (nextFirst[row] as number) * nextWidth + (nextSecond[row] as number);
		held[cell] = (held[cell] as number) + weight;
	}
	return held;
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
