import assert from 'node:assert/strict';
import { listDriftMetrics, putDriftMetrics } from '../../src/store/drift-metrics.ts';
import { onBothStores } from './on-both-stores.ts';
import { seededRun } from './seeded-store.ts';

onBothStores('the drift of a wide table is stored whole, and replaces what was measured before', async (t) => {
	const { store, datasetId, modelId } = await seededRun(t);
	const metric = (column: number, value: number) => ({
		dataset_id: datasetId,
		model_id: modelId,
		column_name: `column ${String(column).padStart(4, '0')}`,
		metric: 'psi',
		value,
		p_value: null,
		threshold: 0.25,
		is_drifted: 0 as const,
		run_id: null,
		computed_at: '2026-11-22T12:00:00.000Z',
	});
	for (const value of [1, 2]) {
		await putDriftMetrics(
			store,
			Array.from({ length: 5_000 }, (_, column) => metric(column, value)),
		);
		const stored = await listDriftMetrics(store, { datasetId, modelId });
		assert.equal(stored.length, 5_000);
		assert.ok(stored.every((row) => row.value === value));
	}
});
