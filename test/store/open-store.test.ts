import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { openStore } from '../../src/store/open-store.ts';
import { connectSqlite } from '../../src/store/sqlite-connection.ts';
import { inTransaction } from '../../src/store/store.ts';
import { killProcess, startScript } from './child-process.ts';
import { newDatabase, onBothStores, onPostgres, temporaryFolder, temporaryStore } from './on-both-stores.ts';
import { startRun } from './seeded-store.ts';

test('the file and its folders are made, with the settings that every connection needs', async (t) => {
	const path = join(temporaryFolder(t), 'a', 'b', 'test.db');
	const store = await openStore({ path: pathToFileURL(path).href });
	t.after(() => store.close());
	assert.equal(store.path, path);
	assert.ok(existsSync(path));
	for (const db of [store.writer, store.reader]) {
		const pragma = async (name: string) =>
			Object.values((await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)).rows[0] ?? {})[0];
		assert.equal(await pragma('journal_mode'), 'wal');
		assert.equal(await pragma('foreign_keys'), 1);
		assert.equal(await pragma('busy_timeout'), 5_000);
	}
	await assert.rejects(sql`delete from runs`.execute(store.reader), { code: 'DATABASE_NOT_ACCESSIBLE' });
});

test('what is not a file is refused before anything is made', async () => {
	for (const path of ['', ':memory:', 'mysql://localhost/x']) {
		await assert.rejects(openStore({ path }), { code: 'USAGE' });
	}
});

test('a database that is only read must exist and be up to date', async (t) => {
	const folder = temporaryFolder(t);
	await assert.rejects(openStore({ path: join(folder, 'none.db'), readonly: true }), { code: 'NOT_FOUND' });
	assert.ok(!existsSync(join(folder, 'none.db')));
	const empty = join(folder, 'empty.db');
	connectSqlite(empty, { readonly: false }).close();
	await assert.rejects(openStore({ path: empty, readonly: true }), { code: 'DATABASE_OUTDATED' });
	await assert.rejects(openStore({ path: empty, migrate: false }), { code: 'DATABASE_OUTDATED' });
});

onBothStores('a transaction that throws leaves nothing behind', async (t) => {
	const store = await temporaryStore(t);
	await assert.rejects(
		inTransaction(store, async (transaction) => {
			await sql`insert into users (user_id, name, role, created_at) values ('u', 'ann', 'analyst', 'now')`.execute(
				transaction,
			);
			throw new Error('changed my mind');
		}),
		/changed my mind/,
	);
	assert.deepEqual(await store.reader.selectFrom('users').selectAll().execute(), []);
});

onBothStores('a write transaction and a bulk write of one process wait for each other', async (t) => {
	const store = await temporaryStore(t);
	const insert = (name: string) =>
		sql`insert into users (user_id, name, role, created_at) values (${name}, ${name}, 'analyst', 'now')`;
	const slow = inTransaction(store, async (transaction) => {
		await insert('first').execute(transaction);
		await new Promise((resolve) => setTimeout(resolve, 50));
		await insert('second').execute(transaction);
	});
	const bulk = store.engine.bulk((bulk) =>
		bulk.insert({
			table: 'users',
			columns: ['user_id', 'name', 'role', 'created_at'],
			rows: [['b', 'b', 'analyst', 'now']],
		}),
	);
	await Promise.all([slow, bulk]);
	assert.equal((await store.reader.selectFrom('users').selectAll().execute()).length, 3);
});

test('a lock of another process is reported with its process id; reading goes on meanwhile', async (t) => {
	const path = join(temporaryFolder(t), 'test.db');
	const store = await openStore({ path, busyTimeoutMs: 50 });
	t.after(() => store.close());
	const { process: holder } = await startScript(t, 'lock-process.ts', path);
	await assert.rejects(startRun(store), {
		code: 'DATABASE_LOCKED',
		message: process.platform === 'linux' ? new RegExp(`Process ${holder.pid} `) : /holds/,
		hint: /Wait until/,
	});
	await assert.rejects(
		inTransaction(store, async () => {}),
		{ code: 'DATABASE_LOCKED' },
	);
	await assert.rejects(
		store.engine.bulk(async () => {}),
		{ code: 'DATABASE_LOCKED' },
	);
	assert.deepEqual(await store.reader.selectFrom('runs').selectAll().execute(), []);
	await killProcess(holder);
	await startRun(store);
});

test('a file that is no database, a damaged one and one of another program are told apart', async (t) => {
	const folder = temporaryFolder(t);
	const text = join(folder, 'text.db');
	writeFileSync(text, 'amount,time\n'.repeat(200));
	await assert.rejects(openStore({ path: text }), { code: 'DATABASE_CORRUPT' });

	const foreign = join(folder, 'foreign.db');
	const connection = connectSqlite(foreign, { readonly: false });
	connection.exec('create table customers (id integer)');
	connection.close();
	const before = readFileSync(foreign);
	await assert.rejects(openStore({ path: foreign }), { code: 'DATABASE_FOREIGN' });
	assert.deepEqual(readFileSync(foreign), before, 'the file of another program is as it was');

	await assert.rejects(openStore({ path: folder }), { code: 'DATABASE_NOT_ACCESSIBLE' });
	await assert.rejects(openStore({ path: join(text, 'below.db') }), { code: 'DATABASE_NOT_ACCESSIBLE' });
});

onBothStores('a database of a newer version is refused in one line that names what is unknown', async (t) => {
	const path = await newDatabase(t);
	const store = await openStore({ path });
	await sql`insert into kysely_migration (name, timestamp) values ('9999-later', '2030-01-01')`.execute(store.writer);
	await store.close();
	for (const readonly of [false, true]) {
		await assert.rejects(openStore({ path, readonly }), {
			code: 'DATABASE_NEWER',
			message: 'The database has the migration 9999-later, which this version of counterfoil does not know.',
		});
	}
});

test('a database that may not be written is reported as such', async (t) => {
	if (process.getuid?.() === 0) return t.skip('root may write everything');
	const path = join(temporaryFolder(t), 'test.db');
	await (await openStore({ path })).close();
	chmodSync(path, 0o444);
	await assert.rejects(openStore({ path }), { code: 'DATABASE_NOT_ACCESSIBLE' });
});

test('closing the last connection empties the write-ahead log into the file', async (t) => {
	const path = join(temporaryFolder(t), 'test.db');
	const store = await openStore({ path });
	await startRun(store);
	assert.ok(statSync(`${path}-wal`).size > 0);
	await store.close();
	assert.ok(!existsSync(`${path}-wal`));
});

test('nothing of PostgreSQL is loaded for a file', async (t) => {
	const { firstLine } = await startScript(t, 'loaded-modules-process.ts', join(temporaryFolder(t), 'test.db'));
	assert.equal(firstLine, 'better-sqlite3');
});

onPostgres('for a server it is', async (t) => {
	const { firstLine } = await startScript(t, 'loaded-modules-process.ts', await newDatabase(t));
	assert.match(firstLine, /pg$/);
});
