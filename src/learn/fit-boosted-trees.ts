import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { assembleTrees, type BoostedTrees, requireFeatures } from './boosted-trees.ts';
import { binTable, fitFeatureBins } from './feature-bins.ts';
import { createTreeGrower } from './grow-tree.ts';
import { type LearningTarget, requireTarget } from './learning-target.ts';
import { rowsWhere, splitRows } from './split-rows.ts';
import { createTreeLoss } from './tree-loss.ts';
import { addTree, joinTrees, type TreeNodes } from './tree-nodes.ts';
import { resolveTreeOptions, type TreeOptions } from './tree-options.ts';

export interface FitTreesOptions extends TreeOptions {
	readonly random: Random;
	/** [rows]; how much each row counts, 0 or more. @default all the same */
	readonly weights?: Float64Array;
	/** Rows that are not trained on but tell when to stop, in place of `validationShare`; rising. */
	readonly validationRows?: Int32Array;
	/** Ends between two rounds with CANCELLED. */
	readonly signal?: AbortSignal;
	/**
	 * Told after each round, from 1, what is predicted by then for all rows of the table, validation rows included:
	 * [rows, outputs], as `logOdds` gives; valid until the call returns.
	 */
	readonly onRound?: (round: number, logOdds: Float64Array) => void;
}

/**
 * Histogram gradient-boosted trees (Friedman 2001; XGBoost, Chen and Guestrin 2016; LightGBM, Ke et al. 2017) for
 * numbers, levels and missing values as they are. A function of the table, the options and the state of `random`.
 *
 * @param specs one per column of the table; only their types are looked at.
 * @throws CounterfoilError TABLE_UNTRAINABLE, CONFIG_INVALID, SCHEMA_MISMATCH, CANCELLED.
 */
export function fitBoostedTrees(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	target: LearningTarget,
	options: FitTreesOptions,
): BoostedTrees {
	const { random, weights = null, signal, validationRows } = options;
	const settings = resolveTreeOptions(pickTreeOptions(options));
	requireTarget(target, table.rows);
	requireFeatures(
		table,
		specs.map(({ type }) => type),
	);
	const bins = fitFeatureBins(table, settings.maxBins);
	const binned = binTable(table, bins);
	const { training, validation } =
		validationRows === undefined
			? splitRows(target, settings.validationShare, random.fork('validation'))
			: { training: otherRows(table.rows, validationRows), validation: validationRows };
	const loss = createTreeLoss(target, weights);
	const { outputs } = loss;
	const start = loss.start(training);
	const sums = new Float64Array(table.rows * outputs);
	for (let i = 0; i < sums.length; i++) sums[i] = start[i % outputs] as number;
	const growTree = createTreeGrower(binned, bins, settings);
	const derivatives = { gradient: new Float64Array(table.rows), hessian: new Float64Array(table.rows) };
	const draws = random.fork('trees');
	const trees: TreeNodes[] = [];
	let best = { loss: Number.POSITIVE_INFINITY, rounds: 0 };
	for (let round = 0; round < settings.rounds; round++) {
		if (signal?.aborted === true) throw new CounterfoilError('CANCELLED', 'The training of trees was cancelled.');
		loss.prepare(sums);
		for (let output = 0; output < outputs; output++) {
			loss.derivatives(sums, output, training, derivatives);
			const { seen, unseen } = drawRows(training, settings.subsample, draws);
			const features = drawFeatures(bins.length, settings.columnSample, draws);
			const tree = growTree({ derivatives, rows: seen, features, sums, stride: outputs, offset: output });
			addTree(tree, 0, binned, unseen, sums, outputs, output);
			addTree(tree, 0, binned, validation, sums, outputs, output);
			trees.push(tree);
		}
		options.onRound?.(round + 1, sums);
		if (validation.length === 0) continue;
		loss.prepare(sums);
		const now = loss.mean(sums, validation);
		if (now < best.loss) best = { loss: now, rounds: round + 1 };
		else if (round + 1 - best.rounds >= settings.patience) break;
	}
	const rounds = validation.length === 0 ? settings.rounds : best.rounds;
	return assembleTrees({ type: target.type, bins, start, ...joinTrees(trees.slice(0, rounds * outputs)) });
}

function pickTreeOptions(options: FitTreesOptions): TreeOptions {
	const { random: _r, weights: _w, signal: _s, validationRows: _v, onRound: _o, ...own } = options;
	return own;
}

function otherRows(rows: number, without: Int32Array): Int32Array {
	const isOut = new Uint8Array(rows);
	for (const row of without) isOut[row] = 1;
	return rowsWhere(isOut, (out) => out === 0);
}

function drawRows(rows: Int32Array, share: number, random: Random): { seen: Int32Array; unseen: Int32Array } {
	if (share === 1) return { seen: rows.slice(), unseen: new Int32Array(0) };
	const order = random.permutation(rows.length);
	const count = Math.max(1, Math.round(share * rows.length));
	const pick = (from: number, to: number) =>
		order
			.slice(from, to)
			.sort()
			.map((i) => rows[i] as number);
	return { seen: pick(0, count), unseen: pick(count, rows.length) };
}

function drawFeatures(features: number, share: number, random: Random): Int32Array {
	if (share === 1) return Int32Array.from({ length: features }, (_, i) => i);
	return random.sample(features, Math.max(1, Math.round(share * features))).sort();
}
