import type { ColumnDrift, DriftMetric, DriftReport, WholeDrift } from '../../contracts/drift.ts';
import {
	type FeatureColumn,
	type FeatureSpec,
	type FeatureTable,
	MISSING_LEVEL,
	UNSEEN_LEVEL,
} from '../../contracts/features.ts';
import type { MonitorPlan } from '../../contracts/learning-plan.ts';
import type { Random } from '../../contracts/random.ts';
import { pickFeatures } from '../pick-features.ts';
import { measureTwoSample } from '../two-sample.ts';
import { areaPValue, kolmogorovSmirnov, stabilityIndex } from './two-samples.ts';

const FOLDS = 3;
/** Rows of either table that the classifiers see at most. */
const MOST_ROWS = 10_000;
const BINS = 10;
/** Levels with a bin of their own; the others share one. */
const MOST_LEVELS = 50;
/** Which days a file holds is no drift; the past of an entity grows by itself. */
const WATCHED: readonly FeatureSpec['part'][] = ['value', 'time-of-day'];
/** A distance of distribution functions that is no chance. */
const SURE = 0.001;

/** What counts as drift, where nothing else was said (docs/retraining.md). */
export const DRIFT_LIMITS: Pick<MonitorPlan, 'thresholds' | 'pValue' | 'minArea'> = {
	thresholds: { psi: 0.2, ks: 0.1, missing: 0.05, newLevels: 0.01 },
	pValue: 0.001,
	minArea: 0.05,
};

/**
 * How far rows are from those that a model was trained on: each feature that is scored by itself (without weekdays, and without the past of entities), and all of them
 * together.
 *
 * @throws CounterfoilError TABLE_UNTRAINABLE with fewer than three rows in a table; CANCELLED
 */
export function measureDrift(
	reference: FeatureTable,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	limits: Pick<MonitorPlan, 'thresholds' | 'pValue' | 'minArea'>,
	random: Random,
): DriftReport {
	const watched = specs.flatMap((spec, index) => (spec.scored && WATCHED.includes(spec.part) ? [index] : []));
	const own = watched.map((index) => specs[index] as FeatureSpec);
	const columns = watched
		.map((index): ColumnDrift => {
			const spec = specs[index] as FeatureSpec;
			const before = reference.columns[index] as FeatureColumn;
			const metrics = compareColumn(before, table.columns[index] as FeatureColumn, spec, limits.thresholds);
			const isDrifted = metrics.some((metric) => metric.isDrifted);
			return { column: spec.column, feature: spec.name, metrics, isDrifted };
		})
		.sort((a, b) => excess(b) - excess(a));
	const pair = [pickFeatures(reference, watched), pickFeatures(table, watched)] as const;
	const whole = compareWhole(pair, own, limits, random);
	return {
		referenceRows: reference.rows,
		rows: table.rows,
		columns,
		whole,
		isDrifted: whole.isDrifted || columns.some(({ isDrifted }) => isDrifted),
	};
}

/** How far the worst metric is from its threshold. */
function excess({ metrics }: ColumnDrift): number {
	return Math.max(...metrics.map(({ value, threshold }) => Math.abs(value) / threshold));
}

function compareWhole(
	[reference, table]: readonly [FeatureTable, FeatureTable],
	specs: readonly FeatureSpec[],
	{ pValue: limit, minArea }: Pick<MonitorPlan, 'pValue' | 'minArea'>,
	random: Random,
): WholeDrift {
	const test = measureTwoSample(reference, table, specs, random, { folds: FOLDS, maxRows: MOST_ROWS });
	const area = test.aucs.reduce((sum, own) => sum + own, 0) / test.aucs.length;
	const pValue = areaPValue(test.aucs, Math.floor(test.rows / FOLDS));
	return {
		area,
		pValue,
		isDrifted: pValue < limit && area - 0.5 >= minArea,
		features: test.features.flatMap(({ feature, column, loss }) => (loss > 0 ? [{ feature, column, loss }] : [])),
	};
}

function compareColumn(
	before: FeatureColumn,
	after: FeatureColumn,
	spec: FeatureSpec,
	thresholds: MonitorPlan['thresholds'],
): DriftMetric[] {
	const metric = (name: DriftMetric['name'], value: number, threshold: number, pValue: number | null = null) => ({
		name,
		value,
		pValue,
		threshold,
		isDrifted: Math.abs(value) >= threshold && (pValue === null || pValue < SURE),
	});
	const missing = metric('missing', missingShare(after) - missingShare(before), thresholds.missing);
	if (before.type === 'numeric' && after.type === 'numeric') {
		const edges = spec.type === 'numeric' ? tenths(before.values) : [];
		const psi = stabilityIndex(countBins(before.values, edges), countBins(after.values, edges));
		const test = kolmogorovSmirnov(before.values, after.values);
		const ks = test === null ? [] : [metric('ks', test.distance, thresholds.ks, test.pValue)];
		return [metric('psi', psi, thresholds.psi), ...ks, missing];
	}
	if (before.type !== 'categorical' || after.type !== 'categorical') return [missing];
	const psi = stabilityIndex(countLevels(before.codes), countLevels(after.codes));
	const unseen = after.codes.reduce((sum, code) => sum + (code === UNSEEN_LEVEL ? 1 : 0), 0) / after.codes.length;
	return [metric('psi', psi, thresholds.psi), metric('new_levels', unseen, thresholds.newLevels), missing];
}

function missingShare(column: FeatureColumn): number {
	const cells = column.type === 'numeric' ? column.values : column.codes;
	let missing = 0;
	for (const cell of cells)
		if (Number.isNaN(cell) || (column.type === 'categorical' && cell === MISSING_LEVEL)) missing++;
	return missing / cells.length;
}

/** Inner edges of bins with a tenth of the rows each; fewer where values are frequent. */
function tenths(values: Float64Array): number[] {
	const sorted = values.filter((value) => !Number.isNaN(value)).sort();
	const edges = Array.from({ length: BINS - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)]);
	return [...new Set(edges)].filter((edge) => edge !== undefined);
}

/** Rows in each bin, then those without a value. */
function countBins(values: Float64Array, edges: readonly number[]): number[] {
	const counts = new Array<number>(edges.length + 2).fill(0);
	for (const value of values) {
		let bin = 0;
		while (bin < edges.length && value >= (edges[bin] as number)) bin++;
		if (Number.isNaN(value)) bin = edges.length + 1;
		counts[bin] = (counts[bin] as number) + 1;
	}
	return counts;
}

/** Rows of each frequent level, of the others together, of those that are new, and without one. */
function countLevels(codes: Int32Array): number[] {
	const counts = new Array<number>(MOST_LEVELS + 3).fill(0);
	for (const code of codes) {
		const bin =
			code === MISSING_LEVEL ? MOST_LEVELS + 2 : code === UNSEEN_LEVEL ? MOST_LEVELS + 1 : Math.min(code, MOST_LEVELS);
		counts[bin] = (counts[bin] as number) + 1;
	}
	return counts;
}
