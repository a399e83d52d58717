import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { ModelParts } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { withLabelAsFeature } from '../features/fit-features.ts';
import { loadBackend } from '../gan/backend.ts';
import type { RowSource } from '../synthesis/draw-rows.ts';
import { restoreGenerator } from '../synthesis/fit-generator.ts';
import { getModel } from './stored-model.ts';

interface StoredSource {
	readonly specs: readonly FeatureSpec[];
	readonly generator: unknown;
}

/** A generator with the features that it makes, as one model file has them. */
export function rowSourceState(generator: ModelState, specs: readonly FeatureSpec[]): ModelState {
	const json: StoredSource = { specs, generator: generator.json };
	return { json, tensors: generator.tensors };
}

/** The features that a stored generator makes. */
export async function loadGeneratedSpecs(
	artifacts: ArtifactStore,
	model: Pick<ModelParts, 'generator'>,
): Promise<readonly FeatureSpec[]> {
	return ((await getModel(artifacts, model.generator)).json as StoredSource).specs;
}

/** What rows are drawn from: a stored model's generator. @throws CounterfoilError MODEL_INVALID */
export async function loadRowSource(
	artifacts: ArtifactStore,
	model: Pick<ModelParts, 'generator' | 'profile'>,
	backend: 'auto' | 'node' | 'wasm',
): Promise<RowSource> {
	const state = await getModel(artifacts, model.generator);
	const { specs, generator } = state.json as StoredSource;
	return {
		specs,
		profile: withLabelAsFeature(await getJson<TableProfile>(artifacts, model.profile)),
		generator: restoreGenerator(await loadBackend({ backend }), { json: generator, tensors: state.tensors }),
	};
}
