import { getJson } from '../src/artifacts/stored-json.ts';
import type { CountOutput, RecordEvaluationInput } from '../src/contracts/pipeline.ts';
import type { Evaluation } from '../src/report/evaluation.ts';
import type { BoundedFigures, ClassifierReport, Figure, LeakReport, TableQuality } from '../src/report/report-data.ts';
import type { NewModelMetric } from '../src/store/database.ts';
import { putMetrics } from '../src/store/model-metrics.ts';
import { setSyntheticRelease } from '../src/store/synthetic-tables.ts';
import type { Activity } from './activity-services.ts';

/** Notes what the evaluation found in `model_metrics`. */
export const recordEvaluation: Activity<RecordEvaluationInput, CountOutput> = async (services, input) => {
	const { quality, classifiers, leaks, release, labels, agreement } = await getJson<Evaluation>(
		services.artifacts,
		input.evaluation,
	);
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
		...bounded('quality_against_training', quality.againstTraining),
		plain('diagnostics', quality.diagnostics?.synthetic.overall, null, quality.diagnostics?.ceiling?.overall),
		...(quality.coverage ?? []).map(({ name, coverage }) => plain('coverage', coverage, null, null, name)),
		...classifierMetrics(classifiers),
		...leakMetrics(leaks),
		plain('release', release.verdict === 'release' ? 1 : 0, null, null),
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
	const reasons = release.reasons.map(({ text }) => text);
	await setSyntheticRelease(services.store, input.runId, { verdict: release.verdict, reasons, override: null });
	return { rows: metrics.length };
};

function bounded(name: string, figures: BoundedFigures | undefined): (NewModelMetric | null)[] {
	if (figures === undefined) return [];
	const { synthetic, floor, ceiling } = figures;
	return [
		plain(name, synthetic.thresholded, floor.thresholded, ceiling.thresholded),
		plain(`${name}_all_pairs`, synthetic.allPairs, floor.allPairs, ceiling.allPairs),
	];
}

function classifierMetrics({ twoSample, trainOnSynthetic }: ClassifierReport): (NewModelMetric | null)[] {
	const learnt = trainOnSynthetic;
	return [
		plain('two_sample', twoSample?.synthetic.score, twoSample?.floor ?? null, twoSample?.ceiling),
		...(twoSample?.synthetic.features ?? []).map(({ feature, loss }) =>
			plain('two_sample_loss', loss, null, null, feature),
		),
		plain(
			'train_on_synthetic',
			learnt?.synthetic,
			learnt?.floor ?? null,
			learnt?.real,
			learnt?.column,
			learnt === null ? null : learnt.measure,
		),
	];
}

/** The ceiling is what real rows do that training has not seen. */
function leakMetrics(leaks: LeakReport | null): (NewModelMetric | null)[] {
	if (leaks === null) return [];
	const { copies, nearCopies, closestRecord, closestRecordFloor, membership, disclosure } = leaks;
	const guessed = (protection: Figure) => (protection === null ? null : 1 - protection);
	return [
		plain('copied_share', copies?.synthetic.share, null, copies?.heldOut.share),
		plain('unique_copied_share', copies?.unique.synthetic.share, null, copies?.unique.heldOut.share),
		plain('near_copied_share', nearCopies?.synthetic.share, null, nearCopies?.heldOut.share),
		plain('closest_record_share', closestRecord?.share, closestRecordFloor ?? null, 0.5),
		plain('distance_ratio', closestRecord?.ratioToTraining, null, closestRecord?.ratioToHeldOut),
		plain('membership_auc', membership?.distance.auc, null, 0.5),
		plain('membership_auc_calibrated', membership?.densityRatio.auc, null, 0.5),
		...(disclosure ?? []).map(({ column, synthetic, heldOut }) =>
			plain(
				'disclosure',
				guessed(synthetic.protection),
				guessed(synthetic.baseline),
				guessed(heldOut.protection),
				column,
			),
		),
	];
}

function plain(
	metric: string,
	value: number | null | undefined,
	floor: Figure,
	ceiling: Figure | undefined,
	part = '',
	note: string | null = null,
): NewModelMetric | null {
	if (value === undefined || value === null || !Number.isFinite(value)) return null;
	return { metric, part, value, floor, ceiling: ceiling ?? null, note };
}
