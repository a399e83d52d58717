import { getJson, refOf } from '../src/artifacts/stored-json.ts';
import { CounterfoilError } from '../src/contracts/errors.ts';
import type { TableManifest } from '../src/contracts/manifest.ts';
import type { LoadDatasetInput, LoadDatasetOutput } from '../src/contracts/pipeline.ts';
import { getDataset } from '../src/store/datasets.ts';
import type { Activity } from './activity-services.ts';

/** A data set that was ingested before. */
export const loadDataset: Activity<LoadDatasetInput, LoadDatasetOutput> = async (services, input) => {
	const dataset = await getDataset(services.store, input.datasetId);
	if (dataset.profile_uri === null) {
		throw new CounterfoilError('RUN_STATE', 'the data set has no profile yet', {
			where: `data set ${input.datasetId}`,
			hint: 'ingest the file again',
		});
	}
	if (dataset.status === 'quarantined') {
		throw new CounterfoilError('RUN_STATE', 'the data set is quarantined: nothing of it was loaded', {
			where: `data set ${input.datasetId}`,
			hint: 'to let the file in all the same, ingest it with --schema-policy evolve',
		});
	}
	const manifest = await getJson<TableManifest>(services.artifacts, { uri: dataset.manifest_uri });
	return {
		datasetId: dataset.dataset_id,
		manifest: refOf(dataset.manifest_uri),
		profile: refOf(dataset.profile_uri),
		contract: dataset.contract_uri === null ? null : refOf(dataset.contract_uri),
		shards: manifest.shards.length,
		rows: manifest.rows,
		rowsRejected: dataset.rows_rejected,
	};
};
