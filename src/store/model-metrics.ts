import { CounterfoilError } from '../contracts/errors.ts';
import type { PrivacyPromise } from '../contracts/privacy.ts';
import type { ModelMetric, NewModelMetric } from './database.ts';
import type { Store } from './store.ts';

/**
 * Stores what was measured on a model; a metric that was stored before is replaced.
 *
 * @throws INTERNAL if a value is not finite: what could not be measured is left out.
 */
export async function putMetrics(store: Store, modelId: string, metrics: readonly NewModelMetric[]): Promise<void> {
	for (const { metric, part, value } of metrics) {
		if (Number.isFinite(value)) continue;
		throw new CounterfoilError('INTERNAL', 'A metric is not a finite number.', {
			where: `model ${modelId}, metric ${metric} ${part ?? ''}`.trimEnd(),
		});
	}
	await store.engine.bulk((bulk) => {
		const upsert = bulk.prepareWrite(
			`insert into model_metrics (model_id, metric, part, value, floor, ceiling, note) values (?, ?, ?, ?, ?, ?, ?)
			on conflict (model_id, metric, part) do update set
				value = excluded.value, floor = excluded.floor, ceiling = excluded.ceiling, note = excluded.note`,
		);
		for (const { metric, part, value, floor, ceiling, note } of metrics) {
			upsert([modelId, metric, part ?? '', value, floor ?? null, ceiling ?? null, note ?? null]);
		}
	});
}

/** What was promised to each row that the model's generator learnt from; null: nothing. */
export async function readPrivacy(store: Store, modelId: string): Promise<PrivacyPromise | null> {
	const metrics = await listMetrics(store, modelId);
	const value = (name: string) => metrics.find(({ metric }) => metric === name)?.value;
	const [epsilon, delta] = [value('privacy_epsilon'), value('privacy_delta')];
	return epsilon === undefined || delta === undefined ? null : { epsilon, delta, unit: 'row' };
}

/** By metric and part. */
export async function listMetrics(store: Store, modelId: string): Promise<ModelMetric[]> {
	return await store.reader
		.selectFrom('model_metrics')
		.selectAll()
		.where('model_id', '=', modelId)
		.orderBy('metric')
		.orderBy('part')
		.execute();
}
