import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type CounterfoilClient, connect, type JobProgress } from '../../src/client/connect.ts';
import { openStore } from '../../src/store/open-store.ts';

const ROWS = 240;
/** Prices that depend on the kind, a few of them far away. */
const kindOf = (i: number) => (i % 3 === 0 ? 'desk' : 'pen');
const priceOf = (i: number) => (i % 40 === 7 ? 5_000 : (i % 3 === 0 ? 300 : 12) + ((i * 37) % 11));

/** Few steps make no model whose rows could be handed out. */
const override = 'the client is what is tested';

describe('the client, on the in-process runner', () => {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-client-'));
	const db = join(folder, 'own.db');
	const source = join(folder, 'orders.csv');
	let client: CounterfoilClient;

	before(async () => {
		const rows = Array.from({ length: ROWS }, (_, i) => `O${i},${kindOf(i)},${priceOf(i)}`);
		writeFileSync(source, `id,kind,price\n${rows.join('\n')}\n`);
		client = await connect({ db });
		const seen: string[] = [];
		const job = await client.train({
			source,
			name: 'orders',
			settings: { key: 'id', steps: 20 },
			onEvent: ({ step }) => seen.push(step),
		});
		assert.deepEqual(job.progress(), { state: 'running', running: [], finished: 0 } satisfies JobProgress);
		const summary = await job.result();
		assert.equal(summary.rowsLoaded, ROWS);
		const { state, running, finished } = job.progress();
		assert.deepEqual([state, running], ['done', []]);
		assert.ok(finished >= 5, String(finished));
		assert.ok(seen.includes('ingest'), seen.join(' '));
	});

	after(async () => {
		await client.close();
		rmSync(folder, { recursive: true, force: true });
	});

	test('generates rows that meet the conditions, into the database', async () => {
		const asked = { model: 'orders', rows: 30, where: ['kind=pen', 'price>=10'], override };
		const job = await client.augment(asked);
		const made = await job.result();
		assert.deepEqual([made.rows, made.table, made.out], [30, null, null]);
		const store = await openStore({ path: db, readonly: true });
		try {
			const rows = await store.reader
				.selectFrom('synthetic_rows')
				.select('data_json')
				.where('synthetic_table_id', '=', made.syntheticTableId)
				.execute();
			const records = rows.map((row) => JSON.parse(row.data_json) as { kind: string; price: number });
			assert.equal(records.length, 30);
			assert.deepEqual(
				records.filter(({ kind, price }) => kind !== 'pen' || price < 10),
				[],
			);
			const run = await store.reader.selectFrom('runs').select('status').where('run_id', '=', made.runId).execute();
			assert.deepEqual(run, [{ status: 'succeeded' }]);
		} finally {
			await store.close();
		}
	});

	test('writes them into a file of the format that its name tells', async () => {
		const out = join(folder, 'rows.jsonl');
		const made = await (await client.augment({ model: 'orders', rows: 12, out, override })).result();
		assert.equal(readFileSync(out, 'utf8').trim().split('\n').length, 12);
		assert.equal(made.provenance, `${out}.provenance.json`);
	});

	test('scores a data set that is known', async () => {
		const { datasetId } = await (await client.ingest({ source, settings: { key: 'id' } })).result();
		const job = await client.score({ dataset: datasetId as string, model: 'orders' });
		assert.equal((await job.result()).datasetId, datasetId);
	});

	test('stops a job, which goes on where it was when the same is asked for again', async () => {
		const asked = { source, name: 'again', seed: 5, settings: { key: 'id', steps: 2_000 } };
		const begun = new Promise<void>((resolve) => {
			void client
				.train({ ...asked, onEvent: ({ step, type }) => step === 'trainGenerator' && type === 'progress' && resolve() })
				.then((job) => {
					stopped = job;
				});
		});
		let stopped: Awaited<ReturnType<typeof client.train>> | undefined;
		await begun;
		await stopped?.cancel();
		await assert.rejects(stopped?.result() as Promise<unknown>, { code: 'CANCELLED' });
		assert.equal(stopped?.progress().state, 'failed');
		const again = await client.train(asked);
		assert.deepEqual([again.runId, again.isResumed], [stopped?.runId, true]);
		await again.cancel();
	});

	test('says what is wrong before anything is started', async () => {
		const wrong = [
			[{ model: 'order', rows: 5 }, 'NOT_FOUND'],
			[{ model: 'orders' }, 'USAGE'],
			[{ model: 'orders', rows: 0 }, 'USAGE'],
			[{ model: 'orders', rows: 5, where: ['kind'] }, 'CONDITION_INVALID'],
			[{ model: 'orders', rows: 5, temperature: 0 }, 'USAGE'],
			[{ model: 'orders', rows: 5, table: 'a', out: 'b.csv' }, 'USAGE'],
			[{ model: 'orders', rows: 5, table: 'scores' }, 'TABLE_EXISTS'],
			[{ model: 'orders', complete: source, where: ['kind=pen'] }, 'USAGE'],
		] as const;
		for (const [request, code] of wrong) {
			await assert.rejects(client.augment(request), { code }, JSON.stringify(request));
		}
		await assert.rejects(client.run({ source, settings: { labl: 'x' } as never }), { code: 'CONFIG_INVALID' });
		// @ts-expect-error a table has to be named
		await assert.rejects(client.train({}), { code: 'USAGE' });
	});

	test('tells of a failure to whoever asks for the result', async () => {
		const job = await client.run({ source: join(folder, 'no-such.csv') });
		await assert.rejects(job.result(), { code: 'INPUT_NOT_FOUND' });
		assert.equal(job.progress().state, 'failed');
	});
});
