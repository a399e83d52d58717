import { getJson } from '../artifacts/stored-json.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { RunConfig } from '../contracts/run-config.ts';
import type { Model } from '../store/database.ts';
import { getDataset } from '../store/datasets.ts';
import { followTrainingDialect } from './follow-training-dialect.ts';
import type { Workspace } from './open-workspace.ts';

/**
 * How new data are read: as the table of the model was, where nothing else is told. Its columns are what they were
 * there, as far as the new table has them: the label stays hidden from who reviews, and records keep their names.
 */
export async function readAsTrained(
	{ store, artifacts }: Workspace,
	model: Model,
): Promise<(told: RunConfig) => RunConfig> {
	const dataset = await getDataset(store, model.dataset_id);
	const manifest = await getJson<TableManifest>(artifacts, { uri: dataset.manifest_uri });
	const {
		dialect,
		label = null,
		key = null,
		time = null,
		truth = [],
	} = JSON.parse(model.config_json) as Partial<RunConfig>;
	const trained = { told: dialect, reading: manifest.source?.reading };
	return (told) => ({
		...told,
		dialect: followTrainingDialect(told.dialect, trained),
		usual: { label, key, time, truth },
	});
}
