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

onBothStores('of promotions and ways back at once, each finds what the one before has left', async (t) => {
	const store = await temporaryStore(t);
	const { dataset_id } = await insertDataset(store, describeDataset(3));
	const ids = Array.from({ length: 8 }, (_, i) => `m${i}`);
	for (const model_id of ids) await insertModel(store, { ...describeModel(dataset_id), model_id });
	const hand = { reason: 'hand', actor: 'ada' } as const;
	await promoteModel(store, 'm0', { ...hand, reason: 'base' });
	await Promise.all(ids.slice(1).map((model_id) => promoteModel(store, model_id, hand)));
	const chain = (await listPromotions(store, 'payments')).reverse();
	assert.deepEqual(
		chain.slice(1).map(({ previous_model_id }) => previous_model_id),
		chain.slice(0, -1).map(({ model_id }) => model_id),
	);
	const active = await store.reader.selectFrom('models').select('model_id').where('stage', '=', 'active').execute();
	assert.deepEqual(
		active.map(({ model_id }) => model_id),
		[chain.at(-1)?.model_id],
	);
	const back = await Promise.all(ids.slice(0, 3).map(() => rollBackModel(store, 'payments', hand)));
	assert.equal(new Set(back.map(({ model_id }) => model_id)).size, 3);
});

onBothStores('a model that was better than one takes the place of that one only', async (t) => {
	const store = await temporaryStore(t);
	const { dataset_id } = await insertDataset(store, describeDataset(3));
	for (const model_id of ['m1', 'm2', 'm3']) await insertModel(store, { ...describeModel(dataset_id), model_id });
	const rule = { reason: 'rule', actor: 'ada', insteadOf: 'm1' } as const;
	await promoteModel(store, 'm1', { ...rule, reason: 'base' });
	assert.equal((await promoteModel(store, 'm2', rule)).model_id, 'm2');
	assert.equal((await promoteModel(store, 'm2', rule)).model_id, 'm2', 'said again after a crash');
	assert.equal((await promoteModel(store, 'm3', rule)).model_id, 'm2', 'another has come in between');
	assert.equal((await listPromotions(store, 'payments')).length, 2);
});
