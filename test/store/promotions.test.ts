import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { insertDataset } from '../../src/store/datasets.ts';
import { getModel, insertModel } from '../../src/store/models.ts';
import { listPromotions, promoteModel, rollBackModel } from '../../src/store/promotions.ts';
import { onBothStores, temporaryStore } from './on-both-stores.ts';
import { describeDataset, describeModel } from './seeded-store.ts';

onBothStores('a promotion is gone back from, one after the other, and nothing of it is forgotten', async (t) => {
	const store = await temporaryStore(t);
	const { dataset_id } = await insertDataset(store, describeDataset(3));
	for (const model_id of ['m1', 'm2', 'm3']) await insertModel(store, { ...describeModel(dataset_id), model_id });
	const named = async () => (await getModel(store, 'payments')).model_id;
	const hand = { reason: 'hand', actor: 'ada' } as const;

	await assert.rejects(rollBackModel(store, 'payments', hand), { code: 'RUN_STATE' });
	await promoteModel(store, 'm1', { ...hand, reason: 'base' });
	await promoteModel(store, 'm2', { ...hand, reason: 'rule' });
	await promoteModel(store, 'm2', hand);
	await promoteModel(store, 'm3', hand);
	assert.equal(await named(), 'm3');
	assert.equal((await rollBackModel(store, 'payments', hand)).model_id, 'm2');
	assert.equal((await rollBackModel(store, 'payments', hand)).model_id, 'm1');
	await assert.rejects(rollBackModel(store, 'payments', hand), { code: 'RUN_STATE' });
	assert.equal(await named(), 'm1');
	await promoteModel(store, 'm3', hand);
	assert.equal((await rollBackModel(store, 'payments', hand)).model_id, 'm1');

	const told = await listPromotions(store, 'payments');
	assert.deepEqual(
		told.map(({ reason, model_id, previous_model_id }) => [reason, model_id, previous_model_id]).reverse(),
		[
			['base', 'm1', null],
			['rule', 'm2', 'm1'],
			['hand', 'm3', 'm2'],
			['rollback', 'm2', 'm3'],
			['rollback', 'm1', 'm2'],
			['hand', 'm3', 'm1'],
			['rollback', 'm1', 'm3'],
		],
	);
	await assert.rejects(sql`delete from promotions`.execute(store.writer), /append-only/);
	await assert.rejects(sql`update promotions set actor = 'eve'`.execute(store.writer), /append-only/);
});
