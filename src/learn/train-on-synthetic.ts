import { CounterfoilError } from '../contracts/errors.ts';
import type { CategoricalFeature, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { auroc } from '../evaluate/detection.ts';
import { pickRows } from '../features/pick-rows.ts';
import { fitBoostedTrees } from './fit-boosted-trees.ts';
import { type LearningTarget, pickTarget } from './learning-target.ts';
import { pickFeatures } from './pick-features.ts';

export interface TrainOnSyntheticOptions {
	/** Training rows at most. @default 20,000 */
	readonly maxRows?: number;
	readonly signal?: AbortSignal;
}

/** How well real rows are predicted by what was learnt from synthetic ones; plain JSON. */
export interface TrainOnSynthetic {
	/** Column that is predicted. */
	readonly column: string;
	/** `auc`: of the rarer of two levels; `macro-auc`: mean over the levels of each against the rest; `r2`: of a number. */
	readonly measure: 'auc' | 'macro-auc' | 'r2';
	/** Trained on synthetic rows, and on as many real ones; both judged on the same held-out real rows. */
	readonly synthetic: number;
	readonly real: number;
	/** Rows of either training. */
	readonly trainingRows: number;
	readonly heldOutRows: number;
	/** Levels that are told apart; those with too few rows are left out, with their rows. 0 for numbers. */
	readonly levels: number;
}

export interface TrainOnSyntheticTables {
	readonly training: FeatureTable;
	readonly synthetic: FeatureTable;
	/** Real rows that neither the generator nor either learner has seen. */
	readonly heldOut: FeatureTable;
	readonly specs: readonly FeatureSpec[];
}

/** Held-out rows that a level must have to be judged. */
const LEAST_ROWS = 10;
/** Most levels of a column that is chosen by itself, and most that are told apart in any. */
const MAX_LEVELS = 20;
/** Trees of one model, all levels together. */
const TREES = 200;

/**
 * Features that are worth predicting: the label if it is one of them, else columns of a few levels none of which has
 * nearly all rows, the most even first; with none of them, numbers.
 *
 * @param most how many at most. @returns indices into `specs`
 */
export function chooseTargets(
	{ heldOut, specs }: Pick<TrainOnSyntheticTables, 'heldOut' | 'specs'>,
	label: string | null = null,
	most = 2,
): number[] {
	const isValue = (spec: FeatureSpec) => spec.part === 'value';
	const named = specs.findIndex((spec) => isValue(spec) && spec.column === label);
	if (named >= 0) return [named];
	const ranked = specs
		.flatMap((spec, feature) => {
			if (!isValue(spec) || spec.type !== 'categorical' || spec.levels.length > MAX_LEVELS) return [];
			const counts = countLevels(heldOut, feature).filter((count) => count >= LEAST_ROWS);
			const rows = counts.reduce((sum, count) => sum + count, 0);
			if (counts.length < 2 || rows - Math.max(...counts) < 0.05 * heldOut.rows) return [];
			const entropy = counts.reduce((sum, count) => sum - (count / rows) * Math.log(count / rows), 0);
			return [{ feature, evenness: entropy / Math.log(counts.length) }];
		})
		.sort((a, b) => b.evenness - a.evenness || a.feature - b.feature);
	if (ranked.length > 0) return ranked.slice(0, most).map(({ feature }) => feature);
	const numbers = specs.flatMap((spec, feature) => (isValue(spec) && spec.type === 'numeric' ? [feature] : []));
	return numbers.slice(0, most);
}

function countLevels({ columns }: FeatureTable, feature: number): number[] {
	const counts: number[] = [];
	for (const code of (columns[feature] as CategoricalFeature).codes) {
		if (code >= 0) counts[code] = (counts[code] ?? 0) + 1;
	}
	return Array.from(counts, (count) => count ?? 0);
}

/** A target and the rows that have it. */
interface Task {
	readonly rows: Int32Array;
	readonly target: LearningTarget;
}

/**
 * Train on synthetic, test on real (Esteban et al. 2017), beside training on as many real rows: the same learner and
 * the same settings for both.
 *
 * @param target index of a feature; the other features of its column are not shown to the learner.
 * @throws CounterfoilError TABLE_UNTRAINABLE when the held-out rows do not have two levels, or the number, to judge by.
 */
export function measureTrainOnSynthetic(
	tables: TrainOnSyntheticTables,
	target: number,
	random: Random,
	options: TrainOnSyntheticOptions = {},
): TrainOnSynthetic {
	const { training, synthetic, heldOut, specs } = tables;
	const { maxRows = 20_000, signal } = options;
	const { column, type } = specs[target] as FeatureSpec;
	const levels = type === 'categorical' ? pickLevels(tables, target) : [];
	if (type === 'categorical' && levels.length < 2) throw untrainable(column, 'two levels');
	const taskOf = (table: FeatureTable) =>
		type === 'categorical' ? levelTask(table, target, levels) : numberTask(table, target);
	const judged = taskOf(heldOut);
	if (judged.rows.length < LEAST_ROWS) throw untrainable(column, 'rows');
	const features = specs.flatMap((spec, feature) => (spec.column === column ? [] : [feature]));
	const ownSpecs = features.map((feature) => specs[feature] as FeatureSpec);
	const tasks = [taskOf(training), taskOf(synthetic)] as const;
	const trainingRows = Math.min(...tasks.map(({ rows }) => rows.length), maxRows);
	if (trainingRows === 0) throw untrainable(column, 'rows');
	const heldOutFeatures = pickRows(pickFeatures(heldOut, features), judged.rows);

	function judge(table: FeatureTable, task: Task, label: string): number {
		const picked = random.fork(label).sample(task.rows.length, trainingRows);
		const rows = picked.map((i) => task.rows[i] as number);
		const model = fitBoostedTrees(
			pickRows(pickFeatures(table, features), rows),
			ownSpecs,
			pickTarget(task.target, picked),
			{
				random: random.fork('trees'),
				rounds: Math.min(100, Math.ceil(TREES / Math.max(1, levels.length))),
				...(signal === undefined ? {} : { signal }),
			},
		);
		return scorePredictions(model.predict(heldOutFeatures), judged.target);
	}

	return {
		column,
		measure: type === 'numeric' ? 'r2' : levels.length === 2 ? 'auc' : 'macro-auc',
		synthetic: judge(synthetic, tasks[1], 'synthetic'),
		real: judge(training, tasks[0], 'real'),
		trainingRows,
		heldOutRows: judged.rows.length,
		levels: levels.length,
	};
}

function untrainable(column: string, what: string): CounterfoilError {
	return new CounterfoilError('TABLE_UNTRAINABLE', `The column does not have ${what} enough to be predicted.`, {
		where: `column "${column}"`,
	});
}

/** Levels with enough held-out and training rows, most frequent first. */
function pickLevels({ training, heldOut }: TrainOnSyntheticTables, target: number): number[] {
	const trained = countLevels(training, target);
	const counts = countLevels(heldOut, target);
	return counts
		.map((count, level) => ({ count, level }))
		.filter(({ count, level }) => count >= LEAST_ROWS && (trained[level] ?? 0) >= LEAST_ROWS)
		.sort((a, b) => b.count - a.count || a.level - b.level)
		.slice(0, MAX_LEVELS)
		.map(({ level }) => level);
}

/** The rarer of two levels is 1. */
function levelTask({ columns }: FeatureTable, target: number, levels: readonly number[]): Task {
	const { codes } = columns[target] as CategoricalFeature;
	const classOf = new Map(levels.map((level, i) => [level, i]));
	const rows = Int32Array.from(codes.keys()).filter((row) => classOf.has(codes[row] as number));
	const classes = Int32Array.from(rows, (row) => classOf.get(codes[row] as number) as number);
	if (levels.length === 2) return { rows, target: { type: 'binary', labels: Uint8Array.from(classes) } };
	return { rows, target: { type: 'multiclass', codes: classes, classes: levels.length } };
}

function numberTask({ columns }: FeatureTable, target: number): Task {
	const column = columns[target];
	if (column?.type !== 'numeric') throw new TypeError('The feature is not a number.');
	const rows = Int32Array.from(column.values.keys()).filter((row) => Number.isFinite(column.values[row]));
	return { rows, target: { type: 'numeric', values: Float64Array.from(rows, (row) => column.values[row] as number) } };
}

function scorePredictions(predicted: Float64Array, target: LearningTarget): number {
	if (target.type === 'binary') return auroc(predicted, target.labels);
	if (target.type === 'multiclass') return macroAuc(predicted, target.codes, target.classes);
	return explainedVariance(predicted, target.values);
}

/** Mean over the classes of the area of each against the rest. @param predicted [rows, classes] */
export function macroAuc(predicted: Float64Array, codes: Int32Array, classes: number): number {
	let sum = 0;
	for (let k = 0; k < classes; k++) {
		sum += auroc(
			Float64Array.from(codes, (_, row) => predicted[row * classes + k] as number),
			Uint8Array.from(codes, (code) => (code === k ? 1 : 0)),
		);
	}
	return sum / classes;
}

/** Coefficient of determination: 1 - sum of squared errors / sum of squares about the mean. */
export function explainedVariance(predicted: Float64Array, values: Float64Array): number {
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	let errors = 0;
	let total = 0;
	values.forEach((value, row) => {
		errors += (value - (predicted[row] as number)) ** 2;
		total += (value - mean) ** 2;
	});
	return 1 - errors / total;
}
