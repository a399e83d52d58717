import assert from 'node:assert/strict';
import { after, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { createProviderSignIn } from '../../../src/console/access/provider-sign-in.ts';
import { addUser } from '../../../src/console/access/users.ts';
import { startConsole } from '../../../src/console/start-console.ts';
import { ask, consoleUnderTest } from '../console-fixture.ts';
import { openidProvider } from '../openid-provider.ts';
import { closeBrowser, NO_BROWSER, openPage } from './browser.ts';

after(closeBrowser);
const options = NO_BROWSER === undefined ? {} : { skip: NO_BROWSER };
const CALLBACK = '/api/v1/session/provider/callback';

async function consoleWithProvider(t: TestContext) {
	const fixture = await consoleUnderTest(t);
	let url = '';
	const provider = await openidProvider(t, () => `${url}${CALLBACK}`);
	const { issuer, clientId, clientSecret } = provider;
	const console = await startConsole(fixture.workspace, {
		port: 0,
		actor: 'ann',
		provider: {
			issuer,
			clientId,
			clientSecret,
			roles: { admin: ['fraud-admins', 'fraud-chiefs'], analyst: 'fraud-analysts' },
		},
	});
	t.after(() => console.close());
	url = console.url;
	return { ...fixture, console, provider };
}

/** Gives a name on the page of the provider, and lets it tell who that is. */
async function signInAs(page: Page, login: string): Promise<void> {
	await page.locator('a:has-text("Sign in with your organisation")').click();
	await page.fill('input[name=login]', login);
	await page.fill('input[name=password]', 'any');
	await page.locator('button[type=submit]').click();
	await page.locator('button:has-text("Continue")').click();
	await page.waitForSelector('.who, .sign-in [role=alert]');
}

test('people sign in by their provider, with the role that it tells', options, async (t) => {
	const { store, console, provider } = await consoleWithProvider(t);
	provider.tell('id-1', { preferred_username: 'mona', roles: ['staff', 'fraud-analysts'] });
	const { page, context } = await openPage(t, console.url);
	await signInAs(page, 'id-1');
	assert.match((await page.locator('.who').textContent()) ?? '', /^monaanalyst/);
	assert.equal(new URL(page.url()).pathname, '/');
	const [user] = await store.reader.selectFrom('users').selectAll().execute();
	assert.deepEqual([user?.subject, user?.role, user?.password_hash], [`${provider.issuer}#id-1`, 'analyst', null]);

	const own = async () => (await context.cookies(console.url)).filter(({ name }) => name.startsWith('counterfoil'));
	const cookies = await own();
	assert.deepEqual(
		cookies.map(({ name, httpOnly, sameSite }) => [name, httpOnly, sameSite]),
		[[`counterfoil-${console.port}`, true, 'Strict']],
	);
	const before = cookies[0]?.value ?? '';

	provider.tell('id-1', { preferred_username: 'mona.married', roles: 'fraud-chiefs' });
	// The provider knows the browser by now, and sends it back at once.
	await page.goto(`${console.url}/api/v1/session/provider`);
	await page.waitForSelector('.who:has-text("admin")');
	assert.match((await page.locator('.who').textContent()) ?? '', /^mona\W*admin/, 'the name stays');
	const [now] = await own();
	assert.notEqual(now?.value, before, 'a new session');
	const old = await ask(console.port, '/api/v1/overview', {
		headers: { cookie: `counterfoil-${console.port}=${before}` },
	});
	assert.equal(old.status, 401, 'the one before is over');

	provider.tell('id-1', { preferred_username: 'mona', roles: [] });
	await page.goto(`${console.url}/api/v1/session/provider`);
	await page.waitForSelector('[role=alert]');
	const last = await ask(console.port, '/api/v1/overview', {
		headers: { cookie: `counterfoil-${console.port}=${now?.value}` },
	});
	assert.equal(last.status, 401, 'who has no role any more is out');
});

test('who has no role at the provider, or is kept out, does not come in and is told so', options, async (t) => {
	const { store, console, provider } = await consoleWithProvider(t);
	await addUser(store, { name: 'root', role: 'admin', password: 'correct horse battery', actor: 'test' });
	provider.tell('id-2', { preferred_username: 'eve', roles: ['staff'] });
	provider.tell('id-3', { preferred_username: 'root', roles: ['fraud-admins'] });
	for (const login of ['id-2', 'id-3']) {
		const { page } = await openPage(t, console.url);
		await signInAs(page, login);
		assert.match((await page.locator('[role=alert]').textContent()) ?? '', /may not come in here/);
		assert.equal(new URL(page.url()).hash, '');
	}
	assert.equal((await store.reader.selectFrom('users').select('name').execute()).length, 1);
	assert.equal((await store.reader.selectFrom('logins').select('login_id').execute()).length, 0);
});

test('nothing comes of an answer that nobody has asked for, of another browser, or a second time', async (t) => {
	const { store, console, provider } = await consoleWithProvider(t);
	const { port } = console;
	for (const query of ['', '?code=x&state=y', `?code=x&state=y&iss=${provider.issuer}`, '?error=access_denied']) {
		for (const cookie of ['', `counterfoil-${port}-sign-in=${'x'.repeat(43)}`]) {
			const answer = await ask(port, `${CALLBACK}${query}`, { headers: { cookie } });
			assert.deepEqual([answer.status, answer.headers.location], [302, '/#refused=AUTHENTICATION_NEEDED'], query);
			assert.doesNotMatch(String(answer.headers['set-cookie']), new RegExp(`counterfoil-${port}=[^;]`));
		}
	}
	const begun = await ask(port, '/api/v1/session/provider');
	const asked = new URL(String(begun.headers.location));
	assert.equal(asked.origin, provider.issuer);
	assert.equal(asked.searchParams.get('code_challenge_method'), 'S256');
	assert.ok(
		(asked.searchParams.get('state') ?? '').length >= 40 && (asked.searchParams.get('nonce') ?? '').length >= 40,
	);
	const ticket = /sign-in=([^;]+)/.exec(String(begun.headers['set-cookie']))?.[1] ?? '';
	const forged = `${CALLBACK}?code=x&state=${asked.searchParams.get('state')}&iss=${provider.issuer}`;
	for (const round of ['forged', 'again']) {
		const answer = await ask(port, forged, { headers: { cookie: `counterfoil-${port}-sign-in=${ticket}` } });
		assert.equal(answer.headers.location, '/#refused=AUTHENTICATION_NEEDED', round);
	}
	const kinds = await store.reader.selectFrom('access_events').select('kind').where('actor', '=', '').execute();
	assert.deepEqual(kinds, [{ kind: 'sign_in_failed' }], 'what nobody has begun here leaves no lines');
	const link = await ask(port, '/api/v1/session', {
		method: 'POST',
		body: { startToken: console.newStartLink().split('=')[1] },
	});
	assert.equal(link.status, 401, 'where there is a provider, no start link signs in');
});

test('a browser is told on the first page that the provider is not there, and that it has asked too often', async (t) => {
	const fixture = await consoleUnderTest(t);
	const console = await startConsole(fixture.workspace, {
		port: 0,
		actor: 'ann',
		provider: { issuer: 'http://127.0.0.1:9', clientId: 'x', clientSecret: null, roles: { admin: 'a' } },
	});
	t.after(() => console.close());
	const places = new Set<unknown>();
	for (let tries = 0; tries < 110; tries++) {
		places.add((await ask(console.port, '/api/v1/session/provider')).headers.location);
	}
	assert.deepEqual([...places], ['/#refused=PROVIDER_UNREACHABLE', '/#refused=TOO_MANY_REQUESTS']);
});

test('a provider that is not there is told, and one elsewhere is asked by TLS only', async () => {
	const of = (issuer: string) => ({ issuer, clientId: 'x', clientSecret: null, roles: { admin: 'a' } });
	assert.throws(() => createProviderSignIn(of('http://id.example'), 'http://127.0.0.1/'), { code: 'USAGE' });
	assert.throws(() => createProviderSignIn(of('id.example'), 'http://127.0.0.1/'), { code: 'USAGE' });
	await assert.rejects(createProviderSignIn(of('http://127.0.0.1:9'), 'http://127.0.0.1/').begin(null), {
		code: 'PROVIDER_UNREACHABLE',
	});
});
