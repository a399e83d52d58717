import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { auroc } from '../evaluate/detection.ts';
import { joinFeatures } from '../features/join-features.ts';
import { pickRows } from '../features/pick-rows.ts';
import type { BoostedTrees } from './boosted-trees.ts';
import { fitBoostedTrees } from './fit-boosted-trees.ts';
import { pickFeatures } from './pick-features.ts';
import { assignFolds, rowsWhere } from './split-rows.ts';
import type { TreeOptions } from './tree-options.ts';

export interface TwoSampleOptions {
	/** @default 3 */
	readonly folds?: number;
	/** Rows taken of each table at most. @default 20,000 */
	readonly maxRows?: number;
	/** Features that are looked into at most, those first that the trees split most. @default 12 */
	readonly maxFeatures?: number;
}

/** Whether a classifier can tell synthetic rows from real ones; plain JSON. */
export interface TwoSample {
	/** 1 - mean over the folds of (2 max(0.5, AUC) - 1): 1 where they cannot be told apart, 0 where they always can. */
	readonly score: number;
	/** Area under the ROC curve of each fold. */
	readonly aucs: readonly number[];
	/** Rows of each table that took part. */
	readonly rows: number;
	/** What gave it away, most telling first. */
	readonly features: readonly TellingFeature[];
}

export interface TellingFeature {
	/** Name of the feature, and the column that it is from. */
	readonly feature: string;
	readonly column: string;
	/** Area lost when the feature is shuffled among the rows that are judged: 0 where it tells nothing. */
	readonly loss: number;
	/** Area reached with this feature alone: 0.5 where its own values look real. */
	readonly alone: number;
}

/** XGBoost's default settings, with which the method is usually run. */
const SETTINGS: TreeOptions = { rounds: 100, learningRate: 0.3, maxDepth: 6, maxLeaves: 64 };
/** One feature alone has no interactions to learn. */
const ALONE: TreeOptions = { rounds: 20, learningRate: 0.3, maxLeaves: 31 };
/** Rows of a fold that are shuffled. */
const SHUFFLED_ROWS = 2000;

/**
 * Classifier two-sample test (Lopez-Paz and Oquab 2017) by boosted trees: each fold is judged by a classifier of the
 * others. The real rows must be ones that the generator never saw, or it is rewarded for copying.
 *
 * @throws CounterfoilError TABLE_UNTRAINABLE with fewer rows in a table than folds; CANCELLED.
 */
export function measureTwoSample(
	real: FeatureTable,
	synthetic: FeatureTable,
	specs: readonly FeatureSpec[],
	random: Random,
	options: TwoSampleOptions & { readonly signal?: AbortSignal } = {},
): TwoSample {
	const { folds = 3, maxRows = 20_000, maxFeatures = 12, signal } = options;
	const rows = Math.min(real.rows, synthetic.rows, maxRows);
	if (rows < folds) {
		throw new CounterfoilError('TABLE_UNTRAINABLE', 'There are too few rows to tell the two tables apart.', {
			where: `${rows} rows, ${folds} folds`,
		});
	}
	const take = (table: FeatureTable, label: string) => pickRows(table, random.fork(label).sample(table.rows, rows));
	const table = joinFeatures([take(real, 'real'), take(synthetic, 'synthetic')], specs);
	const labels = Uint8Array.from({ length: 2 * rows }, (_, row) => (row < rows ? 0 : 1));
	const fold = assignFolds({ type: 'binary', labels }, folds, random.fork('folds'));
	const judged = Array.from({ length: folds }, (_, k) => ({
		training: rowsWhere(fold, (of) => of !== k),
		test: rowsWhere(fold, (of) => of === k),
	}));

	function fit(features: readonly number[], training: Int32Array, settings: TreeOptions): BoostedTrees {
		const own = pickRows(pickFeatures(table, features), training);
		const ownSpecs = features.map((feature) => specs[feature] as FeatureSpec);
		const target = { type: 'binary', labels: pickLabels(labels, training) } as const;
		const cancel = signal === undefined ? {} : { signal };
		return fitBoostedTrees(own, ownSpecs, target, { ...settings, random: random.fork('trees'), ...cancel });
	}

	const all = specs.map((_, feature) => feature);
	const models = judged.map(({ training }) => fit(all, training, SETTINGS));
	const aucs = judged.map(({ test }, k) =>
		auroc((models[k] as BoostedTrees).predict(pickRows(table, test)), pickLabels(labels, test)),
	);

	function loseBy(feature: number): number {
		const losses = judged.map(({ test }, k) => {
			const shuffled = random.fork(`shuffle ${feature} ${k}`);
			const some =
				test.length > SHUFFLED_ROWS ? shuffled.sample(test.length, SHUFFLED_ROWS).map((i) => test[i] as number) : test;
			const own = pickRows(table, some);
			const mixed = pickRows(table, shuffled.shuffle(some.slice())).columns[feature] as FeatureColumn;
			const columns = own.columns.map((column, i) => (i === feature ? mixed : column));
			const ownLabels = pickLabels(labels, some);
			const model = models[k] as BoostedTrees;
			return auroc(model.predict(own), ownLabels) - auroc(model.predict({ rows: own.rows, columns }), ownLabels);
		});
		return mean(losses);
	}

	/** By the first fold only: its error is small beside what makes a column look wrong. */
	function measureAlone(feature: number): number {
		const { training, test } = judged[0] as (typeof judged)[number];
		const model = fit([feature], training, ALONE);
		return auroc(model.predict(pickRows(pickFeatures(table, [feature]), test)), pickLabels(labels, test));
	}

	const importances = models.map((model) => model.importance());
	const importance = all.map((feature) => mean(importances.map((of) => of[feature] as number)));
	const features = all
		.filter((feature) => (importance[feature] as number) > 0)
		.sort((a, b) => (importance[b] as number) - (importance[a] as number))
		.slice(0, maxFeatures)
		.map((feature): TellingFeature => {
			const { name, column } = specs[feature] as FeatureSpec;
			return { feature: name, column, loss: loseBy(feature), alone: measureAlone(feature) };
		})
		.sort((a, b) => b.loss - a.loss);
	return { score: 1 - mean(aucs.map((auc) => 2 * Math.max(0.5, auc) - 1)), aucs, rows, features };
}

function pickLabels(labels: Uint8Array, rows: Int32Array): Uint8Array {
	return Uint8Array.from(rows, (row) => labels[row] as number);
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
