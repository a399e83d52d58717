import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sql } from 'kysely';
import { MIGRATIONS } from '../../migrations/index.ts';
import { backupStore } from '../../src/store/backup-store.ts';
import { checkStore } from '../../src/store/check-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { finishRun } from '../../src/store/runs.ts';
import type { Store } from '../../src/store/store.ts';
import { onBothStores, onPostgres, temporaryFolder } from './on-both-stores.ts';
import { publishAll, scores, seededRun, startRun } from './seeded-store.ts';

onBothStores('a sound database has no problems', async (t) => {
	const run = await seededRun(t, 50);
	await publishAll(run, scores(50, 3));
	await finishRun(run.store, run.runId);
	assert.deepEqual(await checkStore(run.store), { problems: [], migrations: Object.keys(MIGRATIONS) });
});

/** A finished run one score of which was taken out. */
async function withoutAScore(t: TestContext): Promise<{ store: Store; missing: string }> {
	const run = await seededRun(t, 50);
	await publishAll(run, scores(50));
	await finishRun(run.store, run.runId);
	await sql`delete from scores where row_number = 7`.execute(run.store.writer);
	return { store: run.store, missing: `run ${run.runId} has 50 records and 49 scores instead of 50 each` };
}

test('scores that are missing and references that lead nowhere are found', async (t) => {
	const { store, missing } = await withoutAScore(t);
	assert.deepEqual((await checkStore(store)).problems, [missing]);
	await sql`pragma foreign_keys = off`.execute(store.writer);
	await sql`delete from records where row_number in (8, 9)`.execute(store.writer);
	assert.deepEqual((await checkStore(store)).problems, ['2 rows of scores refer to records that do not exist']);
});

onPostgres('scores that are missing are found, and what guards them when it is switched off', async (t) => {
	const { store, missing } = await withoutAScore(t);
	assert.deepEqual((await checkStore(store)).problems, [missing]);
	await sql`alter table scores disable trigger scores_no_update`.execute(store.writer);
	assert.deepEqual((await checkStore(store)).problems, ['the trigger scores_no_update of scores is switched off']);
});

onPostgres('a copy is left to the tools of the server, in words that do not tell the password', async (t) => {
	const { store } = await seededRun(t);
	await assert.rejects(backupStore(store, 'copy.db'), { code: 'USAGE', hint: /pg_dump .*"postgres:\/\/tester@/ });
});

test('damage inside the file is found', async (t) => {
	const run = await seededRun(t, 2_000);
	await publishAll(run, scores(2_000));
	const { path } = run.store;
	await run.store.close();
	const bytes = readFileSync(path);
	bytes.fill(0, bytes.length - 20 * 4_096, bytes.length - 10 * 4_096);
	writeFileSync(path, bytes);
	const store = await openStore({ path });
	t.after(() => store.close());
	const { problems } = await checkStore(store);
	assert.ok(problems.length > 0);
});

test('a copy made while others write is whole, and never replaces a file', async (t) => {
	const run = await seededRun(t, 3_000);
	await publishAll(run, scores(3_000, 10));
	const { store } = run;
	const folder = temporaryFolder(t);
	const target = join(folder, 'backups', 'copy.db');
	const writing = (async () => {
		for (let i = 0; i < 20; i++) await startRun(store);
	})();
	const { bytes } = await backupStore(store, target);
	await writing;
	assert.ok(bytes > 3_000 * 100);
	assert.deepEqual(readdirSync(dirname(target)), ['copy.db']);
	await assert.rejects(backupStore(store, target), { code: 'USAGE' });

	const copy = await openStore({ path: target, readonly: true });
	t.after(() => copy.close());
	assert.deepEqual((await checkStore(copy)).problems, []);
	const original = await store.reader.selectFrom('scores').selectAll().execute();
	assert.deepEqual(await copy.reader.selectFrom('scores').selectAll().execute(), original);
});
