import { auroc, averagePrecision, precisionAtK, precisionRecallCurve } from '../evaluate/detection.ts';
import type { LabelReport } from '../report/report-data.ts';
import type { TableLabels } from './read-labels.ts';
import type { BaselineScores } from './score-baselines.ts';

const BUDGETS = [10, 50, 100, 500, 1000] as const;
const CURVE_POINTS = 300;

/**
 * How well the scores rank what the label calls an anomaly. Training never saw the label.
 *
 * @param order [rows]: what the records are ordered by, highest first
 * @param baselines what other detectors say of the same rows
 */
export function evaluateLabels(
	labels: TableLabels,
	order: Float64Array,
	baselines: readonly BaselineScores[],
): LabelReport | null {
	const positives = labels.labels.reduce((sum, label) => sum + label, 0);
	if (positives === 0 || positives === labels.labels.length) return null;
	const curve = precisionRecallCurve(order, labels.labels);
	const every = Math.ceil(curve.length / CURVE_POINTS);
	return {
		column: labels.column,
		positive: labels.positive,
		rows: labels.labels.length,
		positives,
		auroc: auroc(order, labels.labels),
		averagePrecision: averagePrecision(order, labels.labels),
		curve: curve.filter((_, point) => point % every === 0 || point === curve.length - 1),
		budgets: BUDGETS.filter((k) => k <= labels.labels.length).map((k) => ({
			k,
			found: Math.round(precisionAtK(order, labels.labels, k) * k),
		})),
		baselines: baselines.map(({ name, scores }) => ({
			name,
			auroc: auroc(scores, labels.labels),
			averagePrecision: averagePrecision(scores, labels.labels),
		})),
	};
}
