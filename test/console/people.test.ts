import assert from 'node:assert/strict';
import { addUser } from '../../src/console/access/users.ts';
import { createConsoleJobs } from '../../src/console/console-jobs.ts';
import { getRun } from '../../src/store/list-runs.ts';
import { insertModel } from '../../src/store/models.ts';
import { setSyntheticRelease } from '../../src/store/synthetic-tables.ts';
import { onBothStores } from '../store/on-both-stores.ts';
import { addSyntheticTable, describeModel } from '../store/seeded-store.ts';
import { ask, asker, consoleUnderTest, cookieOf, seedDrift } from './console-fixture.ts';

const PASSWORD = 'correct horse battery';

async function withPeople(
	t: Parameters<typeof consoleUnderTest>[0],
	options: Parameters<typeof consoleUnderTest>[1] = {},
) {
	const fixture = await consoleUnderTest(t, options);
	const { port } = fixture.console;
	const as = async (name: string) =>
		asker(port, cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name, password: PASSWORD } })));
	for (const [name, role] of [
		['root', 'admin'],
		['lea', 'lead'],
		['ana', 'analyst'],
		['vic', 'viewer'],
	] as const) {
		await addUser(fixture.store, { name, role, password: PASSWORD, actor: 'test' });
	}
	// One after the other: passwords are checked two at a time.
	const admin = await as('root');
	const lead = await as('lea');
	const analyst = await as('ana');
	const viewer = await as('vic');
	return { ...fixture, admin, lead, analyst, viewer };
}

const claim = { method: 'POST', body: { action: 'claim' } };

onBothStores(
	'a role in one queue takes the place of the one that somebody has elsewhere, for better and for worse',
	async (t) => {
		const personal = JSON.stringify([{ kind: 'personal-data', column: 'amount', level: 'warning', message: '' }]);
		const { admin, analyst, viewer } = await withPeople(t, {
			prepare: async ({ store }) => {
				await store.writer.updateTable('datasets').set({ alerts_json: personal }).execute();
			},
		});
		const give = (user: string, role: string | null) =>
			admin('/queue-roles', { method: 'PUT', body: { user, dataset: 'payments', queue: 'default', role } });
		assert.equal((await viewer('/queue/items/1/actions', claim)).status, 403);
		assert.equal((await viewer('/queue/items/1')).json().record.amount, '•••');
		assert.deepEqual((await give('vic', 'analyst')).json().items, [
			{ user: 'vic', dataset: 'payments', queue: 'default', role: 'analyst' },
		]);
		assert.equal((await viewer('/queues')).json().items[0].role, 'analyst');
		assert.equal((await viewer('/queue/items/1/actions', claim)).status, 200);
		assert.equal((await viewer('/queue/items/1')).json().record.amount, 30, 'who decides sees what it is about');
		assert.equal((await viewer('/queue/items?limit=1')).json().items[0].record.amount, 30);
		const decided = {
			method: 'POST',
			body: { action: 'decide', decision: 'unsure', reasonCode: 'not_enough_data' },
		};
		assert.equal((await viewer('/queue/items/1/actions', decided)).status, 200);
		assert.equal((await viewer('/sql', { method: 'POST', body: { sql: 'select 1' } })).status, 403, 'there only');
		const rule = { method: 'PUT', body: { dataset: 'payments', queue: 'default', alertBudget: 5 } };
		assert.equal((await viewer('/queues/rule', rule)).status, 403);
		assert.equal((await give('vic', 'lead')).status, 200);
		assert.equal((await viewer('/queues/rule', rule)).status, 200);
		const another = { ...rule, body: { ...rule.body, queue: 'another' } };
		assert.equal((await viewer('/queues/rule', another)).status, 403);

		assert.equal((await give('ana', 'viewer')).status, 200);
		assert.equal((await analyst('/queue/items/2/actions', claim)).status, 403);
		assert.equal((await give('vic', 'viewer')).status, 200);
		const undo = { method: 'POST', body: {} };
		assert.equal(
			(await viewer('/queue/undo', undo)).status,
			403,
			'nor is taken back what is not theirs to decide any more',
		);
		assert.equal((await give('vic', 'analyst')).status, 200);
		assert.equal((await viewer('/queue/undo', undo)).status, 200);
		assert.deepEqual((await analyst('/queue/claim-next', { method: 'POST', body: {} })).json().itemIds, []);
		assert.equal((await analyst('/queue/items/2')).json().record.amount, '•••');
		assert.equal((await give('ana', null)).json().items.length, 1);
		assert.equal((await analyst('/queue/items/2/actions', claim)).status, 200);
		assert.equal((await give('nobody', 'lead')).json().code, 'NOT_FOUND');
	},
);

onBothStores('a token does no more in a queue than it was made for', async (t) => {
	const { admin, viewer, console } = await withPeople(t);
	await admin('/queue-roles', {
		method: 'PUT',
		body: { user: 'vic', dataset: 'payments', queue: 'default', role: 'lead' },
	});
	const { secret } = (await viewer('/tokens', { method: 'POST', body: { name: 'x', role: 'viewer' } })).json();
	const answer = await ask(console.port, '/api/v1/queue/items/1/actions', {
		...claim,
		headers: { authorization: `Bearer ${secret}` },
	});
	assert.equal(answer.status, 403);
	const able = (await viewer('/tokens', { method: 'POST', body: { name: 'y', role: 'lead' } })).json();
	const done = await ask(console.port, '/api/v1/queue/items/1/actions', {
		...claim,
		headers: { authorization: `Bearer ${able.secret}` },
	});
	assert.equal(done.status, 200, 'as much as its user may in the queue');
	assert.equal((await viewer('/tokens', { method: 'POST', body: { name: 'z', role: 'admin' } })).status, 403);
});

onBothStores('a lead promotes a version and rolls it back, and both are in the log', async (t) => {
	const { lead, analyst, store, datasetId } = await withPeople(t);
	await insertModel(store, { ...describeModel(datasetId), model_id: 'model-2' });
	const post = (path: string) => lead(path, { method: 'POST', body: {} });
	assert.equal((await analyst('/models/model-2/promote', { method: 'POST', body: {} })).status, 403);
	assert.equal((await post('/models/model-1/rollback')).json().code, 'RUN_STATE');
	assert.equal((await post('/models/model-1/promote')).json().stage, 'active');
	assert.equal((await post('/models/model-2/promote')).json().stage, 'active');
	assert.equal((await lead('/models/payments')).json().modelId, 'model-2');
	assert.equal((await post('/models/model-2/rollback')).json().modelId, 'model-1');
	const shown = (await lead('/models/model-1')).json();
	assert.deepEqual(
		shown.promotions.map(({ reason, actor, modelId }: Record<string, string>) => [reason, actor, modelId]),
		[
			['rollback', 'lea', 'model-1'],
			['hand', 'lea', 'model-2'],
			['hand', 'lea', 'model-1'],
		],
	);
	const kinds = (await lead('/access-log')).json().items.map(({ kind }: { kind: string }) => kind);
	assert.deepEqual(kinds.slice(0, 3), ['model_rolled_back', 'model_promoted', 'model_promoted']);
});

onBothStores('a lead hands rows out that are held back, and why is kept with them', async (t) => {
	const { lead, analyst, store, runId, modelId } = await withPeople(t);
	await addSyntheticTable({ store, runId, modelId }, 's1');
	const release = { method: 'POST', body: { reason: 'only for the demo' } };
	assert.equal((await lead('/synthetic-tables/s1/release', release)).json().code, 'USAGE', 'nothing holds them back');
	await setSyntheticRelease(store, runId, { verdict: 'refuse', reasons: ['Too few rows.'], override: null });
	assert.equal((await analyst('/synthetic-tables/s1/release', release)).status, 403);
	assert.equal((await analyst('/synthetic-tables/s1/rows')).status, 403);
	assert.deepEqual((await lead('/synthetic-tables/s1/release', release)).json().release, {
		isFit: false,
		reasons: ['Too few rows.'],
		override: 'only for the demo',
	});
	assert.equal((await analyst('/synthetic-tables/s1/rows')).status, 200);
	const another = { method: 'POST', body: { reason: 'another one says why' } };
	assert.equal((await lead('/synthetic-tables/s1/release', another)).json().code, 'USAGE', 'the first reason stays');
	const override = { model: modelId, rows: 5, override: 'because' };
	assert.equal((await analyst('/jobs/augment', { method: 'POST', body: override })).status, 403);
});

onBothStores('what has drifted is told by table and by column', async (t) => {
	const { viewer, store, datasetId, modelId } = await withPeople(t);
	assert.deepEqual((await viewer('/drift')).json().items, []);
	assert.equal((await viewer(`/drift/${datasetId}/${modelId}`)).status, 404);
	await seedDrift({ store, datasetId, modelId });
	const [one] = (await viewer('/drift')).json().items;
	assert.deepEqual([one.isDrifted, one.driftedColumns, one.area, one.datasetName], [true, 1, 0.53, 'payments']);
	const { metrics } = (await viewer(`/drift/${datasetId}/${modelId}`)).json();
	assert.deepEqual(
		metrics.map(({ column, isDrifted }: { column: string; isDrifted: boolean }) => [column, isDrifted]),
		[
			['', false],
			['amount', true],
			['country', false],
		],
	);
});

onBothStores('a run that is over is not resumed, and one that failed is taken up where it was', async (t) => {
	const { lead, analyst, store, runId, workspace } = await withPeople(t);
	const resume = { method: 'POST', body: {} };
	assert.equal((await analyst(`/runs/${runId}/resume`, resume)).status, 403);
	assert.equal((await lead(`/runs/${runId}/resume`, resume)).json().code, 'RUN_STATE');
	const config = { kind: 'ingest', runKey: 'key', seed: 1, config: {}, source: '/nowhere.csv' };
	await store.writer
		.updateTable('runs')
		.set({ status: 'failed', config_json: JSON.stringify({ ...config, datasetName: null, augment: null }) })
		.execute();
	assert.equal((await lead(`/runs/${runId}/resume`, resume)).status, 202);
	const statusNow = async () => (await lead(`/runs/${runId}`)).json();
	for (let looks = 0; looks < 100 && (await statusNow()).status === 'running'; looks++) {
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
	const { status, steps, error } = await statusNow();
	assert.deepEqual([status, steps.some(({ step }: { step: string }) => step === 'ingest')], ['failed', true]);
	assert.match(error.code, /^INPUT_|^CONFIG_|^INTERNAL/);
	const kinds = (await lead('/access-log')).json().items.map(({ kind }: { kind: string }) => kind);
	assert.equal(kinds[0], 'run_resumed');

	const resumed = () =>
		store.reader.selectFrom('access_events').select('kind').where('kind', '=', 'run_resumed').execute();
	const before = (await resumed()).length;
	// Failed for whoever looks, and taken by another process a moment later.
	const other = {
		status: 'running',
		runner: 'in-process',
		owner: 'another:1:',
		heartbeat_at: new Date().toISOString(),
		finished_at: null,
		error_json: null,
	} as const;
	const failedRun = await getRun(store, runId);
	await store.writer.updateTable('runs').set(other).execute();
	const jobs = createConsoleJobs(workspace);
	await assert.rejects(jobs.resume(failedRun), { code: 'RUN_ACTIVE' }, 'what keeps it from being begun is told');
	await jobs.close();
	assert.equal((await resumed()).length, before);
});
