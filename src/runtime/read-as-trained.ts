import { getJson } from '../artifacts/stored-json.ts';
import type { TableManifest } from '../contracts/manifest.ts';
import type { DialectConfig, RunConfig } from '../contracts/run-config.ts';
import type { Model } from '../store/database.ts';
import { getDataset } from '../store/datasets.ts';
import { followTrainingDialect } from './follow-training-dialect.ts';
import type { Workspace } from './open-workspace.ts';

/** How new data are read: as the table of the model was, where nothing else is told. */
export async function readAsTrained(
	{ store, artifacts }: Workspace,
	model: Model,
): Promise<(told: DialectConfig) => DialectConfig> {
	const dataset = await getDataset(store, model.dataset_id);
	const manifest = await getJson<TableManifest>(artifacts, { uri: dataset.manifest_uri });
	const config = JSON.parse(model.config_json) as Partial<RunConfig>;
	const trained = { told: config.dialect, reading: manifest.source?.reading };
	return (told) => followTrainingDialect(told, trained);
}
