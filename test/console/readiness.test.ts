import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { onBothStores } from '../store/on-both-stores.ts';
import { ask, consoleUnderTest } from './console-fixture.ts';

/** How long what the database said is fresh. */
const FRESH_MS = 1_000;

onBothStores('the console is ready while the database answers and has every migration', async (t) => {
	const { console, store } = await consoleUnderTest(t);
	const { port } = console;
	const ready = await ask(port, '/readyz');
	assert.deepEqual([ready.status, ready.text, ready.headers['cache-control']], [200, 'ready\n', 'no-store']);

	const [last] = await store.writer
		.selectFrom('kysely_migration' as never)
		.selectAll()
		.orderBy('name' as never, 'desc')
		.limit(1)
		.execute();
	const name = (last as unknown as { readonly name: string }).name;
	await store.writer
		.deleteFrom('kysely_migration' as never)
		.where('name' as never, '=', name as never)
		.execute();
	await setTimeout(FRESH_MS);
	const behind = await ask(port, '/readyz');
	assert.equal(behind.headers['content-type'], 'application/problem+json');
	assert.equal(behind.headers['retry-after'], '5');
	const { status, code, detail, hint, retryable } = behind.json();
	assert.deepEqual(
		[behind.status, status, code, retryable, hint],
		[503, 503, 'NOT_READY', true, 'counterfoil db migrate'],
	);
	assert.equal(detail, 'The database lacks migrations of this version.');

	await store.close();
	await setTimeout(FRESH_MS);
	const away = await ask(port, '/readyz');
	assert.deepEqual([away.status, away.json().detail], [503, 'The database does not answer.']);
	assert.doesNotMatch(away.text, /counterfoil\.db|tmp|where/);
	assert.equal((await ask(port, '/healthz')).status, 200, 'it lives all the same');
});
