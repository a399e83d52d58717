import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { decodeModel, encodeModel } from '../artifacts/model-file.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';

/** Stores a trained part as a model file. */
export function putModel(artifacts: ArtifactStore, state: ModelState): Promise<ArtifactRef> {
	return artifacts.put(encodeModel(state), { extension: 'safetensors' });
}

/** @throws CounterfoilError ARTIFACT_MISSING, ARTIFACT_CORRUPT, MODEL_INVALID */
export async function getModel(artifacts: ArtifactStore, ref: ArtifactRef): Promise<ModelState> {
	return decodeModel(await artifacts.get(ref.uri));
}
