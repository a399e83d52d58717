import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createRateLimit } from '../../src/console/access/rate-limit.ts';
import { addUser } from '../../src/console/access/users.ts';
import { startConsole } from '../../src/console/start-console.ts';
import { ask, asker, consoleUnderTest, cookieOf, signInByLink } from './console-fixture.ts';

const PASSWORD = 'correct horse battery';

test('a request by another name than its own is answered by nothing of the console', async (t) => {
	const { console } = await consoleUnderTest(t);
	const { port } = console;
	const hosts = [
		`evil.example:${port}`,
		`localhost.evil.com:${port}`,
		`127.0.0.1:${port + 1}`,
		'127.0.0.1',
		`[::2]:${port}`,
	];
	for (const path of ['/', '/api/v1/session', '/api/v1/runs/x/events', '/healthz', '/readyz', '/assets/x.js']) {
		for (const host of hosts) {
			const answer = await ask(port, path, { headers: { host } });
			assert.ok(answer.status === 421 || answer.status === 400, `${path} as "${host}": ${answer.status}`);
			assert.doesNotMatch(answer.text, /counterfoil|actor/);
		}
	}
	for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
		assert.equal((await ask(port, '/api/v1/session', { headers: { host } })).status, 200, host);
	}
});

test('a request without a host is answered by nothing', async (t) => {
	const { console } = await consoleUnderTest(t);
	const text = await new Promise<string>((resolve, reject) => {
		const socket = connect(console.port, '127.0.0.1', () => socket.write('GET /api/v1/session HTTP/1.0\r\n\r\n'));
		let received = '';
		socket.on('data', (part) => {
			received += part;
		});
		socket.on('close', () => resolve(received));
		socket.on('error', reject);
	});
	assert.match(text, /^HTTP\/1\.[01] 4\d\d /);
	assert.doesNotMatch(text, /actor/);
});

test('another site can change nothing: method by Sec-Fetch-Site by Origin', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	const api = asker(port, await signInByLink(fixture));
	const own = `http://127.0.0.1:${port}`;
	const cases: readonly [headers: Record<string, string>, isLetIn: boolean][] = [
		[{}, true],
		[{ 'sec-fetch-site': 'same-origin' }, true],
		[{ 'sec-fetch-site': 'none' }, true],
		[{ 'sec-fetch-site': 'same-site' }, false],
		[{ 'sec-fetch-site': 'cross-site' }, false],
		[{ 'sec-fetch-site': 'cross-site', origin: own }, false],
		[{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, true],
		[{ origin: own }, true],
		[{ origin: 'https://evil.example' }, false],
		[{ origin: `http://127.0.0.1:${port + 1}` }, false],
		[{ origin: 'null' }, false],
	];
	for (const [headers, isLetIn] of cases) {
		for (const [method, path] of [
			['POST', '/queue/claim-next'],
			['PUT', '/queues/rule'],
			['PATCH', '/users/nobody'],
			['DELETE', '/tokens/none'],
		] as const) {
			const answer = await api(path, { method, headers, ...(method === 'DELETE' ? {} : { body: { count: 1 } }) });
			const wasRefused = answer.status === 403 && answer.json().detail === 'The request came from another site.';
			assert.equal(
				wasRefused,
				!isLetIn,
				`${method} ${path} ${JSON.stringify(headers)}: ${answer.status} ${answer.text}`,
			);
		}
		assert.equal((await api('/queues', { headers })).status, 200);
	}
});

test('a form of another site has no type that is read', async (t) => {
	const fixture = await consoleUnderTest(t);
	const api = asker(fixture.console.port, await signInByLink(fixture));
	for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', '']) {
		const answer = await api('/queue/claim-next', {
			method: 'POST',
			raw: '{"count":1}',
			headers: { 'content-type': type },
		});
		assert.equal(answer.status, 400, type);
	}
});

test('every route is closed to who has not signed in, and those that change something to viewers', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { store, console } = fixture;
	const { port } = console;
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	await addUser(store, { name: 'vic', role: 'viewer', password: PASSWORD, actor: 'test' });
	const signIn = async (name: string) =>
		cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name, password: PASSWORD } }));
	const admin = asker(port, await signIn('root'));
	const viewer = asker(port, await signIn('vic'));
	const { paths } = (await admin('/openapi.json')).json() as {
		paths: Record<string, Record<string, { 'x-role'?: string }>>;
	};
	let routes = 0;
	for (const [path, methods] of Object.entries(paths)) {
		for (const [method, { 'x-role': role }] of Object.entries(methods)) {
			routes += 1;
			if (path.startsWith('/session') && method !== 'delete') continue;
			const filled = path.replaceAll(/\{\w+\}/g, '1');
			const asked = { method: method.toUpperCase(), ...(method === 'get' || method === 'delete' ? {} : { body: {} }) };
			for (const secret of ['', 'x'.repeat(43)]) {
				const answer = await ask(port, `/api/v1${filled}`, {
					...asked,
					headers: { cookie: `counterfoil-${port}=${secret}` },
				});
				assert.equal(answer.status, 401, `${method} ${path}`);
			}
			assert.ok(role !== undefined, `${method} ${path} names no role`);
			if (role !== 'viewer') assert.equal((await viewer(filled, asked)).status, 403, `${method} ${path} as viewer`);
		}
	}
	assert.ok(routes > 30, String(routes));
	assert.equal((await ask(port, '/api/v1/openapi.json')).status, 401);
	assert.equal((await ask(port, '/api/v1/nothing')).status, 401);
});

test('the start link signs in once, by a token that cannot be guessed', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	const link = fixture.console.newStartLink();
	const [, startToken = ''] = link.split('#start=');
	assert.ok(Buffer.from(startToken, 'base64url').length >= 32);
	const exchange = (token: string) => ask(port, '/api/v1/session', { method: 'POST', body: { startToken: token } });
	assert.equal((await exchange('x'.repeat(43))).status, 401);
	const first = await exchange(startToken);
	assert.equal(first.status, 200);
	assert.match(String(first.headers['set-cookie']), /HttpOnly; SameSite=Strict/);
	assert.equal((await exchange(startToken)).status, 401);
	assert.deepEqual(first.json().actor, 'ann');
	assert.equal((await asker(port, cookieOf(first))('/users')).status, 200);
});

test('once there is a user, the start link and its sessions are over', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	const before = await signInByLink(fixture);
	const api = asker(port, before);
	const user = { name: 'root', role: 'admin', password: PASSWORD };
	assert.equal((await api('/users', { method: 'POST', body: { ...user, role: 'viewer' } })).status, 422);
	assert.equal((await api('/users', { method: 'POST', body: user })).status, 201);
	assert.equal((await api('/users')).status, 401);
	const [, startToken] = fixture.console.newStartLink().split('#start=');
	assert.equal((await ask(port, '/api/v1/session', { method: 'POST', body: { startToken } })).status, 401);
});

test('signing in makes a new session, ends the one before, and signing out ends it', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { store } = fixture;
	const { port } = fixture.console;
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	const login = (headers = {}) =>
		ask(port, '/api/v1/session', { method: 'POST', body: { name: 'root', password: PASSWORD }, headers });
	const first = cookieOf(await login());
	const second = cookieOf(await login({ cookie: first }));
	assert.notEqual(first, second);
	assert.equal((await asker(port, first)('/queues')).status, 401);
	assert.equal((await asker(port, second)('/queues')).status, 200);
	assert.equal((await asker(port, second)('/session', { method: 'DELETE' })).status, 204);
	assert.equal((await asker(port, second)('/queues')).status, 401);
	const stored = JSON.stringify(await store.reader.selectFrom('logins').selectAll().execute());
	for (const cookie of [first, second])
		assert.ok(!stored.includes(cookie.split('=')[1] ?? ''), 'secrets are stored hashed');
	const users = await store.reader.selectFrom('users').select('password_hash').execute();
	assert.match(users[0]?.password_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

test('sessions end after two idle hours and after twelve in all', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { store } = fixture;
	const { port } = fixture.console;
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	const login = async () =>
		asker(
			port,
			cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name: 'root', password: PASSWORD } })),
		);
	const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
	const idle = await login();
	assert.equal((await idle('/queues')).status, 200);
	await store.writer
		.updateTable('logins')
		.set({ last_used_at: ago(2.01) })
		.execute();
	assert.equal((await idle('/queues')).status, 401);
	const old = await login();
	await store.writer
		.updateTable('logins')
		.set({ expires_at: ago(0.01) })
		.execute();
	assert.equal((await old('/queues')).status, 401);
});

test('passwords cannot be tried out, and a wrong name looks like a wrong password', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	await addUser(fixture.store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	const login = (name: string, password: string) =>
		ask(port, '/api/v1/session', { method: 'POST', body: { name, password } });
	const wrong = await login('root', 'wrong');
	const unknown = await login('nobody', 'wrong');
	assert.deepEqual([wrong.status, wrong.text], [401, unknown.text]);
	const statuses: number[] = [];
	for (let i = 0; i < 6; i++) statuses.push((await login('root', `guess ${i}`)).status);
	assert.deepEqual(statuses, [401, 401, 401, 401, 429, 429]);
	assert.equal((await login('root', PASSWORD)).status, 429, 'the right one has to wait too');
	const log = await fixture.store.reader
		.selectFrom('access_events')
		.selectAll()
		.where('kind', '=', 'sign_in_failed')
		.execute();
	assert.equal(log.length, 6);
	assert.doesNotMatch(JSON.stringify(log), /guess|wrong/);
});

test('a bucket of tries fills up again with time', () => {
	let at = 0;
	const limit = createRateLimit({ burst: 3, everyMs: 1_000, now: () => at });
	assert.deepEqual(
		[1, 2, 3, 4].map(() => limit.take('a')),
		[true, true, true, false],
	);
	assert.equal(limit.take('b'), true);
	at = 1_000;
	assert.deepEqual([limit.take('a'), limit.take('a')], [true, false]);
	limit.reset('a');
	assert.equal(limit.take('a'), true);
});

test('an API token may do what its role may, and nothing once it is revoked', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { store } = fixture;
	const { port } = fixture.console;
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	await addUser(store, { name: 'ana', role: 'analyst', password: PASSWORD, actor: 'test' });
	const session = asker(
		port,
		cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name: 'ana', password: PASSWORD } })),
	);
	assert.equal((await session('/tokens', { method: 'POST', body: { name: 'x', role: 'lead' } })).status, 403);
	const made = (await session('/tokens', { method: 'POST', body: { name: 'x', role: 'viewer' } })).json();
	assert.match(made.secret, /^cft_/);
	const byToken = (path: string, asked = {}) =>
		ask(port, `/api/v1${path}`, { ...asked, headers: { authorization: `Bearer ${made.secret}` } });
	assert.equal((await byToken('/queues')).status, 200);
	assert.equal((await byToken('/queue/claim-next', { method: 'POST', body: {} })).status, 403);
	assert.equal((await byToken('/tokens', { method: 'POST', body: { name: 'y', role: 'viewer' } })).status, 403);
	const stored = JSON.stringify(await store.reader.selectFrom('api_tokens').selectAll().execute());
	assert.ok(!stored.includes(made.secret));
	assert.equal((await session(`/tokens/${made.tokenId}`, { method: 'DELETE' })).status, 204);
	assert.equal((await byToken('/queues')).status, 401);
});

test('nobody else’s token can be revoked, and the last admin stays', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { store } = fixture;
	const { port } = fixture.console;
	const signIn = async (name: string) =>
		asker(port, cookieOf(await ask(port, '/api/v1/session', { method: 'POST', body: { name, password: PASSWORD } })));
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	await addUser(store, { name: 'ana', role: 'analyst', password: PASSWORD, actor: 'test' });
	const root = await signIn('root');
	const { tokenId } = (await root('/tokens', { method: 'POST', body: { name: 'x', role: 'viewer' } })).json();
	const ana = await signIn('ana');
	assert.deepEqual((await ana('/tokens')).json().items, []);
	assert.equal((await ana(`/tokens/${tokenId}`, { method: 'DELETE' })).status, 404);
	assert.equal((await root('/users/root', { method: 'PATCH', body: { role: 'viewer' } })).status, 422);
	assert.equal((await root('/users/ana', { method: 'PATCH', body: { isDisabled: true } })).status, 200);
	assert.equal((await ana('/queues')).status, 401);
});

test('the console listens for others only once people sign in by name and it knows its own', async (t) => {
	const { workspace, store } = await consoleUnderTest(t);
	const start = (options: { host?: string; publicUrl?: string }) =>
		startConsole(workspace, { port: 0, actor: 'ann', ...options });
	const publicUrl = 'https://fraud.example.com';
	await assert.rejects(start({ host: '0.0.0.0', publicUrl }), { code: 'NOT_ALLOWED' });
	await assert.rejects(start({ publicUrl }), { code: 'NOT_ALLOWED' });
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	await assert.rejects(start({ host: '0.0.0.0' }), { code: 'NOT_ALLOWED' });
	const console = await start({ host: '0.0.0.0', publicUrl });
	t.after(() => console.close());
	const answer = await ask(console.port, '/api/v1/session', {
		method: 'POST',
		body: { name: 'root', password: PASSWORD },
		headers: { host: 'fraud.example.com' },
	});
	assert.match(
		String(answer.headers['set-cookie']),
		/^__Host-counterfoil=[^;]+; .*Path=\/; HttpOnly; Secure; SameSite=Strict/,
	);
	assert.doesNotMatch(String(answer.headers['set-cookie']), /Domain/i);
});

test('every answer has the policies, and none repeats what was asked as a page', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	const api = asker(port, await signInByLink(fixture));
	const paths = [
		'/',
		'/queue',
		'/index.html',
		'/nothing.js',
		'/%3Cscript%3Ealert(1)%3C/script%3E.html',
		'//evil.example',
		'/\\evil.example',
	];
	for (const path of paths) {
		const answer = await ask(port, path);
		// Not even an address: nothing of the console has seen it.
		if (answer.status === 400) continue;
		assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'; script-src 'self'; /, path);
		assert.equal(answer.headers['x-content-type-options'], 'nosniff');
		assert.equal(answer.headers.location, undefined);
		assert.doesNotMatch(answer.text, /<script>|alert\(1\)|evil/);
	}
	const problem = await api('/runs/%3Cscript%3Ealert(1)%3C%2Fscript%3E');
	assert.deepEqual([problem.status, problem.headers['content-type']], [404, 'application/problem+json']);
	const page = await ask(port, '/');
	assert.doesNotMatch(page.text, /<script(?![^>]*\bsrc=)|<style|\son\w+=|style=/, 'nothing inline');
});

test('files outside of the pages are not to be had', async (t) => {
	const { console } = await consoleUnderTest(t);
	for (const path of [
		'/../package.json',
		'/%2e%2e/package.json',
		'/assets/..%2f..%2fpackage.json',
		'/assets/%00',
		'/.env',
	]) {
		const answer = await ask(console.port, path);
		assert.doesNotMatch(answer.text, /"name": "counterfoil"/, path);
		assert.notEqual(answer.status, 500);
	}
});

test('where the console cannot listen is told with why, and what else there is', async (t) => {
	const { console, workspace, store } = await consoleUnderTest(t);
	await addUser(store, { name: 'root', role: 'admin', password: PASSWORD, actor: 'test' });
	const start = (where: { readonly host?: string; readonly port: number }) =>
		startConsole(workspace, { actor: 'ann', publicUrl: 'https://console.example', ...where });
	await assert.rejects(start({ port: console.port }), { code: 'USAGE', message: /else listens/, hint: /--port N/ });
	// Kept for documentation (RFC 5737): no machine has it.
	const nowhere = { host: '203.0.113.1', port: 0 };
	await assert.rejects(start(nowhere), { code: 'USAGE', message: /does not have that address/, hint: /--host/ });
	const unknown = { host: 'no-such-host.invalid', port: 0 };
	await assert.rejects(start(unknown), { code: 'USAGE', message: /host of that name/, hint: /--host/ });
});
