import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { pickRows } from '../features/pick-rows.ts';
import { chooseTargets, measureTrainOnSynthetic, type TrainOnSynthetic } from '../learn/train-on-synthetic.ts';
import { measureTwoSample, type TwoSample } from '../learn/two-sample.ts';
import type { ComparedTables } from './load-compared.ts';

/** Null where too few rows are held out to say anything. */
export interface ClassifierMeasurements {
	readonly twoSample: BoundedTwoSample | null;
	readonly trainOnSynthetic: LabelledTrainOnSynthetic | null;
}

/** Everything told apart from the same held-out rows, with as many rows of each. */
export interface BoundedTwoSample {
	readonly synthetic: TwoSample;
	/** Each column drawn by itself: what a generator without relations scores. */
	readonly floor: number;
	/** Training rows in place of the synthetic ones: what real rows score. */
	readonly ceiling: number;
}

export interface LabelledTrainOnSynthetic extends TrainOnSynthetic {
	/** What a guess scores that knows nothing: .5 of an area, 0 of explained variance. */
	readonly floor: number;
	/** Whether the column is the label of the table; else it was chosen. */
	readonly isLabel: boolean;
}

/** Times that `onStep` is called. */
export const CLASSIFIER_STEPS = 3;

/** Held-out rows below which a classifier of real and synthetic rows has nothing to learn from. */
const FEWEST_ROWS = 60;
/** Rows of each table that a classifier tells apart, and that are learnt from. */
const TOLD_APART_ROWS = 3_000;
const LEARNT_ROWS = 20_000;
/** Fewer are enough of a wide table: rows times features. */
const MAX_CELLS = 300_000;

/**
 * What can be learnt from a synthetic table: to tell it from real rows, and to predict a column of real rows. The
 * column is the label if it can be predicted, else the one of few levels that are spread most evenly, else a number.
 * About 5 s of CPU for 18,000 rows of 15 columns.
 */
export function measureByClassifiers(
	tables: ComparedTables,
	label: string | null,
	random: Random,
	onStep: () => void = () => undefined,
): ClassifierMeasurements {
	if (tables.heldOut.rows < FEWEST_ROWS || tables.synthetic.rows < FEWEST_ROWS || tables.specs.length === 0) {
		return { twoSample: null, trainOnSynthetic: null };
	}
	const mostRows = (rows: number) => Math.max(500, Math.min(rows, Math.floor(MAX_CELLS / tables.specs.length)));
	const twoSample = tellApart(tables, mostRows(TOLD_APART_ROWS), random, onStep);
	const trainOnSynthetic = predict(tables, label, mostRows(LEARNT_ROWS), random);
	onStep();
	return { twoSample, trainOnSynthetic };
}

function tellApart(
	{ training, heldOut, synthetic, specs }: ComparedTables,
	mostRows: number,
	random: Random,
	onStep: () => void,
): BoundedTwoSample {
	const maxRows = Math.min(training.rows, heldOut.rows, synthetic.rows, mostRows);
	const from = (other: FeatureTable, maxFeatures?: number) =>
		measureTwoSample(heldOut, other, specs, random.fork('two-sample'), {
			maxRows,
			...(maxFeatures === undefined ? {} : { maxFeatures }),
		});
	const found = from(synthetic);
	onStep();
	const floor = from(drawIndependent(training, specs, maxRows, random.fork('independent')), 0).score;
	const ceiling = from(training, 0).score;
	onStep();
	return { synthetic: found, floor, ceiling };
}

/** Each column drawn with replacement by itself; the parts of a date stay together. */
function drawIndependent(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	rows: number,
	random: Random,
): FeatureTable {
	const draws = new Map<string, FeatureTable>();
	for (const { column } of specs) {
		if (draws.has(column)) continue;
		const own = random.fork(`column ${column}`);
		const picked = Int32Array.from({ length: rows }, () => own.integer(table.rows));
		const columns = table.columns.filter((_, i) => specs[i]?.column === column);
		draws.set(column, pickRows({ rows: table.rows, columns }, picked));
	}
	const taken = new Map<string, number>();
	const columns = specs.map(({ column }): FeatureColumn => {
		const next = taken.get(column) ?? 0;
		taken.set(column, next + 1);
		return draws.get(column)?.columns[next] as FeatureColumn;
	});
	return { rows, columns };
}

function predict(
	tables: ComparedTables,
	label: string | null,
	maxRows: number,
	random: Random,
): LabelledTrainOnSynthetic | null {
	const targets = [...new Set([...chooseTargets(tables, label), ...chooseTargets(tables)])];
	for (const target of targets) {
		try {
			const found = measureTrainOnSynthetic(tables, target, random.fork('train on synthetic'), { maxRows });
			return { ...found, floor: found.measure === 'r2' ? 0 : 0.5, isLabel: found.column === label };
		} catch (error) {
			// Too few held-out rows of a level: another column may do.
			if (!(error instanceof CounterfoilError) || error.code !== 'TABLE_UNTRAINABLE') throw error;
		}
	}
	return null;
}
