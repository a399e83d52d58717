import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { decodeModel } from '../artifacts/model-file.ts';
import { getJson } from '../artifacts/stored-json.ts';
import type { ModelState } from '../contracts/model-state.ts';
import type { ModelParts } from '../contracts/pipeline.ts';
import type { PrivacyRecord } from '../contracts/privacy.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { withLabelAsFeature } from '../features/fit-features.ts';
import { loadBackend } from '../gan/backend.ts';
import { restoreGenerator } from '../synthesis/fit-generator.ts';
import type { RowSource } from '../synthesis/row-source.ts';

/** All that turns a generator into rows, but for the profile of the table. */
export interface RowRules extends Pick<RowSource, 'specs' | 'constraints' | 'keys'> {
	/** Of a generator that was trained under differential privacy; null where none was. */
	readonly private: {
		readonly privacy: PrivacyRecord;
		/** In place of the profile of the table, which tells of rows. */
		readonly profile: TableProfile;
	} | null;
}

interface StoredSource extends RowRules {
	readonly generator: unknown;
}

/** A generator with its rules, as one model file has them. */
export function rowSourceState(generator: ModelState, rules: RowRules): ModelState {
	const json: StoredSource = { ...rules, generator: generator.json };
	return { json, tensors: generator.tensors };
}

/** The rules of a stored generator, without the generator. */
export async function loadRowRules(artifacts: ArtifactStore, uri: string): Promise<RowRules> {
	const { generator: _, ...rules } = decodeModel(await artifacts.get(uri)).json as StoredSource;
	return { ...rules, private: rules.private ?? null };
}

/** A stored generator as it lies in its file, with the profile that rows are written by. */
export async function loadStoredSource(
	artifacts: ArtifactStore,
	model: { readonly generator: { readonly uri: string }; readonly profile: { readonly uri: string } },
): Promise<Omit<RowSource, 'generator'> & { readonly privacy: PrivacyRecord | null; readonly generator: ModelState }> {
	const { json, tensors } = decodeModel(await artifacts.get(model.generator.uri));
	const { generator, private: told, ...rules } = json as StoredSource;
	return {
		...rules,
		profile: told?.profile ?? withLabelAsFeature(await getJson<TableProfile>(artifacts, model.profile)),
		privacy: told?.privacy ?? null,
		generator: { json: generator, tensors },
	};
}

/** What rows are drawn from: a stored model's generator. @throws CounterfoilError MODEL_INVALID */
export async function loadRowSource(
	artifacts: ArtifactStore,
	model: Pick<ModelParts, 'generator' | 'profile'>,
	backend: 'auto' | 'node' | 'wasm',
): Promise<RowSource> {
	const { generator, privacy: _, ...source } = await loadStoredSource(artifacts, model);
	return { ...source, generator: restoreGenerator(await loadBackend({ backend }), generator) };
}
