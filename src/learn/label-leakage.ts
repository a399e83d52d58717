import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { auroc } from '../evaluate/detection.ts';
import { pickRows } from '../features/pick-rows.ts';
import { fitBoostedTrees } from './fit-boosted-trees.ts';
import { type LearningTarget, pickTarget } from './learning-target.ts';
import { pickFeatures } from './pick-features.ts';
import { splitRows } from './split-rows.ts';

/** How well one column alone predicts the label of rows that were not learnt from. */
export interface ColumnLeakage {
	readonly column: string;
	/** `auc` from .5 to 1; of a number `r2`, at most 1. */
	readonly measure: 'auc' | 'r2';
	readonly value: number;
}

/** Rows of a class and in all below which nothing can be told. */
const LEAST_OF_CLASS = 10;
const LEAST_ROWS = 60;
const HELD_OUT = 0.4;
/** One column has few splits worth making; those of a rare class, whose second derivatives are small, count too. */
const TREES = { rounds: 12, learningRate: 0.3, maxLeaves: 15, maxBins: 64, minChildWeight: 0.02, levelL2: 1 } as const;

/**
 * Fits boosted trees to each column by itself on 60 % of the rows, and judges them on the others. A label of more than
 * two classes is told by its most frequent class against the others.
 *
 * @param label index of its spec; a label of dates has none.
 * @returns one per column, the most telling first; none where the label has too few rows of a class.
 */
export function measureLabelLeakage(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	label: number,
	random: Random,
): ColumnLeakage[] {
	const named = targetOf(table, label);
	if (named === null) return [];
	const { target, rows } = named;
	const judged = pickRows(table, rows);
	const { training, validation } = splitRows(target, HELD_OUT, random.fork('split'));
	const features = new Map<string, number[]>();
	specs.forEach(({ column }, i) => {
		if (column !== specs[label]?.column) features.set(column, [...(features.get(column) ?? []), i]);
	});
	return Array.from(features, ([column, own]): ColumnLeakage => {
		const alone = pickFeatures(judged, own);
		const ownSpecs = own.map((i) => specs[i] as FeatureSpec);
		const trees = fitBoostedTrees(pickRows(alone, training), ownSpecs, pickTarget(target, training), {
			...TREES,
			random: random.fork(column),
		});
		const value = judge(trees.predict(pickRows(alone, validation)), pickTarget(target, validation));
		return { column, measure: target.type === 'numeric' ? 'r2' : 'auc', value };
	}).sort((a, b) => b.value - a.value);
}

function targetOf(table: FeatureTable, label: number): { target: LearningTarget; rows: Int32Array } | null {
	const column = table.columns[label];
	if (column === undefined) return null;
	if (column.type === 'numeric') {
		const rows = presentRows(column.values, (value) => Number.isFinite(value));
		const values = Float64Array.from(rows, (row) => column.values[row] as number);
		const isVaried = values.some((value) => value !== values[0]);
		return rows.length < LEAST_ROWS || !isVaried ? null : { target: { type: 'numeric', values }, rows };
	}
	const rows = presentRows(column.codes, (code) => code >= 0);
	const counts = new Map<number, number>();
	for (const row of rows) counts.set(column.codes[row] as number, (counts.get(column.codes[row] as number) ?? 0) + 1);
	const [most] = [...counts].sort((a, b) => b[1] - a[1]);
	if (most === undefined || rows.length < LEAST_ROWS) return null;
	if (rows.length - most[1] < LEAST_OF_CLASS || most[1] < LEAST_OF_CLASS) return null;
	const labels = Uint8Array.from(rows, (row) => (column.codes[row] === most[0] ? 1 : 0));
	return { target: { type: 'binary', labels }, rows };
}

function presentRows(cells: ArrayLike<number>, isPresent: (value: number) => boolean): Int32Array {
	const rows: number[] = [];
	for (let row = 0; row < cells.length; row++) if (isPresent(cells[row] as number)) rows.push(row);
	return Int32Array.from(rows);
}

function judge(predicted: Float64Array, target: LearningTarget): number {
	if (target.type === 'binary') {
		const area = auroc(predicted, target.labels);
		return Math.max(area, 1 - area);
	}
	if (target.type !== 'numeric') return 0;
	const { values } = target;
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	let left = 0;
	let all = 0;
	values.forEach((value, row) => {
		left += (value - (predicted[row] as number)) ** 2;
		all += (value - mean) ** 2;
	});
	return all === 0 ? 0 : 1 - left / all;
}
