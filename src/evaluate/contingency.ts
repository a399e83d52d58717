import { binBothByReal, type Codes, contingencySimilarity, countCodes } from './pair-trends.ts';
import { alignLevels, type QualityColumn, type QualityTable } from './quality-table.ts';

/** A column of both tables as codes: levels, or numbers in ten bins of the real range; null if they cannot be binned. */
function codesByReal(real: QualityColumn, synthetic: QualityColumn): readonly [real: Codes, synthetic: Codes] | null {
	if (real.type === 'numeric' && synthetic.type === 'numeric') return binBothByReal(real.values, synthetic.values);
	if (real.type !== 'categorical' || synthetic.type !== 'categorical') return null;
	const { first, second, size } = alignLevels(real, synthetic);
	return [countCodes(first, size + 1), countCodes(second, size + 1)];
}

/**
 * ContingencySimilarity of SDMetrics by itself, as it is outside the quality report: numbers are binned by the range
 * of the real table in both, so that a shift of the range counts.
 *
 * @param first index of a column.
 * @param second index of another.
 * @returns 0 to 1; NaN where undefined.
 */
export function measureContingency(real: QualityTable, synthetic: QualityTable, first: number, second: number): number {
	const [a, b] = [first, second].map((i) =>
		codesByReal(real.columns[i] as QualityColumn, synthetic.columns[i] as QualityColumn),
	);
	if (a === null || a === undefined || b === null || b === undefined) return Number.NaN;
	return contingencySimilarity([a[0], b[0]], [a[1], b[1]]).score;
}
