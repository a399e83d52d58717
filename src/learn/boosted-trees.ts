import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureTable } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import { type BinnedTable, binTable } from './feature-bins.ts';
import type { LearningTarget } from './learning-target.ts';
import { sigmoid, softmaxRows } from './tree-loss.ts';
import { addTree, isLeftOf } from './tree-nodes.ts';
import { type TreeParts, treesToState } from './tree-state.ts';

/** A sum of trees. */
export interface BoostedTrees {
	readonly type: LearningTarget['type'];
	/** Trees of one round: classes of a multiclass target, else 1. */
	readonly outputs: number;
	/** Rounds kept: with early stopping, those up to the least loss on the validation rows. */
	readonly rounds: number;
	/**
	 * Binary: [rows], probability of 1; multiclass: [rows, classes], probabilities; numeric: [rows], numbers. Each
	 * row's depends on that row alone.
	 *
	 * @throws CounterfoilError SCHEMA_MISMATCH when the table does not have the features of training.
	 */
	predict(table: FeatureTable): Float64Array;
	/** [rows, outputs]; log-odds of 1, logits of the classes, or the number. */
	logOdds(table: FeatureTable): Float64Array;
	/**
	 * [rows, features + 1] of one output; what each feature adds to `logOdds` on the way from the root to the leaf
	 * (Saabas 2014), and last the constant; the sum of a row is its log-odds.
	 */
	contributions(table: FeatureTable, output?: number): Float64Array;
	/** [features]; share of the loss saved by splits of each feature; sums to 1, or all 0 without any split. */
	importance(): Float64Array;
	toState(): ModelState;
}

export function assembleTrees(parts: TreeParts): BoostedTrees {
	const { type, bins, start, nodes, roots } = parts;
	const outputs = start.length;

	function binRows(table: FeatureTable): BinnedTable {
		requireFeatures(
			table,
			bins.map((of) => of.type),
		);
		return binTable(table, bins);
	}

	function logOdds(table: FeatureTable): Float64Array {
		const binned = binRows(table);
		const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
		const sums = new Float64Array(table.rows * outputs);
		for (let i = 0; i < sums.length; i++) sums[i] = start[i % outputs] as number;
		roots.forEach((root, i) => {
			addTree(nodes, root, binned, rows, sums, outputs, i % outputs);
		});
		return sums;
	}

	function contributions(table: FeatureTable, output = 0): Float64Array {
		const { columns } = binRows(table);
		const width = bins.length + 1;
		const added = new Float64Array(table.rows * width);
		const add = (at: number, amount: number) => {
			added[at] = (added[at] as number) + amount;
		};
		for (let row = 0; row < table.rows; row++) add(row * width + width - 1, start[output] as number);
		for (let i = output; i < roots.length; i += outputs) {
			const root = roots[i] as number;
			for (let row = 0; row < table.rows; row++) {
				add(row * width + width - 1, nodes.value[root] as number);
				let node = root;
				for (let split = nodes.feature[node] as number; split >= 0; split = nodes.feature[node] as number) {
					const bin = (columns[split] as Uint8Array)[row] as number;
					const isLeft = isLeftOf(nodes.mask, node, bin);
					const child = (nodes.left[node] as number) + 1 - isLeft;
					add(row * width + split, (nodes.value[child] as number) - (nodes.value[node] as number));
					node = child;
				}
			}
		}
		return added;
	}

	function importance(): Float64Array {
		const saved = new Float64Array(bins.length);
		let total = 0;
		nodes.feature.forEach((split, node) => {
			if (split < 0) return;
			saved[split] = (saved[split] as number) + (nodes.gain[node] as number);
			total += nodes.gain[node] as number;
		});
		return total > 0 ? saved.map((gain) => gain / total) : saved;
	}

	return {
		type,
		outputs,
		rounds: roots.length / outputs,
		logOdds,
		predict(table) {
			const sums = logOdds(table);
			if (type === 'numeric') return sums;
			return type === 'binary' ? sums.map(sigmoid) : softmaxRows(sums, outputs, sums);
		},
		contributions,
		importance,
		toState: () => treesToState(parts),
	};
}

/** @throws CounterfoilError SCHEMA_MISMATCH */
export function requireFeatures(table: FeatureTable, types: readonly ('numeric' | 'categorical')[]): void {
	const isSame = types.length === table.columns.length && table.columns.every(({ type }, i) => type === types[i]);
	if (isSame) return;
	throw new CounterfoilError('SCHEMA_MISMATCH', 'The table does not have the features of the trees.', {
		where: `${table.columns.length} features against ${types.length}`,
	});
}
