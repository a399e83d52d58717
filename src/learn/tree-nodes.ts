import type { BinnedTable } from './feature-bins.ts';

/** 32-bit words of a set of bins. */
export const MASK_WORDS = 8;

/**
 * Nodes of one or many trees, side by side. The right child of a node follows its left child; a set of bins says who
 * goes left, so that numbers, levels and missing values are one case.
 */
export interface TreeNodes {
	/** [nodes]; feature that is split, -1 in leaves. */
	readonly feature: Int32Array;
	/** [nodes]; left child, 0 in leaves. */
	readonly left: Int32Array;
	/** [nodes]; what a leaf adds, and elsewhere the mean of the leaves below, weighted by second derivatives. */
	readonly value: Float64Array;
	/** [nodes]; loss that the split saves, 0 in leaves. */
	readonly gain: Float64Array;
	/** [nodes, 8]; bins that go left. */
	readonly mask: Uint32Array;
}

export function createNodes(count: number): TreeNodes {
	return {
		feature: new Int32Array(count).fill(-1),
		left: new Int32Array(count),
		value: new Float64Array(count),
		gain: new Float64Array(count),
		mask: new Uint32Array(count * MASK_WORDS),
	};
}

/** Trees one after the other, and where each begins. */
export function joinTrees(trees: readonly TreeNodes[]): { readonly nodes: TreeNodes; readonly roots: Int32Array } {
	const nodes = createNodes(trees.reduce((sum, { feature }) => sum + feature.length, 0));
	const roots = new Int32Array(trees.length);
	let at = 0;
	trees.forEach((tree, i) => {
		roots[i] = at;
		nodes.feature.set(tree.feature, at);
		nodes.left.set(
			tree.left.map((left) => (left === 0 ? 0 : left + at)),
			at,
		);
		nodes.value.set(tree.value, at);
		nodes.gain.set(tree.gain, at);
		nodes.mask.set(tree.mask, at * MASK_WORDS);
		at += tree.feature.length;
	});
	return { nodes, roots };
}

/** 1 if rows with the bin go to the left child of the node, else 0. */
export function isLeftOf(mask: Uint32Array, node: number, bin: number): number {
	return ((mask[node * MASK_WORDS + (bin >> 5)] as number) >>> (bin & 31)) & 1;
}

/** Adds what the tree says about each of the rows to `sums`, at `row * stride + offset`. */
export function addTree(
	{ feature, left, value, mask }: TreeNodes,
	root: number,
	{ columns }: BinnedTable,
	rows: Int32Array,
	sums: Float64Array,
	stride = 1,
	offset = 0,
): void {
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i] as number;
		let node = root;
		let split = feature[node] as number;
		while (split >= 0) {
			const bin = (columns[split] as Uint8Array)[row] as number;
			const isLeft = isLeftOf(mask, node, bin);
			node = (left[node] as number) + 1 - isLeft;
			split = feature[node] as number;
		}
		const at = row * stride + offset;
		sums[at] = (sums[at] as number) + (value[node] as number);
	}
}
