import type { BinnedTable, FeatureBins } from './feature-bins.ts';
import { createSplitSearch, type Split } from './find-split.ts';
import { createHistogramPool, type Derivatives, type Histogram } from './histograms.ts';
import { createNodes, isLeftOf, MASK_WORDS, type TreeNodes } from './tree-nodes.ts';
import type { ResolvedTreeOptions } from './tree-options.ts';

export interface TreeTask {
	readonly derivatives: Derivatives;
	/** Rows that the tree sees; put into another order. */
	readonly rows: Int32Array;
	/** Features that it may split, rising. */
	readonly features: Int32Array;
	/** The tree is added to `sums` of its rows at `row * stride + offset`. */
	readonly sums: Float64Array;
	readonly stride: number;
	readonly offset: number;
}

/** Some rows of a tree in the making: `rows[start]` to `rows[end - 1]`. */
interface Leaf {
	readonly node: number;
	readonly start: number;
	readonly end: number;
	readonly depth: number;
	readonly gradient: number;
	readonly hessian: number;
}

/** A leaf and how it would best be split; null where it is not to be split. */
interface OpenLeaf extends Leaf {
	readonly found: { readonly split: Split; readonly histogram: Histogram } | null;
}

/**
 * Grows trees leaf by leaf, the split that saves most first, from histograms of the derivatives (LightGBM, Ke et al.
 * 2017): the histogram of the larger child is that of its parent less that of the smaller child.
 */
export function createTreeGrower(
	binned: BinnedTable,
	bins: readonly FeatureBins[],
	options: ResolvedTreeOptions,
): (task: TreeTask) => TreeNodes {
	const { maxLeaves, maxDepth, l2, learningRate, minChildWeight } = options;
	const search = createSplitSearch(bins, options);
	const pool = createHistogramPool(binned, search.firstBin);
	const moved = new Int32Array(binned.rows);

	/** Puts the rows of a leaf that go left before those that go right, both in their old order. */
	function partition(rows: Int32Array, { start, end }: Leaf, { feature, mask }: Split): number {
		const column = binned.columns[feature] as Uint8Array;
		let left = start;
		let right = 0;
		for (let i = start; i < end; i++) {
			const row = rows[i] as number;
			if (isLeftOf(mask, 0, column[row] as number) === 1) rows[left++] = row;
			else moved[right++] = row;
		}
		rows.set(moved.subarray(0, right), left);
		return left;
	}

	const isSplittable = ({ depth, hessian }: Leaf) => depth < maxDepth && hessian >= 2 * minChildWeight;

	/** The whole of the rows as one leaf. */
	function openRoot({ derivatives, rows, features }: TreeTask): OpenLeaf {
		let gradient = 0;
		let hessian = 0;
		for (let i = 0; i < rows.length; i++) {
			gradient += derivatives.gradient[rows[i] as number] as number;
			hessian += derivatives.hessian[rows[i] as number] as number;
		}
		const root = { node: 0, start: 0, end: rows.length, depth: 0, gradient, hessian };
		if (!isSplittable(root)) return { ...root, found: null };
		return open(root, pool.sum(derivatives, rows, 0, rows.length, features), features);
	}

	/** Finds the best split; the histogram is kept for the children or given back. */
	function open(leaf: Leaf, histogram: Histogram, features: Int32Array): OpenLeaf {
		const split = search.find(histogram, leaf.gradient, leaf.hessian, features);
		if (split.feature >= 0) return { ...leaf, found: { split: { ...split, mask: split.mask.slice() }, histogram } };
		pool.release(histogram);
		return { ...leaf, found: null };
	}

	/** @param isLast whether the tree is then complete, so that nobody asks how the children would be split. */
	function openChildren(
		children: readonly [Leaf, Leaf],
		histogram: Histogram,
		{ derivatives, rows, features }: TreeTask,
		isLast: boolean,
	): OpenLeaf[] {
		const isOpen = children.map((child) => !isLast && isSplittable(child));
		if (!isOpen.includes(true)) {
			pool.release(histogram);
			return children.map((child) => ({ ...child, found: null }));
		}
		const [left, right] = children;
		const smaller = left.end - left.start <= right.end - right.start ? left : right;
		const small = pool.sum(derivatives, rows, smaller.start, smaller.end, features);
		pool.subtract(histogram, small, features);
		return children.map((child, i) => {
			const own = child === smaller ? small : histogram;
			if (isOpen[i] === true) return open(child, own, features);
			pool.release(own);
			return { ...child, found: null };
		});
	}

	return (task) => {
		const { rows, sums, stride, offset } = task;
		const nodes = createNodes(2 * maxLeaves - 1);
		const cover = new Float64Array(2 * maxLeaves - 1);
		const setValue = ({ node, gradient, hessian }: Leaf) => {
			nodes.value[node] = hessian + l2 > 0 ? (-learningRate * gradient) / (hessian + l2) : 0;
			cover[node] = hessian;
		};
		const root = openRoot(task);
		setValue(root);
		const leaves: OpenLeaf[] = [root];
		let count = 1;
		while (leaves.length < maxLeaves) {
			const best = findBest(leaves);
			const leaf = leaves[best];
			if (leaf === undefined || leaf.found === null) break;
			const { split, histogram } = leaf.found;
			const middle = partition(rows, leaf, split);
			nodes.feature[leaf.node] = split.feature;
			nodes.left[leaf.node] = count;
			nodes.gain[leaf.node] = split.gain;
			nodes.mask.set(split.mask, leaf.node * MASK_WORDS);
			const children = splitLeaf(leaf, split, middle, count);
			count += 2;
			children.forEach(setValue);
			const isLast = leaves.length + 1 === maxLeaves;
			leaves.splice(best, 1, ...openChildren(children, histogram, task, isLast));
		}
		for (const { found, node, start, end } of leaves) {
			if (found !== null) pool.release(found.histogram);
			const value = nodes.value[node] as number;
			for (let i = start; i < end; i++) {
				const at = (rows[i] as number) * stride + offset;
				sums[at] = (sums[at] as number) + value;
			}
		}
		averageInnerNodes(nodes, cover, count);
		return trimNodes(nodes, count);
	};
}

/** The leaf whose split saves most, -1 if none can be split. */
function findBest(leaves: readonly OpenLeaf[]): number {
	let best = -1;
	let most = 0;
	leaves.forEach(({ found }, i) => {
		if (found === null || found.split.gain <= most) return;
		best = i;
		most = found.split.gain;
	});
	return best;
}

function splitLeaf(leaf: Leaf, split: Split, middle: number, node: number): [Leaf, Leaf] {
	const { leftGradient, leftHessian } = split;
	const depth = leaf.depth + 1;
	return [
		{ node, start: leaf.start, end: middle, depth, gradient: leftGradient, hessian: leftHessian },
		{
			node: node + 1,
			start: middle,
			end: leaf.end,
			depth,
			gradient: leaf.gradient - leftGradient,
			hessian: leaf.hessian - leftHessian,
		},
	];
}

/** Inner nodes get the mean of their leaves, weighted by second derivatives, as in XGBoost's contributions. */
function averageInnerNodes({ left, value }: TreeNodes, cover: Float64Array, count: number): void {
	// Children come after their parents.
	for (let node = count - 1; node >= 0; node--) {
		const child = left[node] as number;
		if (child === 0) continue;
		const [first, second] = [cover[child] as number, cover[child + 1] as number];
		value[node] = ((value[child] as number) * first + (value[child + 1] as number) * second) / (first + second);
	}
}

function trimNodes({ feature, left, value, gain, mask }: TreeNodes, count: number): TreeNodes {
	return {
		feature: feature.slice(0, count),
		left: left.slice(0, count),
		value: value.slice(0, count),
		gain: gain.slice(0, count),
		mask: mask.slice(0, count * MASK_WORDS),
	};
}
