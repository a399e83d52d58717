import type { RegisterModelInput, RegisterModelOutput } from '../src/contracts/pipeline.ts';
import type { PrivacyRecord } from '../src/contracts/privacy.ts';
import { getDataset } from '../src/store/datasets.ts';
import { putMetrics } from '../src/store/model-metrics.ts';
import { insertModel } from '../src/store/models.ts';
import { updateRun } from '../src/store/runs.ts';
import { timestamp } from '../src/store/timestamp.ts';
import type { Activity } from './activity-services.ts';

/** As metrics, so that the promise stands where everything else is looked up about a model. */
function describePrivacy({ epsilon, delta }: PrivacyRecord) {
	const shared = { part: '', floor: null, ceiling: null };
	return [
		{ ...shared, metric: 'privacy_epsilon', value: epsilon, note: 'of generated rows, for one row of the table' },
		{ ...shared, metric: 'privacy_delta', value: delta, note: 'probability that it is not kept' },
	];
}

/** Enters the trained parts as one model, named like its data set. */
export const registerModel: Activity<RegisterModelInput, RegisterModelOutput> = async (services, input) => {
	const { store } = services;
	const { generator, scorer } = input;
	const dataset = await getDataset(store, input.datasetId);
	const model = await insertModel(store, {
		model_id: `model-${input.runId}`,
		name: dataset.name,
		kind: input.config.generator.kind,
		dataset_id: input.datasetId,
		schema_fingerprint: dataset.schema_fingerprint,
		profile_uri: input.profile.uri,
		profile_sha256: input.profile.sha256,
		contract_uri: input.contract?.uri ?? null,
		features_uri: input.features.uri,
		features_sha256: input.features.sha256,
		generator_uri: generator.generator.uri,
		generator_sha256: generator.generator.sha256,
		discriminator_uri: generator.discriminator?.uri ?? null,
		discriminator_sha256: generator.discriminator?.sha256 ?? null,
		scorer_uri: scorer.scorer.uri,
		scorer_sha256: scorer.scorer.sha256,
		history_uri: input.history?.fitted.uri ?? null,
		history_sha256: input.history?.fitted.sha256 ?? null,
		config_json: JSON.stringify(input.config),
		seed: input.seed,
		backend: generator.backend,
		trained_at: timestamp(),
	});
	const { privacy } = generator;
	await putMetrics(store, model.model_id, [
		...(privacy === null ? [] : describePrivacy(privacy)),
		{ metric: 'training_steps', part: '', value: generator.steps, floor: null, ceiling: null, note: null },
		{
			metric: 'sign_check_auroc',
			part: '',
			value: scorer.signCheck.auroc,
			floor: 0.5,
			ceiling: 1,
			note: 'injected noise rows against real rows',
		},
	]);
	await updateRun(store, input.runId, {
		datasetId: input.datasetId,
		modelId: model.model_id,
		backend: generator.backend,
		plan: { generatorSteps: generator.steps },
	});
	return { modelId: model.model_id };
};
