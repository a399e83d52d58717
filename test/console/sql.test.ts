import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asker, consoleUnderTest, signInByLink } from './console-fixture.ts';

async function sqlOf(t: Parameters<typeof consoleUnderTest>[0]) {
	const fixture = await consoleUnderTest(t);
	const api = asker(fixture.console.port, await signInByLink(fixture));
	return { ...fixture, run: (sql: string) => api('/sql', { method: 'POST', body: { sql } }) };
}

test('a query that reads is answered by its columns and rows', async (t) => {
	const { run } = await sqlOf(t);
	const answer = (
		await run('select row_number, record_key, null as missing from scores order by score desc limit 2')
	).json();
	assert.deepEqual(answer.columns, ['row_number', 'record_key', 'missing']);
	assert.deepEqual(answer.rows, [
		[30, 'k30', null],
		[29, 'k29', null],
	]);
	assert.equal(answer.isCut, false);
});

test('what writes, opens other files, or is more than one statement is refused', async (t) => {
	const { run, store } = await sqlOf(t);
	for (const sql of [
		'delete from scores',
		"update runs set status = 'failed'",
		'create table x (y)',
		"attach '/etc/passwd' as other",
		"attach ':memory:' as other",
		'pragma writable_schema = on',
		'pragma journal_mode = delete',
		'vacuum',
		"vacuum into '/tmp/stolen.db'",
		'select 1; delete from scores',
		"select load_extension('x')",
		"select readfile('/etc/passwd')",
		"select writefile('/tmp/x', 'x')",
		'select',
		'begin',
	]) {
		const answer = await run(sql);
		assert.deepEqual([answer.status, answer.json().code], [422, 'QUERY_REFUSED'], sql);
	}
	const { count } = await store.reader
		.selectFrom('scores')
		.select((select) => select.fn.countAll<number>().as('count'))
		.executeTakeFirstOrThrow();
	assert.equal(count, 30);
});

test('who may sign in is not to be read, however it is asked for', async (t) => {
	const { run } = await sqlOf(t);
	for (const sql of [
		'select * from users',
		'select count(*) from "users"',
		'select * from [api_tokens]',
		'select * from main.logins',
		'select (select group_concat(password_hash) from users) as x',
		'with u as (select * from users) select * from u',
		'select 1 where exists (select 1 from users)',
		'select r.run_id from runs r left join idempotency_keys k on k.key = r.run_id',
		'select run_id from runs union all select token_sha256 from logins',
		'select actor from access_events',
	]) {
		const answer = await run(sql);
		assert.deepEqual([answer.status, answer.json().code], [422, 'QUERY_REFUSED'], sql);
	}
	assert.equal((await run("select 'users' as users")).status, 200);
});

test('a query that takes too long or too much is ended, and more rows than a thousand are cut', async (t) => {
	const { run, console: running } = await sqlOf(t);
	const startMs = Date.now();
	const endless = await run('with recursive c(x) as (select 1 union all select x + 1 from c) select max(x) from c');
	assert.deepEqual([endless.status, endless.json().code], [422, 'QUERY_LIMIT']);
	assert.ok(Date.now() - startMs < 5_000);
	const large = await run('select hex(randomblob(400000000)), hex(randomblob(400000000))');
	assert.ok(large.status === 422, large.text);
	const many = (
		await run('with recursive c(x) as (select 1 union all select x + 1 from c limit 5000) select x from c')
	).json();
	assert.deepEqual([many.rows.length, many.isCut], [1_000, true]);
	assert.equal((await fetch(`${running.url}/healthz`)).status, 200);
});

test('an answer of many large cells is cut, so that the console has to hold little', async (t) => {
	const { run } = await sqlOf(t);
	const wide = await run(
		`with recursive c(x) as (select 1 union all select x + 1 from c limit 1000),
		b(t) as materialized (select hex(zeroblob(4000))) select t, t, t from c, b`,
	);
	assert.equal(wide.status, 200);
	assert.equal(wide.json().isCut, true);
	assert.ok(wide.text.length < 5_000_000, String(wide.text.length));
});

test('on PostgreSQL there is no query without a role that may only read', async (t) => {
	const fixture = await consoleUnderTest(t, { console: { sqlDatabase: 'postgres://nobody@127.0.0.1:1/none' } });
	const api = asker(fixture.console.port, await signInByLink(fixture));
	const answer = await api('/sql', { method: 'POST', body: { sql: 'select 1' } });
	assert.ok(answer.status >= 400, 'a database that is not there is an error');
	assert.doesNotMatch(answer.text, /nobody@/);
});
