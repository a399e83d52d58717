import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveHealth } from '../../src/runtime/serve-health.ts';

test('a worker is healthy while every check passes, and says which does not', async (t) => {
	let isUp = true;
	const checks = {
		workers: async () => true,
		database: async () => {
			if (!isUp) throw new Error('away');
			return true;
		},
	};
	const health = await serveHealth('127.0.0.1:0', {
		'/healthz': checks,
		'/readyz': { ...checks, migrations: async () => false },
	});
	t.after(() => health.close());
	const ask = async (path: string) => {
		const answer = await fetch(`http://127.0.0.1:${health.port}${path}`);
		return [answer.status, await answer.text()];
	};
	assert.deepEqual(await ask('/healthz'), [200, '{"ok":true,"workers":true,"database":true}']);
	assert.deepEqual(await ask('/readyz'), [503, '{"ok":false,"workers":true,"database":true,"migrations":false}']);
	isUp = false;
	assert.deepEqual(await ask('/healthz'), [503, '{"ok":false,"workers":true,"database":false}']);
	assert.equal((await ask('/'))[0], 404);
	assert.equal((await ask('/constructor'))[0], 404);
	for (const address of [String(health.port), `127.0.0.1:${health.port}`, '127.0.0.1:99999', 'health', '127.0.0.1:'])
		await assert.rejects(serveHealth(address, {}), { code: 'USAGE', where: address, hint: /^name another/ });
});
