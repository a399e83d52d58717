import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { insertDataset } from '../../src/store/datasets.ts';
import { listRuns } from '../../src/store/list-runs.ts';
import { openStore } from '../../src/store/open-store.ts';
import { finishStep } from '../../src/store/run-steps.ts';
import { listShards, publishRecords, publishScores, publishSyntheticRows } from '../../src/store/shards.ts';
import { insertSyntheticTable, listSyntheticRows } from '../../src/store/synthetic-tables.ts';
import { killProcess, startScript } from './child-process.ts';
import { newDatabase, onBothStores } from './on-both-stores.ts';
import { attemptOf, describeDataset, records, scores, seededRun } from './seeded-store.ts';

onBothStores('a shard and its journal row are stored together', async (t) => {
	const { store, runId, datasetId } = await seededRun(t, 3);
	const attempt = await attemptOf(store, runId, 'publish-records');
	const published = await publishRecords(store, { ...attempt, shard: 0, datasetId }, records(3));
	assert.deepEqual({ rows: published.rows, written: published.written }, { rows: 3, written: true });
	const [shard] = await listShards(store, runId, 'publish-records');
	assert.equal(shard?.content_sha256, published.contentSha256);
	assert.deepEqual([shard?.first_row, shard?.row_count, shard?.attempt], [1, 3, 1]);
	const keys = await store.reader.selectFrom('records').select(['row_number', 'record_key']).execute();
	assert.deepEqual(
		keys.map((row) => row.record_key),
		['k1', 'k2', 'k3'],
	);
});

onBothStores('a shard that fails half way leaves neither rows nor a journal row', async (t, kind) => {
	const { store, runId, datasetId, modelId } = await seededRun(t, 3);
	const recordsStep = await attemptOf(store, runId, 'publish-records');
	await publishRecords(store, { ...recordsStep, shard: 0, datasetId }, records(3));
	const attempt = await attemptOf(store, runId, 'publish-scores');
	const rows = scores(3).map((row, i) => (i === 2 ? { ...row, score: Number.NaN } : row));
	await assert.rejects(publishScores(store, { ...attempt, shard: 0, datasetId, modelId }, rows), {
		code: kind === 'sqlite' ? 'SQLITE_CONSTRAINT_NOTNULL' : '23514',
	});
	assert.deepEqual(await store.reader.selectFrom('scores').selectAll().execute(), []);
	assert.deepEqual(await listShards(store, runId, 'publish-scores'), []);
});

onBothStores('an attempt that was overtaken may not write, even a shard that is committed', async (t) => {
	const { store, runId, datasetId } = await seededRun(t, 3);
	const old = await attemptOf(store, runId, 'publish-records');
	await publishRecords(store, { ...old, shard: 0, datasetId }, records(2));
	const latest = await attemptOf(store, runId, 'publish-records');
	assert.equal(latest.attempt, 2);
	for (const shard of [0, 1]) {
		await assert.rejects(publishRecords(store, { ...old, shard, datasetId }, records(1, 3)), {
			code: 'STALE_ATTEMPT',
		});
	}
	assert.equal((await store.reader.selectFrom('records').selectAll().execute()).length, 2);
	await publishRecords(store, { ...latest, shard: 1, datasetId }, records(1, 3));
	assert.equal((await store.reader.selectFrom('records').selectAll().execute()).length, 3);
});

onBothStores('an attempt of a finished step may not write any more', async (t) => {
	const { store, runId, datasetId } = await seededRun(t, 3);
	const attempt = await attemptOf(store, runId, 'publish-records');
	await finishStep(store, attempt, {});
	await assert.rejects(publishRecords(store, { ...attempt, shard: 0, datasetId }, records(1)), {
		code: 'STALE_ATTEMPT',
	});
});

onBothStores(
	'a shard that is published again with the same content is left as it is, with other content refused',
	async (t) => {
		const { store, runId, datasetId } = await seededRun(t, 2);
		const first = await attemptOf(store, runId, 'publish-records');
		const once = await publishRecords(store, { ...first, shard: 0, datasetId }, records(2));
		const second = await attemptOf(store, runId, 'publish-records');
		const twice = await publishRecords(store, { ...second, shard: 0, datasetId }, records(2));
		assert.deepEqual(twice, { ...once, written: false });
		const [shard] = await listShards(store, runId, 'publish-records');
		assert.equal(shard?.attempt, 1);
		await assert.rejects(publishRecords(store, { ...second, shard: 0, datasetId }, records(1)), { code: 'RUN_STATE' });
	},
);

onBothStores(
	'a process that is killed while it writes leaves whole shards, and the next attempt goes on behind them',
	async (t) => {
		for (const delayMs of [10, 70]) {
			const path = await newDatabase(t);
			const { process: writer } = await startScript(t, 'publish-process.ts', path);
			await setTimeout(delayMs);
			await killProcess(writer);
			const store = await openStore({ path });
			t.after(() => store.close());
			const [run] = await listRuns(store);
			assert.ok(run);
			const shards = await listShards(store, run.run_id, 'publish-records');
			const { stored } = await store.reader
				.selectFrom('records')
				.select((select) => select.fn.countAll<number>().as('stored'))
				.executeTakeFirstOrThrow();
			assert.ok(shards.length > 0);
			assert.equal(stored, shards.length * 5_000);
			assert.deepEqual(await store.engine.findDamage(), []);
			const attempt = await attemptOf(store, run.run_id, 'publish-records');
			const rows = records(5_000);
			const known = await publishRecords(store, { ...attempt, shard: 0, datasetId: 'payments-1' }, rows);
			assert.equal(known.written, false);
			const next = { ...attempt, shard: shards.length, datasetId: 'payments-1' };
			assert.equal((await publishRecords(store, next, records(5, stored + 1))).written, true);
		}
	},
);

onBothStores('a step that has not begun cannot write', async (t) => {
	const { store, runId, datasetId } = await seededRun(t, 1);
	const shard = { runId, step: 'publish-records', attempt: 1, shard: 0, datasetId };
	await assert.rejects(publishRecords(store, shard, records(1)), { code: 'RUN_STATE' });
});

onBothStores(
	'record keys are unique: repeated keys are numbered, missing ones are content and occurrence',
	async (t) => {
		const { store, runId, datasetId } = await seededRun(t, 8);
		const attempt = await attemptOf(store, runId, 'publish-records');
		const row = (row_number: number, key: string | null, amount: number) => ({
			row_number,
			key,
			data_json: JSON.stringify({ amount }),
		});
		const first = [row(1, 'a', 1), row(2, 'a', 2), row(3, null, 5), row(4, null, 5), row(5, 'a#3', 3)];
		const second = [row(6, 'a', 1), row(7, null, 5), row(8, null, 6)];
		await publishRecords(store, { ...attempt, shard: 0, datasetId }, first);
		await publishRecords(store, { ...attempt, shard: 1, datasetId }, second);
		const stored = await store.reader.selectFrom('records').selectAll().orderBy('row_number').execute();
		// printf '{"amount":5}' | sha256sum | cut -c1-16; printf '{"amount":6}' | sha256sum | cut -c1-16
		assert.deepEqual(
			stored.map((record) => record.record_key),
			[
				'a',
				'a#2',
				'7e84cbf0f7a7c92c-1',
				'7e84cbf0f7a7c92c-2',
				'a#3',
				'a#4',
				'7e84cbf0f7a7c92c-3',
				'e4d23a63558e6b64-1',
			],
		);
	},
);

onBothStores('rows that are repeated shard after shard go on being numbered, and how far is kept', async (t) => {
	const { store, runId, datasetId } = await seededRun(t, 15);
	const attempt = await attemptOf(store, runId, 'publish-records');
	for (let shard = 0; shard < 5; shard++) {
		// The same cells; and a key that occurs once and in the last shard again.
		const rows = ['{"amount":1}', '{"amount":2}'].map((data_json, i) => ({
			row_number: 3 * shard + i + 1,
			key: null,
			data_json,
		}));
		const key = shard === 4 ? 'k0' : `k${shard}`;
		await publishRecords(store, { ...attempt, shard, datasetId }, [
			...rows,
			{ row_number: 3 * shard + 3, key, data_json: '{}' },
		]);
	}
	const stored = await store.reader.selectFrom('records').select('record_key').orderBy('row_number').execute();
	// printf '{"amount":1}' | sha256sum | cut -c1-16, and of 2
	assert.deepEqual(
		stored.map(({ record_key }) => record_key),
		[1, 2, 3, 4, 5].flatMap((n) => [`c2b11e657e12fd17-${n}`, `a2879a37ea1e0b89-${n}`, n === 5 ? 'k0#2' : `k${n - 1}`]),
	);
	const kept = await store.reader.selectFrom('repeated_keys').select('occurrences').execute();
	assert.deepEqual(kept.map(({ occurrences }) => occurrences).sort(), [2, 5, 5]);
});

onBothStores('records must come in order, and a later run finds them stored', async (t) => {
	const { store, runId, datasetId } = await seededRun(t, 4);
	const attempt = await attemptOf(store, runId, 'publish-records');
	await assert.rejects(publishRecords(store, { ...attempt, shard: 1, datasetId }, records(2, 3)), {
		code: 'RUN_STATE',
	});
	await publishRecords(store, { ...attempt, shard: 0, datasetId }, records(2));
	const again = await attemptOf(store, runId, 'publish-records-again');
	await publishRecords(store, { ...again, shard: 0, datasetId }, records(4));
	assert.equal((await store.reader.selectFrom('records').selectAll().execute()).length, 4);
	const third = await attemptOf(store, runId, 'publish-records-changed');
	const changed = records(4).map((record) => ({ ...record, data_json: '{}' }));
	await assert.rejects(publishRecords(store, { ...third, shard: 0, datasetId }, changed), { code: 'RUN_STATE' });
});

onBothStores('a row that is not among the records cannot be scored', async (t) => {
	const { store, runId, datasetId, modelId } = await seededRun(t, 2);
	await insertDataset(store, describeDataset(0, { dataset_id: 'other' }));
	const recordsStep = await attemptOf(store, runId, 'publish-records');
	await publishRecords(store, { ...recordsStep, shard: 0, datasetId }, records(2));
	const attempt = await attemptOf(store, runId, 'publish-scores');
	await assert.rejects(publishScores(store, { ...attempt, shard: 0, datasetId, modelId }, scores(3)), {
		code: 'RUN_STATE',
	});
	await assert.rejects(publishScores(store, { ...attempt, shard: 0, datasetId: 'other', modelId }, scores(1)), {
		code: 'RUN_STATE',
	});
});

onBothStores('generated rows are stored shard by shard and read back in pages', async (t) => {
	const { store, runId, modelId } = await seededRun(t);
	await insertSyntheticTable(store, {
		synthetic_table_id: 'synthetic-1',
		model_id: modelId,
		run_id: runId,
		rows: 4,
		columns_json: '["amount"]',
		conditions_json: '{}',
		seed: 1,
		created_at: '2026-01-01T00:00:00.000Z',
	});
	const attempt = await attemptOf(store, runId, 'generate');
	for (const shard of [0, 1]) {
		const rows = [1, 2].map((i) => ({ row_number: shard * 2 + i, data_json: `{"amount":${shard * 2 + i}}` }));
		await publishSyntheticRows(store, { ...attempt, shard, syntheticTableId: 'synthetic-1' }, rows);
	}
	const page = await listSyntheticRows(store, 'synthetic-1', { afterRow: 1, limit: 2 });
	assert.deepEqual(
		page.map((row) => row.data_json),
		['{"amount":2}', '{"amount":3}'],
	);
});
