import { auroc, averagePrecision, precisionAtK, precisionRecallCurve } from '../evaluate/detection.ts';
import type { LabelReport } from '../report/report-data.ts';
import type { TableLabels } from './read-labels.ts';
import type { BaselineScores } from './score-baselines.ts';

const BUDGETS = [10, 50, 100, 500, 1000] as const;
const CURVE_POINTS = 300;

/**
 * How well the scores rank what the label calls an anomaly. Training never saw the label.
 *
 * @param surprise [rows]
 * @param baselines what other detectors say of the same rows
 */
export function evaluateLabels(
	labels: TableLabels,
	surprise: Float64Array,
	baselines: readonly BaselineScores[],
): LabelReport | null {
	const positives = labels.labels.reduce((sum, label) => sum + label, 0);
	if (positives === 0 || positives === labels.labels.length) return null;
	const curve = precisionRecallCurve(surprise, labels.labels);
	const every = Math.ceil(curve.length / CURVE_POINTS);
	return {
		column: labels.column,
		positive: labels.positive,
		rows: labels.labels.length,
		positives,
		auroc: auroc(surprise, labels.labels),
		averagePrecision: averagePrecision(surprise, labels.labels),
		curve: curve.filter((_, point) => point % every === 0 || point === curve.length - 1),
		budgets: BUDGETS.filter((k) => k <= labels.labels.length).map((k) => ({
			k,
			found: Math.round(precisionAtK(surprise, labels.labels, k) * k),
		})),
		baselines: baselines.map(({ name, scores }) => ({
			name,
			auroc: auroc(scores, labels.labels),
			averagePrecision: averagePrecision(scores, labels.labels),
		})),
	};
}
