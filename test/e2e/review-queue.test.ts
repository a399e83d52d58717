import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { publishQueue } from '../../src/review/publish-queue.ts';
import { openStore } from '../../src/store/open-store.ts';
import { finishRun } from '../../src/store/runs.ts';
import { publishAll, scores, seedRun } from '../store/seeded-store.ts';
import { runProgram, workFolder } from './run-program.ts';

/** A folder whose database has a queue of so many items, item 1 the most urgent; and a way to call the program. */
async function queueFolder(t: TestContext, alerts: number) {
	const folder = workFolder(t);
	mkdirSync(join(folder, '.counterfoil'));
	const store = await openStore({ path: join(folder, '.counterfoil/counterfoil.db') });
	const run = await seedRun(store, 10);
	await publishAll(run, scores(10, alerts));
	await finishRun(store, run.runId);
	await publishQueue(store, { runId: run.runId });
	await store.close();
	const call = (line: string, as = 'ann') =>
		runProgram(
			line.split(' ').map((word) => word.replaceAll('_', ' ')),
			{
				cwd: folder,
				env: { COUNTERFOIL_USER: as },
			},
		);
	return { folder, call, runId: run.runId };
}

test('an analyst works through the queue from the command line', async (t) => {
	const { call } = await queueFolder(t, 5);
	const next = await call('queue next');
	assert.equal(next.code, 0, next.stderr);
	assert.match(next.stdout, /Item 1 .*payments\/default.*k10/);
	assert.match(next.stdout, /held by ann until/);
	assert.match(next.stderr, /queue decide fraud 1 --reason/);

	const held = await call('queue decide fraud 1', 'bea');
	assert.equal(held.code, 5);
	assert.match(held.stderr, /ITEM_HELD item 1: ann holds the item until/);
	const decided = await call('queue decide fraud 1 --note the_customer_called --json');
	const told = JSON.parse(decided.stdout);
	assert.deepEqual([told.items[0].state, told.items[0].reason_code, told.waiting], ['decided', 'other_fraud', []]);

	const bulk = await call('queue decide legitimate 2-4');
	assert.match(bulk.stdout, /3 items \(2, 3, 4\) decided: legitimate/);
	const undone = await call('queue undo');
	assert.match(undone.stdout, /3 items \(2, 3, 4\) undecided again/);
	assert.equal((await call('queue snooze 2 --until 2d')).code, 0);
	assert.match((await call('queue escalate 3 --reason too_large')).stdout, /item 3 escalated/);
	assert.match((await call('queue next --escalated --count 9', 'bea')).stdout, /Item 3 /);
	const reopened = await call('queue reopen 1 --reason the_customer_denies_it');
	assert.match(reopened.stdout, /item 1 open again/);

	const shown = await call('queue show 1');
	assert.match(shown.stdout, /decided .*"the customer called"\n(.*\n)*.*reopened .*"the customer denies it"/);
	const list = JSON.parse((await call('queue list --json')).stdout);
	assert.deepEqual(
		list.map((item: { item_id: number; state: string }) => [item.item_id, item.state]),
		[
			[1, 'new'],
			[2, 'snoozed'],
			[3, 'in_review'],
			[4, 'new'],
			[5, 'new'],
		],
	);
	const mistyped = await call('queue list --dataset paiments');
	assert.equal(mistyped.code, 2);
	assert.match(mistyped.stderr, /did you mean payments\?/);
	assert.match((await call('queue claim 4-1')).stderr, /USAGE.*must begin with the lower number: 1-4/);
});
