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
	const { floor, floorSpread } = quality;
	const [synthetic, ceiling] = withoutMostPairs(quality.synthetic, quality.ceiling);
	return {
		quality: {
			rows: measured.rows.synthetic,
			synthetic,
			floor: { ...floor, pairs: [] },
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

/** Columns whose pairs are drawn, and the worst of the others that are told: 500 columns have 124,750 pairs. */
const DRAWN_COLUMNS = 40;
const WORST_PAIRS = 100;

function withoutMostPairs(synthetic: Quality, ceiling: Quality | null): [Quality, Quality | null] {
	const drawn = new Set(synthetic.columns.slice(0, DRAWN_COLUMNS).map(({ name }) => name));
	const lost = (i: number) => (ceiling?.pairs[i]?.score ?? 1) - (synthetic.pairs[i]?.score ?? Number.NaN);
	const worst = [...synthetic.pairs.keys()]
		.filter((i) => synthetic.pairs[i]?.counts === true && lost(i) > 0)
		.sort((a, b) => lost(b) - lost(a))
		.slice(0, WORST_PAIRS);
	const kept = new Set(worst);
	const keep = (quality: Quality): Quality => ({
		...quality,
		pairs: quality.pairs.filter(({ first, second }, i) => kept.has(i) || (drawn.has(first) && drawn.has(second))),
	});
	return [keep(synthetic), ceiling === null ? null : keep(ceiling)];
}
