import { getJson, putJson } from '../../artifacts/stored-json.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { FitFeaturesInput, FitFeaturesOutput } from '../../contracts/pipeline.ts';
import type { TableProfile } from '../../contracts/profile.ts';
import { createFeatureFit, withLabelAsFeature } from '../../features/fit-features.ts';
import { requireTrainable } from '../../features/require-trainable.ts';
import { readShards } from '../read-shards.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Describes the features of a table from all of its rows: those that are scored, and those that are generated. */
export async function fitFeaturesTask(
	input: FitFeaturesInput,
	environment: TaskEnvironment,
): Promise<FitFeaturesOutput> {
	const { artifacts } = environment;
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const profile = await getJson<TableProfile>(artifacts, input.profile);
	requireTrainable(profile);
	const fit = createFeatureFit(profile);
	const generatedFit = createFeatureFit(withLabelAsFeature(profile));
	for await (const { batch, firstRow } of readShards(artifacts, manifest)) {
		fit.add(batch);
		generatedFit.add(batch);
		reportProgress(environment, 'reading values', firstRow + batch.rows, manifest.rows);
	}
	return {
		features: await putJson(artifacts, fit.finish()),
		generated: await putJson(artifacts, generatedFit.finish()),
	};
}
