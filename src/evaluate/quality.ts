import { ksComplement, tvComplement } from './column-shapes.ts';
import { meanOfDefined } from './diagnostics.ts';
import {
	binNumbers,
	type Codes,
	contingencySimilarity,
	correlationSimilarity,
	countCodes,
	type Numbers,
	prepareNumbers,
} from './pair-trends.ts';
import { alignLevels, assertSameColumns, type QualityNumbers, type QualityTable } from './quality-table.ts';

export interface QualityOptions {
	/** Pairs of numbers count if |Pearson's r| of the real table is above it. @default 0.5 */
	readonly correlationThreshold?: number;
	/** Other pairs count if Cramer's V of the real table is above it. @default 0.3 */
	readonly associationThreshold?: number;
}

export interface QualityScores {
	/** Mean of the two below, of those that are defined. */
	readonly overall: number;
	readonly columnShapes: number;
	readonly pairTrends: number;
}

export interface ColumnQuality {
	readonly name: string;
	readonly metric: 'ks' | 'tv';
	/** 0 to 1, NaN where undefined. */
	readonly score: number;
}

export interface PairQuality {
	readonly first: string;
	readonly second: string;
	readonly metric: 'correlation' | 'contingency';
	/** 0 to 1, NaN where undefined. */
	readonly score: number;
	/** Pearson's r, for pairs of numbers. */
	readonly realCorrelation?: number;
	readonly syntheticCorrelation?: number;
	/** Cramer's V of the real table, for other pairs. */
	readonly realAssociation?: number;
	/** Whether the pair is above the threshold. */
	readonly counts: boolean;
}

export interface Quality {
	/** As SDMetrics 0.27 and later: only pairs above the thresholds count. */
	readonly thresholded: QualityScores;
	/** As SDMetrics up to 0.26: every pair counts. */
	readonly allPairs: QualityScores;
	readonly columns: readonly ColumnQuality[];
	readonly pairs: readonly PairQuality[];
}

interface Prepared {
	readonly name: string;
	readonly type: 'numeric' | 'categorical';
	readonly shape: number;
	/** Numeric columns only. */
	readonly values?: readonly [real: Numbers, synthetic: Numbers];
	/** Levels, or the bins of the report; null where the values cannot be binned. */
	readonly codes: readonly [real: Codes, synthetic: Codes] | null;
}

function prepare(real: QualityTable, synthetic: QualityTable): Prepared[] {
	return real.columns.map((column, i): Prepared => {
		const other = synthetic.columns[i];
		if (column.type === 'categorical' && other?.type === 'categorical') {
			const aligned = alignLevels(column, other);
			const size = aligned.size + 1;
			return {
				name: column.name,
				type: 'categorical',
				shape: tvComplement(aligned),
				codes: [countCodes(aligned.first, size), countCodes(aligned.second, size)],
			};
		}
		const first = column as QualityNumbers;
		const second = other as QualityNumbers;
		const bins = [binNumbers(first), binNumbers(second)] as const;
		return {
			name: column.name,
			type: 'numeric',
			shape: ksComplement(first.values, second.values),
			values: [prepareNumbers(first.values), prepareNumbers(second.values)],
			codes: bins[0] === null || bins[1] === null ? null : [bins[0], bins[1]],
		};
	});
}

function comparePair(
	a: Prepared,
	b: Prepared,
	correlationThreshold: number,
	associationThreshold: number,
): PairQuality {
	const names = { first: a.name, second: b.name };
	if (a.values !== undefined && b.values !== undefined) {
		const found = correlationSimilarity([a.values[0], b.values[0]], [a.values[1], b.values[1]]);
		return {
			...names,
			metric: 'correlation',
			// The report leaves out a real correlation of exactly 0 in every mode.
			score: found.real === 0 ? Number.NaN : found.score,
			realCorrelation: found.real,
			syntheticCorrelation: found.synthetic,
			counts: Math.abs(found.real) > correlationThreshold,
		};
	}
	if (a.codes === null || b.codes === null) {
		return { ...names, metric: 'contingency', score: Number.NaN, realAssociation: Number.NaN, counts: false };
	}
	const found = contingencySimilarity([a.codes[0], b.codes[0]], [a.codes[1], b.codes[1]]);
	return {
		...names,
		metric: 'contingency',
		score: found.score,
		realAssociation: found.association,
		counts: found.association > associationThreshold,
	};
}

/**
 * The quality report of SDMetrics (Column Shapes and Column Pair Trends) without its subsampling, equal
 * to the Python package to 1e-9. Both ways of counting pairs are given, since releases differ.
 *
 * @param real training rows.
 * @throws INTERNAL if the tables differ in their columns.
 */
export function measureQuality(real: QualityTable, synthetic: QualityTable, options: QualityOptions = {}): Quality {
	const { correlationThreshold = 0.5, associationThreshold = 0.3 } = options;
	assertSameColumns(real, synthetic);
	const prepared = prepare(real, synthetic);
	const columns = prepared.map(
		(column): ColumnQuality => ({
			name: column.name,
			metric: column.type === 'numeric' ? 'ks' : 'tv',
			score: column.shape,
		}),
	);
	const pairs: PairQuality[] = [];
	prepared.forEach((a, i) => {
		for (const b of prepared.slice(i + 1)) pairs.push(comparePair(a, b, correlationThreshold, associationThreshold));
	});
	const columnShapes = meanOfDefined(columns.map((column) => column.score));
	const scoresOf = (counted: readonly PairQuality[]): QualityScores => {
		const pairTrends = meanOfDefined(counted.map((pair) => pair.score));
		return { overall: meanOfDefined([columnShapes, pairTrends]), columnShapes, pairTrends };
	};
	return {
		thresholded: scoresOf(pairs.filter((pair) => pair.counts)),
		allPairs: scoresOf(pairs),
		columns,
		pairs,
	};
}
