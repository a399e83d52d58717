import type { ModelState, TensorData } from '../../contracts/model-state.ts';
import type { Random } from '../../contracts/random.ts';
import { takeTensor } from '../take-tensor.ts';
import { type BaselineMatrix, type FittedBaseline, pickMatrixRows } from './baseline-matrix.ts';

const TREES = 100;
/** Rows that each tree is grown on. */
const ROWS_PER_TREE = 256;
/** Share of rows, the most anomalous first, that the trimmed forest is not grown on; the same as our own score's. */
const TRIMMED_SHARE = 0.07;
/** Once is not enough: AUROC .836 on the 20 labelled tables, .845 after twice. */
const TRIMMED_TIMES = 2;
/** Rows that go through all the trees together, so that they stay in the cache. */
const BLOCK_ROWS = 512;
const EULER = 0.5772156649015329;

/** All trees in a row; the children of node i are `left[i]` and `left[i] + 1`. */
interface Trees {
	/** Column that a node is cut on; -1 for a leaf. */
	readonly column: Int32Array;
	/** Values below it go left. */
	readonly cut: Float64Array;
	readonly left: Int32Array;
	/** Leaves: path length h(x), with c(rows) added for the subtree that was not grown. */
	readonly path: Float64Array;
	readonly roots: Int32Array;
}

/**
 * Isolation forest (Liu, Ting and Zhou 2008): trees of random cuts; anomalies are cut off early.
 * The score of a row is 2^(-E[h(x)] / c(n)), in (0, 1).
 */
export function fitIsolationForest(matrix: BaselineMatrix, random: Random): FittedBaseline {
	const sampled = Math.min(ROWS_PER_TREE, matrix.rows);
	return openForest(growTrees(matrix, sampled, random), 1 / (TREES * averagePath(Math.max(2, sampled))));
}

/** A forest as it was when `toState` was called. @throws CounterfoilError MODEL_INVALID */
export function restoreIsolationForest(state: ModelState): FittedBaseline {
	const trees: Trees = {
		column: takeTensor(state, 'column', Int32Array),
		cut: takeTensor(state, 'cut', Float64Array),
		left: takeTensor(state, 'left', Int32Array),
		path: takeTensor(state, 'path', Float64Array),
		roots: takeTensor(state, 'roots', Int32Array),
	};
	return openForest(trees, (state.json as { readonly scale: number }).scale);
}

/** @param scale 1 / (trees * c(rows)) */
function openForest(trees: Trees, scale: number): FittedBaseline {
	return {
		toState: () => {
			const { column, cut, left, path, roots } = trees;
			const tensors: Record<string, TensorData> = {};
			for (const [name, data] of Object.entries({ column, cut, left, path, roots })) {
				tensors[name] = { shape: [data.length], data };
			}
			return { json: { scale }, tensors };
		},
		score: ({ rows, width, values }) => {
			const scores = new Float64Array(rows);
			for (let first = 0; first < rows; first += BLOCK_ROWS) {
				addPaths(trees, values, width, first, Math.min(rows, first + BLOCK_ROWS), scores);
			}
			for (let row = 0; row < rows; row++) scores[row] = 2 ** (-(scores[row] as number) * scale);
			return scores;
		},
	};
}

/**
 * Isolation forest that is grown again, twice, without the rows which the last one finds most anomalous, so that a
 * table's own anomalies do not widen what is normal. Meant for prepared coordinates.
 */
export function fitTrimmedForest(matrix: BaselineMatrix, random: Random): FittedBaseline {
	const count = Math.max(1, Math.floor(matrix.rows * (1 - TRIMMED_SHARE)));
	let forest = fitIsolationForest(matrix, random.fork('pass 0'));
	for (let pass = 1; pass <= TRIMMED_TIMES; pass++) {
		const scores = forest.score(matrix);
		const ranked = Int32Array.from(scores, (_, row) => row);
		ranked.sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
		forest = fitIsolationForest(pickMatrixRows(matrix, ranked.subarray(0, count)), random.fork(`pass ${pass}`));
	}
	return forest;
}

/** c(n): mean path length of an unsuccessful search in a binary search tree of n rows (equation 1). */
export function averagePath(rows: number): number {
	if (rows < 2) return 0;
	if (rows === 2) return 1;
	return 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}

function growTrees({ rows, width, values }: BaselineMatrix, sampled: number, random: Random): Trees {
	const capacity = TREES * (2 * sampled + 1);
	const column = new Int32Array(capacity).fill(-1);
	const cut = new Float64Array(capacity);
	const left = new Int32Array(capacity);
	const path = new Float64Array(capacity);
	const roots = new Int32Array(TREES);
	const deepest = Math.ceil(Math.log2(Math.max(2, sampled)));
	const columns = Int32Array.from({ length: width }, (_, index) => index);
	let nodes = 0;
	let members = new Int32Array(0);

	/** Grows the subtree of `members` from `first` to `end` at a node that is already reserved. */
	function grow(node: number, first: number, end: number, depth: number): void {
		const count = end - first;
		path[node] = depth + averagePath(count);
		if (depth >= deepest || count < 2) return;
		// Columns on which these rows do not differ cannot be cut: they are put behind the ones left to try.
		for (let untried = width; untried > 0; untried--) {
			const pick = random.integer(untried);
			const chosen = columns[pick] as number;
			let low = Number.POSITIVE_INFINITY;
			let high = Number.NEGATIVE_INFINITY;
			for (let i = first; i < end; i++) {
				const value = values[(members[i] as number) * width + chosen] as number;
				if (value < low) low = value;
				if (value > high) high = value;
			}
			if (low === high) {
				columns[pick] = columns[untried - 1] as number;
				columns[untried - 1] = chosen;
				continue;
			}
			// Neighbouring doubles may round the cut down to the lowest value, which would leave one side empty.
			const drawn = low + random.uniform() * (high - low);
			const threshold = drawn > low ? drawn : high;
			let middle = first;
			for (let i = first; i < end; i++) {
				const row = members[i] as number;
				if ((values[row * width + chosen] as number) >= threshold) continue;
				members[i] = members[middle] as number;
				members[middle++] = row;
			}
			column[node] = chosen;
			cut[node] = threshold;
			const child = nodes;
			left[node] = child;
			nodes += 2;
			grow(child, first, middle, depth + 1);
			grow(child + 1, middle, end, depth + 1);
			return;
		}
	}

	for (let tree = 0; tree < TREES; tree++) {
		members = random.sample(rows, sampled) as Int32Array<ArrayBuffer>;
		roots[tree] = nodes++;
		grow(roots[tree] as number, 0, sampled, 0);
	}
	return {
		column: column.slice(0, nodes),
		cut: cut.slice(0, nodes),
		left: left.slice(0, nodes),
		path: path.slice(0, nodes),
		roots,
	};
}

function addPaths(
	{ column, cut, left, path, roots }: Trees,
	values: Float64Array,
	width: number,
	first: number,
	end: number,
	sums: Float64Array,
): void {
	for (let tree = 0; tree < TREES; tree++) {
		const root = roots[tree] as number;
		for (let row = first; row < end; row++) {
			const offset = row * width;
			let node = root;
			let chosen = column[node] as number;
			while (chosen >= 0) {
				const child = left[node] as number;
				node = (values[offset + chosen] as number) < (cut[node] as number) ? child : child + 1;
				chosen = column[node] as number;
			}
			sums[row] = (sums[row] as number) + (path[node] as number);
		}
	}
}
