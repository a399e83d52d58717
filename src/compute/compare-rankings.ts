import { rankCorrelation, sharedAmongFirst } from '../evaluate/agreement.ts';
import type { AgreementReport } from '../report/report-data.ts';
import type { BaselineScores } from './score-baselines.ts';

/**
 * How far other detectors order the records as the score does.
 *
 * @param order [rows]: what our records are ordered by
 */
export function compareRankings(
	order: Float64Array,
	baselines: readonly BaselineScores[],
	alerts: number,
): AgreementReport {
	const first = Math.max(1, alerts);
	return {
		first,
		rows: order.length,
		detectors: baselines.map(({ name, scores }) => ({
			name,
			rankCorrelation: rankCorrelation(order, scores),
			shared: sharedAmongFirst(order, scores, first),
		})),
	};
}
