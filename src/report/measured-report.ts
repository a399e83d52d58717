import type { ColumnComparison } from '../evaluate/compare-columns.ts';
import type { MeasuredQuality, TableMeasurements } from '../evaluate/measure-table.ts';
import type { Quality } from '../evaluate/quality.ts';
import type { Evaluation } from './evaluation.ts';
import type { BoundedFigures, ScorePair } from './report-data.ts';

/** What was measured about a synthetic table, as the report and the stored evaluation have it. */
export function measuredReport(
	measured: TableMeasurements,
	comparisons: readonly ColumnComparison[],
): Pick<Evaluation, 'quality' | 'leaks' | 'release'> {
	const { quality, againstTraining, diagnostics, coverage, privacy, release } = measured;
	const { synthetic, floor, floorSpread, ceiling } = quality;
	return {
		quality: {
			rows: measured.rows.synthetic,
			synthetic,
			floor,
			floorSpread,
			...(ceiling === null ? {} : { ceiling }),
			...(againstTraining === null ? {} : { againstTraining: boundedFigures(againstTraining) }),
			diagnostics: {
				synthetic: diagnostics.synthetic,
				...(diagnostics.ceiling === null ? {} : { ceiling: diagnostics.ceiling }),
			},
			coverage,
			comparisons,
		},
		leaks: privacy,
		release,
	};
}

function boundedFigures({ rows, synthetic, floor, ceiling }: MeasuredQuality): BoundedFigures {
	const pair = (quality: Quality | null): ScorePair => ({
		thresholded: quality?.thresholded.overall ?? null,
		allPairs: quality?.allPairs.overall ?? null,
	});
	return { rows, synthetic: pair(synthetic), floor: pair(floor), ceiling: pair(ceiling) };
}
