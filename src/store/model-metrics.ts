import { CounterfoilError } from '../contracts/errors.ts';
import type { PrivacyPromise } from '../contracts/privacy.ts';
import type { ModelMetric, NewModelMetric } from './database.ts';
import { inTransaction, type Store } from './store.ts';

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
	await inTransaction(
		store,
		async (transaction) => {
			for (const { metric, part, value, floor, ceiling, note } of metrics) {
				const measured = { value, floor: floor ?? null, ceiling: ceiling ?? null, note: note ?? null };
				await transaction
					.insertInto('model_metrics')
					.values({ model_id: modelId, metric, part: part ?? '', ...measured })
					.onConflict((conflict) => conflict.columns(['model_id', 'metric', 'part']).doUpdateSet(measured))
					.execute();
			}
		},
		`metrics ${modelId}`,
	);
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
