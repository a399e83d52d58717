import { getJson, putJson } from '../../artifacts/stored-json.ts';
import type { FeatureSpec } from '../../contracts/features.ts';
import type { MeasureDriftInput, MeasureDriftOutput } from '../../contracts/learning.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import type { ArtifactRef } from '../../contracts/pipeline.ts';
import { createRandom } from '../../contracts/random.ts';
import { measureDrift } from '../../learn/drift/measure-drift.ts';
import { loadFeatures } from '../load-features.ts';
import { isSampled } from '../row-split.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** Rows of either table that are compared at most. */
const MOST_ROWS = 50_000;

/** How far a table is from the one that a model was trained on. */
export async function measureDriftTask(
	input: MeasureDriftInput,
	environment: TaskEnvironment,
): Promise<MeasureDriftOutput> {
	const { artifacts } = environment;
	const specs = await getJson<FeatureSpec[]>(artifacts, input.model.features);
	const load = async (ref: ArtifactRef) => {
		const manifest = await getJson<TableManifest>(artifacts, ref);
		return loadFeatures(artifacts, manifest, specs, (row) => isSampled(row, input.seed, manifest.rows, MOST_ROWS));
	};
	reportProgress(environment, 'reading', 0, 3);
	const reference = await load(input.model.training.manifest);
	const table = await load(input.manifest);
	reportProgress(environment, 'comparing', 1, 3);
	const report = measureDrift(reference, table, specs, input.plan, createRandom(input.seed, 'drift'));
	reportProgress(environment, 'comparing', 3, 3);
	const columns = report.columns.filter(({ isDrifted }) => isDrifted).map(({ feature }) => feature);
	return { drift: await putJson(artifacts, report), isDrifted: report.isDrifted, columns };
}
