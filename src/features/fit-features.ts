import type { CategoricalSpec, FeatureSpec, NumericSpec } from '../contracts/features.ts';
import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';
import type { Cells, TableBatch } from '../contracts/table.ts';
import { countLevels } from './count-levels.ts';
import { compileDateFormat, type DateFormat } from './date-format.ts';
import { groupLevels } from './group-levels.ts';
import { missingTestOf } from './is-missing-text.ts';
import { addNumber, createNumberStats, type NumberStats } from './number-stats.ts';
import { sketchQuantiles } from './quantile-sketch.ts';
import { columnCells, readLocalTimes, readNumbers } from './read-cells.ts';
import { days, timesOfDay, weekdays } from './to-features.ts';

/** Levels that a spec lists; rarer ones count as unseen. */
const MAX_LEVELS = 10_000;
/** Distinct texts that are counted while fitting; those that first appear later are not. */
const MAX_COUNTED = 200_000;

export const WEEKDAYS: readonly string[] = [
	'Monday',
	'Tuesday',
	'Wednesday',
	'Thursday',
	'Friday',
	'Saturday',
	'Sunday',
];

/** Fits the specs from batches that come one after the other; memory does not grow with the rows. */
export interface FeatureFit {
	add(batch: TableBatch): void;
	finish(): FeatureSpec[];
}

/** One column while it is being fitted. */
interface ColumnFit {
	readonly column: string;
	add(cells: Cells): void;
	finish(): FeatureSpec[];
}

/**
 * Describes the features of a table: ranges, quantiles and levels of the training rows, the kinds being those of
 * the profile. Constant columns, keys, free text, the label and ignored columns give none.
 *
 * @throws SCHEMA_MISMATCH if a batch lacks a column.
 */
export function fitFeatures(profile: TableProfile, batches: Iterable<TableBatch>): FeatureSpec[] {
	const fit = createFeatureFit(profile);
	for (const batch of batches) fit.add(batch);
	return fit.finish();
}

export function createFeatureFit(profile: TableProfile): FeatureFit {
	const fits: ColumnFit[] = [];
	for (const column of profile.columns) {
		if (!isFeature(column)) continue;
		if (column.kind === 'datetime') fits.push(fitDatetime(column));
		else if (column.kind === 'numeric' || column.kind === 'integer') fits.push(fitNumber(column));
		else fits.push(fitLevels(column));
	}
	return {
		add(batch) {
			for (const fit of fits) fit.add(columnCells(batch, fit.column));
		},
		finish: () => fits.flatMap((fit) => fit.finish()),
	};
}

/** The profile as generators see it: the score must not look at the label, but rows are to be had of each kind. */
export function withLabelAsFeature(profile: TableProfile): TableProfile {
	const columns = profile.columns.map(
		(column): ColumnProfile => (column.role === 'label' ? { ...column, role: 'feature' } : column),
	);
	return { ...profile, columns };
}

/** Whether models are trained on the column. */
export function isFeature(column: ColumnProfile): boolean {
	const { kind, role } = column;
	return role === 'feature' && kind !== 'constant' && kind !== 'key' && kind !== 'text';
}

/** Adds the finite values and returns how many of the values are NaN. */
function addValues(stats: NumberStats, values: Float64Array): number {
	let missing = 0;
	for (const value of values) {
		if (Number.isNaN(value)) missing++;
		else if (Number.isFinite(value)) addNumber(stats, value, 1);
	}
	return missing;
}

function share(part: number, whole: number): number {
	return whole === 0 ? 0 : part / whole;
}

function fitNumber(column: ColumnProfile): ColumnFit {
	const { name } = column;
	const stats = createNumberStats();
	let rows = 0;
	let missing = 0;
	return {
		column: name,
		add(cells) {
			const values = readNumbers(cells);
			rows += values.length;
			missing += addValues(stats, values);
		},
		finish: () => [
			{
				type: 'numeric',
				name,
				column: name,
				part: 'value',
				scored: true,
				missingShare: share(missing, rows),
				decimals: column.numbers?.decimals ?? 0,
				...rangeOf(stats),
			},
		],
	};
}

function rangeOf(stats: NumberStats): Pick<NumericSpec, 'min' | 'max' | 'quantiles'> {
	const { min, max } = stats;
	return { min, max, quantiles: sketchQuantiles(stats.sketch, min, max) };
}

function fitLevels(column: ColumnProfile): ColumnFit {
	const { name } = column;
	const ignoreCase = column.kind === 'boolean';
	const counts = new Map<string, number>();
	let rows = 0;
	return {
		column: name,
		add(cells) {
			const levels = countLevels(cells);
			rows += cells.type === 'number' ? cells.values.length : cells.codes.length;
			for (let i = 0; i < levels.texts.length; i++) {
				const text = levels.texts[i] as string;
				const known = counts.get(text);
				if (known === undefined && counts.size >= MAX_COUNTED) continue;
				counts.set(text, (known ?? 0) + (levels.counts[i] as number));
			}
		},
		finish() {
			const groups = groupLevels([...counts.keys()], [...counts.values()], ignoreCase, missingTestOf(column));
			const present = groups.reduce((sum, { count }) => sum + count, 0);
			const kept = groups.slice(0, MAX_LEVELS);
			const spec: CategoricalSpec = {
				type: 'categorical',
				name,
				column: name,
				part: 'value',
				scored: true,
				missingShare: share(rows - present, rows),
				levels: kept.map(({ level }) => level),
				counts: kept.map(({ count }) => count),
				...(ignoreCase ? { ignoreCase } : {}),
			};
			return [spec];
		},
	};
}

function fitDatetime(column: ColumnProfile): ColumnFit {
	const { name } = column;
	const dateFormat = column.dateFormat ?? '';
	const format: DateFormat = compileDateFormat(dateFormat);
	const dayStats = createNumberStats();
	const timeStats = createNumberStats();
	const weekdayCounts = new Array<number>(WEEKDAYS.length).fill(0);
	let rows = 0;
	let missing = 0;

	function finish(): FeatureSpec[] {
		const shared = { column: name, missingShare: share(missing, rows), dateFormat };
		// Even where the format has a time, it tells nothing if it is always midnight.
		const hasTimes = timeStats.min !== 0 || timeStats.max !== 0;
		const specs: FeatureSpec[] = [
			{
				...shared,
				type: 'numeric',
				name: `${name} (day)`,
				part: 'day',
				scored: !hasTimes,
				decimals: 0,
				...rangeOf(dayStats),
			},
		];
		if (hasTimes) {
			specs.push({
				...shared,
				type: 'numeric',
				name: `${name} (time of day)`,
				part: 'time-of-day',
				scored: true,
				decimals: Math.min(format.fractionDigits, 6),
				...rangeOf(timeStats),
				period: 86_400,
			});
		}
		if (weekdayCounts.filter((count) => count > 0).length > 1) {
			specs.push({
				...shared,
				type: 'categorical',
				name: `${name} (weekday)`,
				part: 'weekday',
				scored: true,
				levels: WEEKDAYS,
				counts: weekdayCounts,
			});
		}
		return specs;
	}

	return {
		column: name,
		add(cells) {
			const times = readLocalTimes(cells, format);
			rows += times.length;
			missing += addValues(dayStats, days(times));
			addValues(timeStats, timesOfDay(times));
			for (const code of weekdays(times)) {
				if (code >= 0) weekdayCounts[code] = (weekdayCounts[code] as number) + 1;
			}
		},
		finish,
	};
}
