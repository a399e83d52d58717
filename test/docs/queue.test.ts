import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { filledQueue, itemOf } from '../review/queue-fixture.ts';

test('the example of docs/queue.md claims an item and decides it', async (t) => {
	const { store } = await filledQueue(t, 2);
	const page = readFileSync(new URL('../../docs/queue.md', import.meta.url), 'utf8');
	const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
	const entry = new URL('../../src/review-entry.ts', import.meta.url).href;
	const file = join(dirname(store.path), 'example.mts');
	const here = example.replace(`'counterfoil/review'`, JSON.stringify(entry));
	writeFileSync(file, here.replace(`'.counterfoil/counterfoil.db'`, JSON.stringify(store.path)));
	const ended = spawnSync(process.execPath, [file], { encoding: 'utf8' });
	assert.equal(ended.status, 0, ended.stderr);
	const item = await itemOf(store, 1);
	assert.deepEqual([item.state, item.decision, item.decided_by], ['decided', 'unsure', 'ann']);
});
