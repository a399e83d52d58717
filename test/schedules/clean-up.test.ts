import assert from 'node:assert/strict';
import { join } from 'node:path';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { putJson } from '../../src/artifacts/stored-json.ts';
import { DEFAULT_CONFIG } from '../../src/contracts/run-config.ts';
import { cleanUp } from '../../src/schedules/clean-up.ts';
import { insertDataset } from '../../src/store/datasets.ts';
import { insertModel } from '../../src/store/models.ts';
import { whileNoneRuns } from '../../src/store/retention.ts';
import { finishStep } from '../../src/store/run-steps.ts';
import { finishRun } from '../../src/store/runs.ts';
import { insertSchedule, takeItem } from '../../src/store/schedules.ts';
import { publishRecords, publishScores } from '../../src/store/shards.ts';
import { onBothStores, temporaryFolder, temporaryStore } from '../store/on-both-stores.ts';
import { attemptOf, describeDataset, describeModel, records, scores, startRun } from '../store/seeded-store.ts';

onBothStores(
	'what is older than it is kept goes; what a model, a review or another schedule needs stays',
	async (t) => {
		const store = await temporaryStore(t);
		const artifacts = await openFileStore(join(temporaryFolder(t), 'artifacts'));
		const put = (text: string) => artifacts.put(new TextEncoder().encode(text), { extension: 'arrow' });
		const tableOf = async (name: string) => {
			const shards = [await put(`shard of ${name}`), await put('shard of both')];
			const manifest = await putJson(artifacts, { name, shards });
			return { shards, manifest };
		};
		const [trained, scored] = [await tableOf('trained'), await tableOf('scored')];
		await insertDataset(store, describeDataset(0, { manifest_uri: trained.manifest.uri }));
		await insertModel(store, describeModel('payments-1'));
		await insertDataset(
			store,
			describeDataset(4, {
				dataset_id: 'new-1',
				name: 'new',
				manifest_uri: scored.manifest.uri,
				content_sha256: 'd'.repeat(64),
			}),
		);
		const runId = await startRun(store, { datasetId: 'new-1', modelId: 'model-1' });
		const attempt = async (step: string) => ({
			...(await attemptOf(store, runId, step)),
			datasetId: 'new-1',
			modelId: 'model-1',
			shard: 0,
		});
		await publishRecords(store, await attempt('publishRecords/0'), records(4));
		await publishScores(store, await attempt('publishScores/0'), scores(4));
		const scoreFile = await put('scores');
		await finishStep(store, await attempt('scoreShard/0'), { scores: scoreFile, firstRow: 0, rows: 4 });
		const schedule = (scheduleId: string, days: number | null) =>
			insertSchedule(store, {
				scheduleId,
				task: {
					kind: 'score',
					seed: 1,
					config: DEFAULT_CONFIG,
					datasetName: null,
					modelId: 'm',
					augment: null,
					scorerParts: 1,
				},
				source: { type: 'files', pattern: '/', settleSeconds: 1 },
				retention: { scoresDays: days, shardsDays: days, runsDays: days },
			});
		await schedule('hourly', 30);
		await schedule('other', 1);
		await takeItem(store, 'hourly', 'tick', { itemKey: 'k', contentSha256: 'c', path: '/f', watermark: null, runId });
		const count = async (table: 'scores' | 'run_steps') =>
			Number(
				(
					await store.reader
						.selectFrom(table)
						.select((select) => select.fn.countAll().as('n'))
						.executeTakeFirstOrThrow()
				).n,
			);
		const nothing = { scores: 0, files: 0, steps: 0 };

		const endedAt = async (days: number) => {
			const at = new Date(Date.now() - days * 86_400_000).toISOString();
			await store.writer.updateTable('runs').set({ finished_at: at }).where('run_id', '=', runId).execute();
		};
		await finishRun(store, runId);
		await endedAt(29);
		assert.deepEqual(await cleanUp(store, artifacts, 'hourly'), nothing, 'it is not old enough');
		await endedAt(31);
		assert.deepEqual(await cleanUp(store, artifacts, 'other'), nothing, 'it is of another schedule');
		const stopped = {
			...artifacts,
			delete: (uri: string) =>
				uri === scored.manifest.uri ? Promise.reject(new Error('stopped')) : artifacts.delete(uri),
		};
		await assert.rejects(cleanUp(store, stopped, 'hourly'), /stopped/);
		assert.equal(await artifacts.has(scored.shards[0]?.uri ?? ''), false, 'what names the others goes last');
		assert.deepEqual(await cleanUp(store, artifacts, 'hourly'), { scores: 0, files: 1, steps: 3 });
		assert.deepEqual([await count('scores'), await count('run_steps')], [0, 0]);
		for (const ref of [scored.manifest, scored.shards[0], scoreFile])
			assert.equal(await artifacts.has(ref?.uri ?? ''), false);
		for (const ref of [trained.manifest, ...trained.shards]) assert.equal(await artifacts.has(ref.uri), true);
		assert.deepEqual(await cleanUp(store, artifacts, 'hourly'), nothing);
	},
);

onBothStores('while something is removed no run begins', async (t) => {
	const store = await temporaryStore(t);
	const order: string[] = [];
	let begun: Promise<unknown> = Promise.resolve();
	const isRemoved = await whileNoneRuns(store, async () => {
		begun = startRun(store).then(() => order.push('begun'));
		await new Promise((resolve) => setTimeout(resolve, 300));
		order.push('removed');
	});
	await begun;
	assert.deepEqual([isRemoved, order], [true, ['removed', 'begun']]);
	assert.equal(await whileNoneRuns(store, () => Promise.reject(new Error('a run goes on'))), false);
});
