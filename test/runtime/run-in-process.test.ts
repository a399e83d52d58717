import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInProcess } from '../../src/runtime/run-in-process.ts';
import { openStore } from '../../src/store/open-store.ts';
import { findRun } from '../../src/store/runs.ts';
import { postgresServer } from '../postgres/postgres-server.ts';
import { onBothStores, onPostgres } from '../store/on-both-stores.ts';
import { requestFor, temporaryWorkspace, withScriptedChild } from './temporary-workspace.ts';

onBothStores('a run that is stopped between steps stops there, and goes on from there', async (t) => {
	const { workspace, folder } = await temporaryWorkspace(t);
	const source = join(folder, 'table.csv');
	writeFileSync(source, 'a,b\n1,2\n3,4\n');
	const request = requestFor({ source });
	const stop = new AbortController();
	const stopped = runInProcess(workspace, request, {
		signal: stop.signal,
		onEvent: ({ type, step }) => {
			if (type === 'finished' && step === 'registerDataset') stop.abort();
		},
	});
	await assert.rejects(stopped, { code: 'CANCELLED' });
	assert.equal((await findRun(workspace.store, request.runId))?.status, 'interrupted');

	const done: string[] = [];
	const summary = await runInProcess(workspace, request, {
		signal: new AbortController().signal,
		onEvent: ({ type, step }) => {
			if (type === 'started') done.push(step);
		},
	});
	assert.deepEqual(done, ['publishRecords/0']);
	assert.equal(summary.rowsLoaded, 2);
	assert.equal((await findRun(workspace.store, request.runId))?.status, 'succeeded');
});

onBothStores('a run that another process has taken over ends here and is left to it', async (t) => {
	const { workspace } = await temporaryWorkspace(t);
	const request = requestFor({ source: '/nowhere.csv' });
	const running = runInProcess(withScriptedChild(workspace), request, {
		signal: new AbortController().signal,
		onEvent: ({ type }) => {
			if (type !== 'started') return;
			void workspace.store.writer.updateTable('runs').set({ owner: 'elsewhere:1:1' }).execute();
		},
	});
	await assert.rejects(running, { code: 'RUN_ACTIVE' });
	const run = await findRun(workspace.store, request.runId);
	assert.deepEqual([run?.status, run?.owner], ['running', 'elsewhere:1:1']);
});

onPostgres('a run whose connections the server ends once at every step comes to its end all the same', async (t) => {
	const { workspace, folder } = await temporaryWorkspace(t);
	const source = join(folder, 'table.csv');
	writeFileSync(source, 'a,b\n1,2\n3,4\n');
	const request = requestFor({ source });
	const server = await postgresServer();
	const database = new URL(workspace.store.path).pathname.slice(1);
	const ended = new Set<string>();
	const cuts: Promise<void>[] = [];
	const summary = await runInProcess(workspace, request, {
		signal: new AbortController().signal,
		onEvent: ({ type, step }) => {
			// What fails is tried again, and goes well then.
			if (type !== 'started' || ended.has(step)) return;
			ended.add(step);
			const cut = server.run(
				`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'counterfoil' and datname = current_database()`,
				database,
			);
			cuts.push(cut);
		},
	});
	assert.equal(summary.rowsLoaded, 2);
	assert.ok(ended.size > 1);
	// The last one may come when the run is over: who looks has connections of their own.
	await Promise.all(cuts);
	const store = await openStore({ path: workspace.store.path });
	t.after(() => store.close());
	assert.equal((await findRun(store, request.runId))?.status, 'succeeded');
	assert.equal((await store.reader.selectFrom('records').selectAll().execute()).length, 2);
});
