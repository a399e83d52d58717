import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ask, consoleUnderTest, signInByLink } from './console-fixture.ts';

test('a body that is too large is refused before it is read, with and without its length', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	const cookie = await signInByLink(fixture);
	const large = JSON.stringify({ sql: 'x'.repeat(2 * 1024 * 1024) });
	const answer = await ask(port, '/api/v1/sql', { method: 'POST', raw: large, headers: { cookie } }).catch(
		(error: NodeJS.ErrnoException) => error.code,
	);
	// A server that closes while the body is still coming looks like a broken pipe to some clients.
	if (typeof answer === 'object') assert.equal(answer.status, 413);
	else assert.match(String(answer), /EPIPE|ECONNRESET/);
	assert.equal((await ask(port, '/healthz')).status, 200);
});

test('streams are few for each session', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	await fixture.store.writer.updateTable('runs').set({ status: 'running', finished_at: null }).execute();
	const headers = { cookie: await signInByLink(fixture) };
	const stop = new AbortController();
	// Kept: an answer that nobody holds is hung up on when its memory is collected.
	const answers: Response[] = [];
	for (let i = 0; i < 9; i++) {
		const url = `http://127.0.0.1:${port}/api/v1/runs/${fixture.runId}/events`;
		answers.push(await fetch(url, { headers, signal: stop.signal }));
	}
	assert.deepEqual(
		answers.map(({ status }) => status),
		[200, 200, 200, 200, 200, 200, 200, 200, 429],
	);
	stop.abort();
});

test('a body of 100 MB is refused by what it says of itself, before any of it has come', async (t) => {
	const fixture = await consoleUnderTest(t);
	const { port } = fixture.console;
	const cookie = await signInByLink(fixture);
	const head = [
		'POST /api/v1/sql HTTP/1.1',
		`Host: 127.0.0.1:${port}`,
		`Cookie: ${cookie}`,
		'Content-Type: application/json',
		`Content-Length: ${100 * 1024 * 1024}`,
	];
	const socket = connect(port, '127.0.0.1', () => socket.write(`${head.join('\r\n')}\r\n\r\n{`));
	t.after(() => socket.destroy());
	const [answer] = (await once(socket, 'data')) as [Buffer];
	assert.match(String(answer), /^HTTP\/1\.1 413 /);
});

test('who sends the head of a request letter by letter is hung up on', async (t) => {
	const { console } = await consoleUnderTest(t);
	const socket = connect(console.port, '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\n'));
	socket.on('error', () => undefined).resume();
	const startMs = performance.now();
	const dripping = setInterval(() => socket.write('X'), 200);
	await once(socket, 'close');
	clearInterval(dripping);
	const tookMs = performance.now() - startMs;
	assert.ok(tookMs > 3_000 && tookMs < 20_000, `${tookMs} ms`);
});

test('a thousand connections are not kept, and the console answers when they are gone', async (t) => {
	const { console } = await consoleUnderTest(t);
	let refused = 0;
	const sockets = await Promise.all(
		Array.from({ length: 1_000 }, async () => {
			const socket = connect(console.port, '127.0.0.1');
			socket.on('close', () => {
				refused += 1;
			});
			await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
			return socket;
		}),
	);
	for (let looks = 0; looks < 50 && refused < 500; looks++) await new Promise((resolve) => setTimeout(resolve, 100));
	assert.ok(refused >= 500, `${refused} refused`);
	for (const socket of sockets) socket.destroy();
	let status = 0;
	for (let tries = 0; tries < 50 && status !== 200; tries++) {
		await new Promise((resolve) => setTimeout(resolve, 100));
		status = await ask(console.port, '/healthz').then(
			(answer) => answer.status,
			() => 0,
		);
	}
	assert.equal(status, 200);
});
