import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { insertModel } from '../../src/store/models.ts';
import { openStore } from '../../src/store/open-store.ts';
import { CHAIN_START, hashReviewEvent } from '../../src/store/review-chain.ts';
import { takeFreeRows } from '../../src/store/row-locks.ts';
import { publishRecords } from '../../src/store/shards.ts';
import { inTransaction, type Store } from '../../src/store/store.ts';
import { onBothStores, onPostgres } from './on-both-stores.ts';
import { attemptOf, describeModel, publishAll, records, scores, seededRun } from './seeded-store.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

onBothStores('of models that are stored at once each has a version of its own', async (t) => {
	const { store, datasetId } = await seededRun(t);
	const models = await Promise.all(
		[2, 3, 4, 5, 6].map((i) => insertModel(store, { ...describeModel(datasetId), model_id: `model-${i}` })),
	);
	assert.deepEqual(models.map(({ version }) => version).toSorted(), [2, 3, 4, 5, 6]);
});

onBothStores('attempts that begin at once have numbers of their own', async (t) => {
	const { store, runId } = await seededRun(t);
	const attempts = await Promise.all([1, 2, 3, 4].map(() => attemptOf(store, runId, 'train')));
	assert.deepEqual(attempts.map(({ attempt }) => attempt).toSorted(), [1, 2, 3, 4]);
});

onBothStores(
	'of an attempt that publishes and one that overtakes it the first is whole or writes nothing',
	async (t) => {
		const { store, runId, datasetId } = await seededRun(t, 4_000);
		for (let round = 0; round < 4; round++) {
			const old = await attemptOf(store, runId, `publish-${round}`);
			const first = round * 1_000 + 1;
			const stored = await countRecords(store);
			const [published, begun] = await Promise.allSettled([
				publishRecords(store, { ...old, shard: 0, datasetId }, records(1_000, first)),
				attemptOf(store, runId, `publish-${round}`),
			]);
			assert.equal(begun.status, 'fulfilled');
			assert.equal(await countRecords(store), stored + (published.status === 'fulfilled' ? 1_000 : 0));
			if (published.status === 'fulfilled') continue;
			assert.equal(published.reason.code, 'STALE_ATTEMPT');
			const latest = await attemptOf(store, runId, `publish-${round}`);
			await publishRecords(store, { ...latest, shard: 0, datasetId }, records(1_000, first));
		}
	},
);

async function countRecords(store: Store): Promise<number> {
	const { n } = await store.writer
		.selectFrom('records')
		.select((select) => select.fn.countAll<number>().as('n'))
		.executeTakeFirstOrThrow();
	return n;
}

onPostgres('two who ask for the next row at the same moment each get one of their own', async (t) => {
	const run = await seededRun(t, 10);
	const { store } = run;
	await publishAll(run, scores(10, 4));
	await publishQueue(store, { runId: run.runId });
	const claim = () =>
		inTransaction(
			store,
			async (transaction) => {
				const next = transaction
					.selectFrom('review_items')
					.select('item_id')
					.where('state', '=', 'new')
					.orderBy('priority', 'desc')
					.limit(1);
				const item = await takeFreeRows(transaction, next).executeTakeFirst();
				await pause(50);
				if (item === undefined) return null;
				await transaction
					.updateTable('review_items')
					.set({ state: 'in_review', assignee: 'ann' })
					.where('item_id', '=', item.item_id)
					.execute();
				return item.item_id;
			},
			null,
		);
	const claimed = await Promise.all([1, 2, 3, 4, 5].map(claim));
	assert.equal(new Set(claimed.filter((id) => id !== null)).size, 4);
	assert.equal(claimed.filter((id) => id === null).length, 1);
});

onPostgres('the hash chain stays one chain when two append at the same moment, and cannot be emptied', async (t) => {
	const run = await seededRun(t, 3);
	const { store } = run;
	await publishAll(run, scores(3, 1));
	await publishQueue(store, { runId: run.runId });
	const other = await openStore({ path: store.path });
	t.after(() => other.close());
	const last = await store.reader.selectFrom('review_events').selectAll().executeTakeFirstOrThrow();
	assert.equal(last.prev_sha256, CHAIN_START);
	const next = (actor: string) => {
		const event = { ...last, event_id: last.event_id + 1, actor, prev_sha256: last.row_sha256 };
		const { row_sha256, ...unsigned } = event;
		return { ...unsigned, row_sha256: hashReviewEvent(unsigned) };
	};
	const append = (on: Store, actor: string, eventId: number) =>
		on.writer.transaction().execute(async (transaction) => {
			await transaction
				.insertInto('review_events')
				.values({ ...next(actor), event_id: eventId })
				.execute();
			await pause(50);
		});
	const outcomes = await Promise.allSettled([append(store, 'ann', 2), append(other, 'bob', 3)]);
	assert.deepEqual(outcomes.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
	const refusal = outcomes.find((outcome) => outcome.status === 'rejected');
	assert.match(String(refusal?.reason), /must continue the hash chain/);
	await assert.rejects(sql`truncate review_events cascade`.execute(store.writer), /review_events is append-only/);
	await assert.rejects(sql`delete from review_events`.execute(store.writer), /review_events is append-only/);
});
