import type { Provenance } from '../contracts/provenance.ts';
import type { RunConfig } from '../contracts/run-config.ts';
import { getDataset } from './datasets.ts';
import { readPrivacy } from './model-metrics.ts';
import { getModel } from './models.ts';
import type { Store } from './store.ts';

/** What rows of a model are made from. @throws NOT_FOUND */
export async function describeProvenance(
	store: Store,
	made: Pick<Provenance, 'request' | 'seed' | 'release'> & { readonly modelId: string; readonly version: string },
): Promise<Provenance> {
	const model = await getModel(store, made.modelId);
	const dataset = await getDataset(store, model.dataset_id);
	const privacy = await readPrivacy(store, made.modelId);
	return {
		madeBy: { name: 'counterfoil', version: made.version },
		model: {
			id: model.model_id,
			name: `${model.name}@${model.version}`,
			kind: model.kind,
			generatorSha256: model.generator_sha256,
		},
		trainingData: {
			datasetId: dataset.dataset_id,
			name: dataset.name,
			sha256: privacy === null ? dataset.content_sha256 : null,
			rows: dataset.rows_loaded,
		},
		config: JSON.parse(model.config_json) as RunConfig,
		trainingSeed: model.seed,
		request: made.request,
		seed: made.seed,
		privacy,
		release: made.release === null || privacy === null ? made.release : { ...made.release, reasons: [] },
	};
}
