import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSessions } from '../../src/console/access/sessions.ts';
import { takeProvidedUser } from '../../src/console/access/users.ts';
import { asker, consoleUnderTest } from './console-fixture.ts';

const MONA = { subject: 'https://id.example#1', name: 'mona', role: 'analyst' } as const;
const DAY_MS = 86_400_000;

test('whoever has lost their role at the provider loses sessions and tokens, and comes in again once they have one', async (t) => {
	const { store, console } = await consoleUnderTest(t);
	const sessions = createSessions(store, { localActor: null });
	const session = await sessions.signInKnown(await takeProvidedUser(store, MONA));
	const as = asker(console.port, `counterfoil-${console.port}=${session}`);
	const made = await as('/tokens', { method: 'POST', body: { name: 'x', role: 'analyst', days: 1_000 } });
	const { secret } = made.json();
	const [token] = (await as('/tokens')).json().items;
	const lastsMs = Date.parse(token.expiresAt) - Date.now();
	assert.ok(lastsMs > 89 * DAY_MS && lastsMs <= 90 * DAY_MS, 'a token of theirs has an end');
	assert.equal((await sessions.identify(secret))?.role, 'analyst');

	await assert.rejects(takeProvidedUser(store, { ...MONA, role: null }), { code: 'NOT_ALLOWED' });
	assert.equal(await sessions.identify(session), null);
	assert.equal(await sessions.identify(secret), null);
	const kept = await store.reader.selectFrom('users').select(['name', 'role']).execute();
	assert.deepEqual(kept, [{ name: 'mona', role: 'viewer' }]);
	const events = await store.reader
		.selectFrom('access_events')
		.select('detail_json')
		.where('actor', '=', 'mona')
		.execute();
	assert.ok(events.some(({ detail_json: text }) => text === '{"name":"mona","via":"provider","role":null}'));

	const again = await sessions.signInKnown(await takeProvidedUser(store, MONA));
	assert.equal((await sessions.identify(again))?.role, 'analyst');
	assert.equal(await sessions.identify(secret), null, 'what was revoked stays so');
});

test('a name stays with whoever came by it first, whatever the provider calls them later', async (t) => {
	const { store } = await consoleUnderTest(t);
	await takeProvidedUser(store, MONA);
	const renamed = await takeProvidedUser(store, { ...MONA, name: 'mona.married', role: 'lead' });
	assert.deepEqual([renamed.name, renamed.role], ['mona', 'lead']);
	const other = { subject: 'https://id.example#2', name: 'mona', role: 'lead' } as const;
	await assert.rejects(takeProvidedUser(store, other), { code: 'NOT_ALLOWED' });
	await assert.rejects(takeProvidedUser(store, { ...other, name: 'a b' }), { code: 'NOT_ALLOWED' });
	assert.equal((await store.reader.selectFrom('users').select('name').execute()).length, 1);
});
