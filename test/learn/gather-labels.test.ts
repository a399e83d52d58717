import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { ActivityServices } from '../../activities/activity-services.ts';
import { gatherLabels } from '../../activities/gather-labels.ts';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { getJson, putJson } from '../../src/artifacts/stored-json.ts';
import { getLabelTable } from '../../src/compute/label-table.ts';
import type { LabelledTable } from '../../src/contracts/learning.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import type { StepContext } from '../../src/contracts/steps.ts';
import { importLabels } from '../../src/review/import-labels.ts';
import { insertDataset } from '../../src/store/datasets.ts';
import { insertModel } from '../../src/store/models.ts';
import { publishRecords } from '../../src/store/shards.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores, temporaryFolder, temporaryStore } from '../store/on-both-stores.ts';
import { attemptOf, describeDataset, describeModel, records, startRun } from '../store/seeded-store.ts';

const TABLES = 20;
const CONFIG = { ...DEFAULT_CONFIG, entity: ['id'] };

async function ask(store: Store, artifacts: ActivityServices['artifacts']) {
	const services = { store, artifacts } as ActivityServices;
	const input = { runId: 'r', seed: 1, config: CONFIG, modelId: 'model-1', asOf: null };
	const told = await gatherLabels(services, input, {} as StepContext);
	return {
		told,
		tables: await getJson<LabelledTable[]>(artifacts, told.tables),
		news: (await getLabelTable(artifacts, told.news)).news,
	};
}

onBothStores(
	'however many data sets are labelled, what is told of them is small; those kept no longer are left out',
	async (t) => {
		const store = await temporaryStore(t);
		const artifacts = await openFileStore(join(temporaryFolder(t), 'artifacts'));
		const manifests: string[] = [];
		for (let i = 0; i < TABLES; i++) {
			const { uri } = await putJson(artifacts, { table: i });
			manifests.push(uri);
			const described = describeDataset(1, {
				dataset_id: `payments-${i}`,
				content_sha256: String(i).padStart(64, '0'),
				manifest_uri: uri,
				profile_uri: uri,
				ingested_at: new Date(Date.parse('2026-01-01T00:00:00Z') + i * 60_000).toISOString(),
			});
			const { dataset_id: datasetId } = await insertDataset(store, described);
			const runId = await startRun(store, { datasetId, runKey: `k${i}` });
			await publishRecords(
				store,
				{ ...(await attemptOf(store, runId, 'p')), shard: 0, datasetId },
				records(1, i + 1).map((one) => ({ ...one, row_number: 1 })),
			);
		}
		await insertModel(store, { ...describeModel('payments-0'), config_json: JSON.stringify(CONFIG) });
		const labels = Array.from({ length: TABLES }, (_, i) => ({
			row: i + 1,
			recordKey: `k${i + 1}`,
			label: 'fraud' as const,
			knownAt: '2026-02-01T00:00:00.000Z',
			reasonCode: null,
		}));
		await importLabels(
			store,
			labels,
			{ datasetName: 'payments', source: 'bank', actor: 'ann' },
			{ added: 0, known: 0, withoutRecord: 0, contradicting: [] },
		);
		const all = await ask(store, artifacts);
		assert.deepEqual([all.told.labels, all.told.newLabels, all.tables.length], [TABLES, TABLES, TABLES]);
		assert.ok(JSON.stringify(all.told).length < 2_000);

		await artifacts.delete(manifests[0] ?? '');
		const fewer = await ask(store, artifacts);
		assert.deepEqual(
			[fewer.told.labels, fewer.tables.length, fewer.tables[0]?.datasetId],
			[TABLES - 1, TABLES - 1, 'payments-1'],
		);
		assert.deepEqual(
			fewer.news.flatMap(({ table, values }) => (table < 0 ? [values] : [])),
			[['k1']],
			'its entities are still known',
		);
	},
);
