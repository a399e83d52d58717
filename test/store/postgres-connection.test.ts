import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { sql } from 'kysely';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { openStore } from '../../src/store/open-store.ts';
import { finishRun } from '../../src/store/runs.ts';
import { publishRecords, publishScores } from '../../src/store/shards.ts';
import { inTransaction } from '../../src/store/store.ts';
import { TEMPLATE } from '../postgres/postgres-server.ts';
import { onPostgres, postgresDatabase, temporaryStore } from './on-both-stores.ts';
import { attemptOf, publishAll, records, scores, seededRun, seedRun, startRun } from './seeded-store.ts';

async function refused(url: string, expected: { code: string; hint?: RegExp; message?: RegExp }): Promise<void> {
	await assert.rejects(openStore({ path: url }), (error: Error & { code: string; hint: string; where: string }) => {
		assert.equal(error.code, expected.code, error.message);
		if (expected.message) assert.match(error.message, expected.message);
		if (expected.hint) assert.match(error.hint, expected.hint);
		assert.match(error.where, /^postgres:/);
		assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /sesame/);
		return true;
	});
}

async function guarded(t: TestContext) {
	const database = await postgresDatabase(t, TEMPLATE);
	const { server, name } = database;
	const role = `role_${name}`;
	await server.run(`create role ${role} login password 'sesame'`);
	// Its rights went with the database.
	t.after(() => server.run(`drop role ${role}`));
	return { ...database, role };
}

onPostgres('a server, a database, a user and a password that are wrong are told apart', async (t) => {
	const { server, name } = await guarded(t);
	await refused(`postgres://ann:sesame@127.0.0.1:1/${name}`, { code: 'DATABASE_UNREACHABLE' });
	await refused(`postgres://ann:sesame@no-such-host.invalid/${name}`, { code: 'DATABASE_UNREACHABLE' });
	await refused(`postgres://ann:sesame@${encodeURIComponent('/no/such/socket')}/${name}`, {
		code: 'DATABASE_UNREACHABLE',
	});
	await refused(server.url('no_such_database'), { code: 'NOT_FOUND', hint: /createdb/ });
	await refused(server.url(name).replace('tester', 'nobody_at_all'), { code: 'DATABASE_NOT_ACCESSIBLE' });
	await server.run(`do $$ begin
		if not exists (select from pg_roles where rolname = 'guarded') then create role guarded login password 'open'; end if;
	end $$`);
	await refused(server.url(name).replace('tester', 'guarded:sesame'), {
		code: 'DATABASE_NOT_ACCESSIBLE',
		hint: /PGPASSWORD/,
	});
});

onPostgres('the encrypted connection works, and a server with another certificate is refused', async (t) => {
	const { server, name } = await postgresDatabase(t, TEMPLATE);
	if (!server.hasTls) return t.skip('no openssl on this machine');
	const root = encodeURIComponent(join(server.folder, 'root.crt'));
	const store = await openStore({ path: `postgres://tester@localhost:${server.port}/${name}?sslrootcert=${root}` });
	const { rows } = await sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(
		store.writer,
	);
	await store.close();
	assert.deepEqual(rows, [{ ssl: true }]);
	const at = (host: string, mode: string) => `postgres://tester@${host}:${server.port}/${name}?sslmode=${mode}`;
	await refused(at('localhost', 'verify-full'), { code: 'DATABASE_NOT_ACCESSIBLE', hint: /sslrootcert/ });
	await refused(`${at('127.0.0.1', 'verify-full')}&sslrootcert=${root}`, { code: 'DATABASE_NOT_ACCESSIBLE' });
	await (await openStore({ path: `${at('127.0.0.1', 'verify-ca')}&sslrootcert=${root}` })).close();
	await (await openStore({ path: at('localhost', 'require') })).close();
});

onPostgres('a user who may not write is told so; one who may only read can read', async (t) => {
	const { server, name, role } = await guarded(t);
	const path = server.url(name).replace('tester', role);
	await server.run(`grant select on all tables in schema public to ${role}`, name);
	const store = await openStore({ path, readonly: true });
	t.after(() => store.close());
	assert.deepEqual(await store.reader.selectFrom('runs').selectAll().execute(), []);
	await assert.rejects(sql`delete from runs`.execute(store.writer), { code: 'DATABASE_NOT_ACCESSIBLE' });
	const writing = await openStore({ path });
	t.after(() => writing.close());
	await assert.rejects(startRun(writing), { code: 'DATABASE_NOT_ACCESSIBLE', hint: /rights/ });
	await assert.rejects(sql`delete from runs`.execute(writing.reader), { code: 'DATABASE_NOT_ACCESSIBLE' });
});

onPostgres('a worker needs the rights that the documentation names, and none of an owner', async (t) => {
	const { server, name, role } = await guarded(t);
	const documented = readFileSync(new URL('../../docs/postgresql.md', import.meta.url), 'utf8');
	const grants = documented.split('\n').filter((line) => /^grant .* to counterfoil_worker;$/.test(line));
	assert.equal(grants.length, 3);
	for (const grant of grants) await server.run(grant.replace('counterfoil_worker', role), name);
	const store = await openStore({ path: server.url(name).replace('tester', role) });
	t.after(() => store.close());
	const run = await seedRun(store, 20);
	await publishAll(run, scores(20, 4));
	await finishRun(store, run.runId);
	assert.equal((await publishQueue(store, { runId: run.runId })).opened, 4);
	await assert.rejects(sql`create table other (x integer)`.execute(store.writer), { code: 'DATABASE_NOT_ACCESSIBLE' });
	await assert.rejects(sql`alter table scores disable trigger all`.execute(store.writer), {
		code: 'DATABASE_NOT_ACCESSIBLE',
	});
});

onPostgres('a database without tables is not migrated where that was not asked for', async (t) => {
	const { url, server, name } = await postgresDatabase(t, 'template1');
	await assert.rejects(openStore({ path: url, readonly: true }), { code: 'DATABASE_OUTDATED' });
	await assert.rejects(openStore({ path: url, migrate: false }), { code: 'DATABASE_OUTDATED' });
	await server.run('create table customers (id integer)', name);
	await assert.rejects(openStore({ path: url }), { code: 'DATABASE_FOREIGN', hint: /search_path/ });
	await server.run('create schema counterfoil', name);
	const path = server.url(name, { options: '-csearch_path=counterfoil' });
	const store = await openStore({ path });
	await startRun(store);
	await store.close();
	await assert.rejects(openStore({ path: server.url(name, { options: '-csearch_path=nothing' }) }), {
		code: 'DATABASE_NOT_ACCESSIBLE',
		hint: /create schema/,
	});
});

onPostgres('waiting for another process and long statements end after the time of the URL', async (t) => {
	const { server, name, url } = await postgresDatabase(t, TEMPLATE);
	const holder = await openStore({ path: url });
	const waiter = await openStore({ path: server.url(name, { lock_timeout: '100', statement_timeout: '300' }) });
	t.after(async () => {
		await holder.close();
		await waiter.close();
	});
	const runId = await startRun(holder);
	await inTransaction(holder, async (transaction) => {
		await transaction.updateTable('runs').set({ backend: 'wasm' }).where('run_id', '=', runId).execute();
		await assert.rejects(
			waiter.writer.updateTable('runs').set({ backend: 'cpu' }).where('run_id', '=', runId).execute(),
			{ code: 'DATABASE_LOCKED' },
		);
		await assert.rejects(
			inTransaction(waiter, async () => {}),
			{ code: 'DATABASE_LOCKED' },
		);
	});
	await assert.rejects(sql`select pg_sleep(5)`.execute(waiter.reader), { code: 'DATABASE_TIMEOUT' });
	await inTransaction(waiter, async () => {});
});

onPostgres('a connection that the server ends is an error that may pass, and the next try has a new one', async (t) => {
	const { server, name, url } = await postgresDatabase(t, TEMPLATE);
	const store = await openStore({ path: url });
	t.after(() => store.close());
	const runId = await startRun(store);
	const endAll = () => server.run(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
	await assert.rejects(
		inTransaction(store, async (transaction) => {
			await transaction.updateTable('runs').set({ backend: 'wasm' }).where('run_id', '=', runId).execute();
			await endAll();
			await transaction.updateTable('runs').set({ backend: 'wasm' }).where('run_id', '=', runId).execute();
		}),
		{ code: 'DATABASE_UNREACHABLE', retryable: true },
	);
	assert.equal((await store.writer.selectFrom('runs').select('backend').executeTakeFirst())?.backend, null);
	await assert.rejects(
		store.engine.bulk(async (bulk) => {
			await bulk.insert({
				table: 'users',
				columns: ['user_id', 'name', 'role', 'created_at'],
				rows: (function* () {
					for (let i = 0; i < 300_000; i++) {
						if (i === 20_000) void endAll();
						yield [`u${i}`, `ann ${i}`, 'analyst', 'now'];
					}
				})(),
			});
			await endAll();
			await sql`select 1`.execute(bulk.transaction);
		}),
		{ code: 'DATABASE_UNREACHABLE' },
	);
	assert.deepEqual(await store.writer.selectFrom('users').selectAll().execute(), []);
});

onPostgres('transactions that are more than the pool has connections wait for each other, however long', async (t) => {
	const { server, name } = await postgresDatabase(t, TEMPLATE);
	const store = await openStore({ path: server.url(name, { pool_size: '2', connect_timeout: '1' }) });
	t.after(() => store.close());
	const insert = (i: number) =>
		inTransaction(
			store,
			async (transaction) => {
				await sql`select pg_sleep(0.6)`.execute(transaction);
				const user = { user_id: `u${i}`, name: `ann ${i}`, role: 'analyst', created_at: 'now' } as const;
				await transaction.insertInto('users').values(user).execute();
			},
			null,
		);
	await Promise.all([1, 2, 3, 4, 5, 6].map(insert));
	assert.equal((await store.reader.selectFrom('users').selectAll().execute()).length, 6);
});

onPostgres('what goes wrong with a row does not tell its values', async (t) => {
	const { store, runId, datasetId, modelId } = await seededRun(t, 2);
	const recordsStep = await attemptOf(store, runId, 'publish-records');
	await publishRecords(store, { ...recordsStep, shard: 0, datasetId }, records(2));
	const attempt = await attemptOf(store, runId, 'publish-scores');
	const rows = scores(2).map((row) => ({ ...row, reasons: '{"card":"4111 1111"}' }));
	await assert.rejects(publishScores(store, { ...attempt, shard: 0, datasetId, modelId }, rows), (error) => {
		assert.match(String(error), /scores_reasons_is_array/);
		assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /4111/);
		return true;
	});
	const broken = scores(2).map((row) => ({ ...row, is_alert: '4111 1111' as unknown as 1 }));
	await assert.rejects(publishScores(store, { ...attempt, shard: 0, datasetId, modelId }, broken), (error) => {
		assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /4111/);
		return true;
	});
});

onPostgres('texts keep all characters but NUL, which becomes its picture', async (t) => {
	const store = await temporaryStore(t);
	const texts = [
		'tab\tnewline\nreturn\r',
		'\\N',
		'\\.',
		'\\',
		'a\0b',
		'日本 🎉',
		'',
		'"quoted", \'too\'',
		'\u007f\u0001',
	];
	const rows = texts.map((text, i) => [`u${i}`, text, 'analyst', 'now']);
	await store.engine.bulk((bulk) =>
		bulk.insert({ table: 'users', columns: ['user_id', 'name', 'role', 'created_at'], rows }),
	);
	const expected = texts.map((text) => text.replace('\0', '\u2400'));
	const stored = await store.reader.selectFrom('users').select('name').orderBy('user_id').execute();
	assert.deepEqual(
		stored.map(({ name }) => name),
		expected,
	);
	const found = await store.reader.selectFrom('users').select('user_id').where('name', '=', 'a\0b').execute();
	assert.deepEqual(found, [{ user_id: 'u4' }]);
});

onPostgres('what the server reports has its place in the catalogue', async (t) => {
	const store = await temporaryStore(t);
	for (const [state, code] of [
		['53100', 'DISK_FULL'],
		['53300', 'DATABASE_UNREACHABLE'],
		['57P01', 'DATABASE_UNREACHABLE'],
		['40P01', 'DATABASE_LOCKED'],
		['40001', 'DATABASE_LOCKED'],
		['XX001', 'DATABASE_CORRUPT'],
		['42501', 'DATABASE_NOT_ACCESSIBLE'],
	] as const) {
		const raised = sql.raw(`do $$ begin raise exception 'card 4111 1111' using errcode = '${state}'; end $$`);
		await assert.rejects(raised.execute(store.writer), (error: Error & { code: string }) => {
			assert.equal(error.code, code);
			assert.doesNotMatch(inspect(error, { depth: 10 }), /4111/);
			return true;
		});
	}
	const invalid = sql`select cast(${'4111 1111'} as integer)`.execute(store.writer);
	await assert.rejects(invalid, (error: Error & { code: string }) => {
		assert.equal(error.code, '22P02');
		assert.doesNotMatch(inspect(error, { depth: 10 }), /4111/);
		return true;
	});
});
