import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { createSessions } from '../../src/console/access/sessions.ts';
import { addUser } from '../../src/console/access/users.ts';
import { ask, asker, consoleUnderTest, cookieOf, signInByLink } from './console-fixture.ts';

const PASSWORD = 'correct horse battery';

async function withUsers(t: Parameters<typeof consoleUnderTest>[0], options: Parameters<typeof consoleUnderTest>[1]) {
	const fixture = await consoleUnderTest(t, options);
	const { port } = fixture.console;
	await addUser(fixture.store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	await addUser(fixture.store, { name: 'vic', role: 'viewer', password: PASSWORD, actor: 'test' });
	const as = async (name: string) =>
		asker(port, cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name, password: PASSWORD } })));
	return { ...fixture, port, viewer: await as('vic'), admin: await as('root') };
}

test('an Idempotency-Key leaves nothing behind of passwords, tokens and rows of queries', async (t) => {
	const { admin, store, port } = await withUsers(t, {});
	const headers = { 'idempotency-key': 'k' };
	const made = await admin('/tokens', { method: 'POST', body: { name: 'x', role: 'viewer' }, headers });
	assert.equal(made.status, 201);
	const user = { name: 'eve', role: 'viewer', password: 'another long password' };
	assert.equal((await admin('/users', { method: 'POST', body: user, headers })).status, 201);
	assert.equal((await admin('/sql', { method: 'POST', body: { sql: 'select 1' }, headers })).status, 200);
	const login = await ask(port, '/api/v1/session', {
		method: 'POST',
		body: { name: 'root', password: PASSWORD },
		headers,
	});
	assert.equal(login.status, 200);
	assert.deepEqual(await store.reader.selectFrom('idempotency_keys').selectAll().execute(), []);
});

test('an answer without content is given again like any other', async (t) => {
	const { admin } = await withUsers(t, {});
	const cancel = () => admin('/jobs/none/cancel', { method: 'POST', headers: { 'idempotency-key': 'c' } });
	assert.deepEqual([(await cancel()).status, (await cancel()).status], [204, 204]);
});

test('whoever may less than before is not given answers from before', async (t) => {
	const { admin, store, port } = await withUsers(t, {});
	await addUser(store, { name: 'ana', role: 'analyst', password: PASSWORD, actor: 'test' });
	const signIn = async () =>
		asker(
			port,
			cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name: 'ana', password: PASSWORD } })),
		);
	const claim = { method: 'POST', body: { count: 1 }, headers: { 'idempotency-key': 'k' } };
	assert.equal((await (await signIn())('/queue/claim-next', claim)).status, 200);
	assert.equal((await admin('/users/ana', { method: 'PATCH', body: { role: 'viewer' } })).status, 200);
	const after = await (await signIn())('/queue/claim-next', claim);
	assert.ok(after.status >= 400, `${after.status} ${after.text}`);
});

test('a file whose reading fails half-way is broken off, and the console goes on', async (t) => {
	const fixture = await consoleUnderTest(t, { rows: 600, alerts: 5 });
	const { port } = fixture.console;
	const api = asker(port, await signInByLink(fixture));
	await sql`pragma ignore_check_constraints = on`.execute(fixture.store.writer);
	await fixture.store.writer.updateTable('records').set({ data_json: 'x' }).where('row_number', '=', 50).execute();
	for (const format of ['csv', 'json']) {
		const path = `/runs/${fixture.runId}/scores?format=${format}`;
		await assert.rejects(api(path), { code: 'ECONNRESET' }, 'what is cut off does not look whole');
	}
	assert.equal((await ask(port, '/healthz')).status, 200);
});

test('the start link signs in one of those who open it at the same moment', async (t) => {
	const { store } = await consoleUnderTest(t);
	const sessions = createSessions(store, { localActor: 'ann' });
	const token = sessions.newStartToken();
	const outcomes = await Promise.allSettled([1, 2, 3].map(() => sessions.exchangeStartToken(token)));
	assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('names that one source makes up do not keep others out', async (t) => {
	const { store } = await consoleUnderTest(t);
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	const sessions = createSessions(store, { localActor: null, now: () => 1_800_000_000_000 });
	for (let i = 0; i < 10_050; i++) {
		const tried = sessions.signIn({ name: `made up ${i}`, password: 'x'.repeat(300), from: '192.0.2.1' });
		await assert.rejects(tried, { code: i < 20 ? 'AUTHENTICATION_NEEDED' : 'TOO_MANY_REQUESTS' });
	}
	assert.ok(await sessions.signIn({ name: 'root', password: PASSWORD, from: '192.0.2.2' }));
});

test('viewers do not see personal data in keys, nor find it out by asking for it', async (t) => {
	const personal = JSON.stringify([{ kind: 'personal-data', column: 'id', level: 'note', message: '' }]);
	const { viewer, admin, runId } = await withUsers(t, {
		prepare: async ({ store }) => {
			await store.writer.updateTable('datasets').set({ alerts_json: personal }).execute();
		},
	});
	const paths = [
		`/runs/${runId}/scores`,
		`/runs/${runId}/scores?format=csv`,
		`/runs/${runId}/scores?format=json`,
		`/runs/${runId}/records/30`,
		'/queue/items',
		'/queue/items?format=csv',
		'/queue/items/1',
		'/queue/items?entity=k30',
	];
	for (const path of paths) {
		const answer = await viewer(path);
		assert.equal(answer.status, 200);
		assert.doesNotMatch(answer.text, /\bk(30|29)\b/, path);
		assert.match((await admin(path)).text, /\bk30\b/, path);
	}
	for (const query of ['entity=k30', 'entity=k30&limit=1']) {
		assert.deepEqual((await viewer(`/queue/items?${query}`)).json(), { items: [], next: null });
	}
});

test('lists as files, reports, and queries that were refused are in the log', async (t) => {
	const { admin, workspace, runId } = await withUsers(t, {});
	mkdirSync(workspace.paths.reports, { recursive: true });
	writeFileSync(join(workspace.paths.reports, `${runId}.html`), '<p>report</p>');
	assert.equal((await admin(`/runs/${runId}/scores?format=csv`)).status, 200);
	assert.equal((await admin('/queue/items?format=json')).status, 200);
	assert.equal((await admin(`/runs/${runId}/report`)).status, 200);
	assert.equal((await admin(`/runs/${runId}/scores?limit=1`)).status, 200);
	assert.equal((await admin('/sql', { method: 'POST', body: { sql: 'select * from users' } })).status, 422);
	const events = (await admin('/access-log')).json().items as { actor: string; kind: string; detail: object }[];
	assert.deepEqual(
		events.slice(0, 4).map(({ actor, kind, detail }) => [actor, kind, detail]),
		[
			['root', 'query_run', { rows: null, refused: 'QUERY_REFUSED' }],
			['root', 'table_downloaded', { list: `/api/v1/runs/${runId}/report`, format: 'html' }],
			['root', 'table_downloaded', { list: '/api/v1/queue/items', format: 'json' }],
			['root', 'table_downloaded', { list: `/api/v1/runs/${runId}/scores`, format: 'csv' }],
		],
	);
});

test('a console at another address of this machine answers to it', async (t) => {
	const fixture = await consoleUnderTest(t, { console: { host: '127.0.0.2' } });
	const answer = await fetch(`${fixture.console.url}/healthz`);
	assert.equal(answer.status, 200);
});
