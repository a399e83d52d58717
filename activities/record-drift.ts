import { getJson } from '../src/artifacts/stored-json.ts';
import type { DriftReport } from '../src/contracts/drift.ts';
import type { RecordDriftInput } from '../src/contracts/learning.ts';
import type { CountOutput } from '../src/contracts/pipeline.ts';
import { putDriftMetrics } from '../src/store/drift-metrics.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';

/** Writes what has drifted to `drift_metrics`; the table as a whole under the column ''. */
export const recordDrift: Activity<RecordDriftInput, CountOutput> = async ({ store, artifacts }, input) => {
	const { whole, columns } = await getJson<DriftReport>(artifacts, input.drift);
	const shared = {
		dataset_id: input.datasetId,
		model_id: input.modelId,
		run_id: input.runId,
		computed_at: timestamp(),
	};
	const flag = (is: boolean) => (is ? 1 : 0);
	const rows = [
		{
			...shared,
			column_name: '',
			metric: 'two_sample_area',
			value: whole.area,
			p_value: whole.pValue,
			threshold: null,
			is_drifted: flag(whole.isDrifted),
		} as const,
		...whole.features.map(({ feature, loss }) => ({
			...shared,
			column_name: feature,
			metric: 'two_sample_loss',
			value: loss,
			p_value: null,
			threshold: null,
			is_drifted: 0 as const,
		})),
		...columns.flatMap(({ feature, metrics }) =>
			metrics.map(
				({ name, value, pValue, threshold, isDrifted }) =>
					({
						...shared,
						column_name: feature,
						metric: name,
						value,
						p_value: pValue,
						threshold,
						is_drifted: flag(isDrifted),
					}) as const,
			),
		),
	];
	await putDriftMetrics(store, rows);
	return { rows: rows.length };
};
