import { refOf } from '../src/artifacts/stored-json.ts';
import { storedContract } from '../src/compute/stored-contract.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';
import type { ArtifactRef, LoadModelInput, LoadModelOutput } from '../src/contracts/pipeline.ts';
import { getDataset } from '../src/store/datasets.ts';
import { listMetrics } from '../src/store/model-metrics.ts';
import { getModel } from '../src/store/models.ts';
import { updateRun } from '../src/store/runs.ts';
import type { Activity } from './activity-services.ts';

/** The stored parts of a model, by id, name or name@version. */
export const loadModel: Activity<LoadModelInput, LoadModelOutput> = async (services, input) => {
	const model = await getModel(services.store, input.modelId);
	const part = (name: string, uri: string | null, sha256: string | null): ArtifactRef => {
		if (uri !== null && sha256 !== null) return { uri, sha256, bytes: 0 };
		throw new CounterfoilError('MODEL_INVALID', `the model has no ${name}`, { where: `model ${model.model_id}` });
	};
	const dataset = await getDataset(services.store, model.dataset_id);
	const metrics = await listMetrics(services.store, model.model_id);
	const contract = await storedContract(services, model);
	if (contract === null) {
		throw new CounterfoilError('MODEL_INVALID', 'the model has no contract', { where: `model ${model.model_id}` });
	}
	await updateRun(services.store, input.runId, { modelId: model.model_id });
	return {
		modelId: model.model_id,
		profile: part('profile', model.profile_uri, model.profile_sha256),
		known: { contract, against: `model ${model.name}@${model.version}` },
		features: part('features', model.features_uri, model.features_sha256),
		generator: part('generator', model.generator_uri, model.generator_sha256),
		scorer: part('scorer', model.scorer_uri, model.scorer_sha256),
		history: model.history_uri === null ? null : part('history', model.history_uri, model.history_sha256),
		...(model.head_uri === null
			? {}
			: { head: { state: part('head', model.head_uri, model.head_sha256), news: null } }),
		training: { manifest: refOf(dataset.manifest_uri), seed: model.seed },
		isReleased: metrics.some(({ metric, value }) => metric === 'release' && value === 1),
	};
};
