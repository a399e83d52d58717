import { MISSING_LEVEL } from '../contracts/features.ts';
import { type AlignedLevels, alignLevels, assertSameColumns, type QualityTable } from './quality-table.ts';

export interface Extent {
	/** NaN where nothing is present. */
	readonly min: number;
	readonly max: number;
}

export function extentOf(values: Float64Array): Extent {
	let min = Number.NaN;
	let max = Number.NaN;
	for (const value of values) {
		if (Number.isNaN(value)) continue;
		if (!(value >= min)) min = value;
		if (!(value <= max)) max = value;
	}
	return { min, max };
}

/**
 * RangeCoverage of SDMetrics: which part of the real range the synthetic values span.
 *
 * @returns 0 to 1; NaN for a constant real column or a side without values.
 */
export function rangeCoverage(real: Float64Array, synthetic: Float64Array): number {
	const r = extentOf(real);
	const s = extentOf(synthetic);
	if (r.min === r.max) return Number.NaN;
	const range = r.max - r.min;
	return Math.max(0, 1 - (Math.max(0, (s.min - r.min) / range) + Math.max(0, (r.max - s.max) / range)));
}

/** CategoryCoverage of SDMetrics: share of the real levels that the synthetic column has; NaN without real levels. */
export function categoryCoverage({ first, second, size }: AlignedLevels): number {
	const isReal = new Uint8Array(size + 1);
	const isSynthetic = new Uint8Array(size + 1);
	for (const code of first) isReal[code] = 1;
	for (const code of second) isSynthetic[code] = 1;
	let levels = 0;
	let covered = 0;
	for (let code = 0; code < size; code++) {
		levels += isReal[code] as number;
		covered += (isReal[code] as number) & (isSynthetic[code] as number);
	}
	return covered / levels;
}

/** MissingValueSimilarity of SDMetrics, from the shares of missing cells. */
export function missingValueSimilarity(realShare: number, syntheticShare: number): number {
	return 1 - Math.abs(realShare - syntheticShare);
}

export type Statistic = 'mean' | 'std' | 'median';

/**
 * StatisticSimilarity of SDMetrics: 1 - |difference of the statistic| / range of the real values, at least 0. The
 * standard deviation is that of a sample (n - 1).
 *
 * @returns NaN for a constant real column or a side without values.
 */
export function statisticSimilarity(real: Float64Array, synthetic: Float64Array, statistic: Statistic): number {
	const { min, max } = extentOf(real);
	if (min === max) return Number.NaN;
	const distance = Math.abs(statisticOf(real, statistic) - statisticOf(synthetic, statistic));
	return Math.max(0, 1 - distance / (max - min));
}

function statisticOf(values: Float64Array, statistic: Statistic): number {
	const present = values.filter((value) => !Number.isNaN(value));
	if (statistic === 'median') return medianOf(present);
	const mean = present.reduce((sum, value) => sum + value, 0) / present.length;
	if (statistic === 'mean') return mean;
	if (present.length < 2) return Number.NaN;
	return Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (present.length - 1));
}

/** Of present values; NaN for none. */
export function medianOf(values: Float64Array): number {
	const sorted = values.slice().sort();
	const middle = sorted.length >> 1;
	if (sorted.length === 0) return Number.NaN;
	if (sorted.length % 2 === 1) return sorted[middle] as number;
	return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

export interface ColumnCoverage {
	readonly name: string;
	/** Range or levels; every figure 0 to 1, NaN where undefined. */
	readonly coverage: number;
	readonly missing: number;
	/** Absent for levels. */
	readonly mean?: number;
	readonly std?: number;
	readonly median?: number;
}

/**
 * What of the real columns a synthetic table covers, column by column.
 *
 * @throws INTERNAL if the tables differ in their columns.
 */
export function measureCoverage(real: QualityTable, synthetic: QualityTable): ColumnCoverage[] {
	assertSameColumns(real, synthetic);
	return real.columns.flatMap((column, i): ColumnCoverage[] => {
		const other = synthetic.columns[i];
		const { name } = column;
		if (column.type === 'categorical' && other?.type === 'categorical') {
			const missing = missingValueSimilarity(shareOf(column.codes, isMissing), shareOf(other.codes, isMissing));
			return [{ name, coverage: categoryCoverage(alignLevels(column, other)), missing }];
		}
		if (column.type !== 'numeric' || other?.type !== 'numeric') return [];
		const statistic = (which: Statistic) => statisticSimilarity(column.values, other.values, which);
		return [
			{
				name,
				coverage: rangeCoverage(column.values, other.values),
				missing: missingValueSimilarity(shareOf(column.values, Number.isNaN), shareOf(other.values, Number.isNaN)),
				mean: statistic('mean'),
				std: statistic('std'),
				median: statistic('median'),
			},
		];
	});
}

const isMissing = (code: number) => code === MISSING_LEVEL;

function shareOf(cells: Float64Array | Int32Array, is: (cell: number) => boolean): number {
	let count = 0;
	for (const cell of cells) if (is(cell)) count++;
	return count / cells.length;
}
