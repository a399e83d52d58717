import { getJson } from '../src/artifacts/stored-json.ts';
import type { CountOutput, RecordEvaluationInput } from '../src/contracts/pipeline.ts';
import type { Evaluation } from '../src/report/evaluation.ts';
import type { TableQuality } from '../src/report/report-data.ts';
import type { NewModelMetric } from '../src/store/database.ts';
import { putMetrics } from '../src/store/model-metrics.ts';
import type { Activity } from './activity-services.ts';

/** Notes what the evaluation found in `model_metrics`. */
export const recordEvaluation: Activity<RecordEvaluationInput, CountOutput> = async (services, input) => {
	const { quality, leaks, labels, agreement } = await getJson<Evaluation>(services.artifacts, input.evaluation);
	const { synthetic, floor, ceiling } = quality;
	const { first = 1, rows = 1 } = agreement ?? {};
	const chance = labels === null ? null : labels.positives / labels.rows;
	const metrics = [
		metric('quality', '', (table) => table.thresholded.overall),
		metric('quality_all_pairs', '', (table) => table.allPairs.overall),
		metric('quality_column_shapes', '', (table) => table.thresholded.columnShapes),
		metric('quality_pair_trends', '', (table) => table.thresholded.pairTrends),
		...synthetic.columns.map(({ name }) =>
			metric('quality_column', name, (table) => table.columns.find((column) => column.name === name)?.score ?? null),
		),
		plain('copied_share', leaks?.copies?.synthetic.share, null, leaks?.copies?.heldOut.share),
		plain('closest_record_share', leaks?.closestRecord?.share, null, 0.5),
		plain('auroc', labels?.auroc, 0.5, 1),
		plain('average_precision', labels?.averagePrecision, chance, 1),
		...(labels?.baselines ?? []).flatMap((baseline) => [
			plain('baseline_auroc', baseline.auroc, 0.5, 1, baseline.name),
			plain('baseline_average_precision', baseline.averagePrecision, chance, 1, baseline.name),
		]),
		...(agreement === null ? [] : agreement.detectors).flatMap(({ name, rankCorrelation, shared }) => [
			plain('baseline_rank_correlation', rankCorrelation, 0, 1, name),
			plain('baseline_shared_alerts', shared / first, first / rows, 1, name),
		]),
	].filter((entry) => entry !== null);

	function metric(name: string, part: string, pick: (table: TableQuality) => number | null): NewModelMetric | null {
		const value = pick(synthetic);
		if (value === null || !Number.isFinite(value)) return null;
		const note = 'SDMetrics quality against rows that training has not seen; floor: independent columns';
		return {
			metric: name,
			part,
			value,
			floor: floor === undefined ? null : pick(floor),
			ceiling: ceiling === undefined ? null : pick(ceiling),
			note,
		};
	}
	await putMetrics(services.store, input.modelId, metrics);
	return { rows: metrics.length };
};

function plain(
	metric: string,
	value: number | null | undefined,
	floor: number | null,
	ceiling: number | null | undefined,
	part = '',
): NewModelMetric | null {
	if (value === undefined || value === null || !Number.isFinite(value)) return null;
	return { metric, part, value, floor, ceiling: ceiling ?? null, note: null };
}
