import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
	DELIVERY_HEADER,
	SIGNATURE_HEADER,
	sendWebhook,
	signWebhook,
	verifyWebhook,
} from '../../src/review/signed-webhook.ts';

const SECRET = 'a secret of the receiver';
const NOW = new Date('2026-03-01T12:00:00Z');

interface Received {
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

/** A server that answers with the statuses in turn. */
async function receiver(t: TestContext, ...statuses: number[]) {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.setEncoding('utf8').on('data', (text: string) => {
			body += text;
		});
		request.on('end', () => {
			received.push({ headers: request.headers, body });
			const status = statuses.shift() ?? 200;
			response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('thank you');
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	t.after(() => server.close());
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=x`, received };
}

const message = (url: string) => ({
	url,
	delivery: 'run-1/drift',
	body: { type: 'drift', column: 'Größe' },
	secret: SECRET,
});

// printf '1772366400.{"a":1}' | openssl dgst -sha256 -hmac secret
test('the signature is the HMAC of time and body', () => {
	assert.match(signWebhook('secret', '{"a":1}', 1_772_366_400), /^t=1772366400,v1=[0-9a-f]{64}$/);
	assert.equal(
		signWebhook('secret', '{"a":1}', 1_772_366_400),
		't=1772366400,v1=d8672815ca4380560f22aa75717125a02bb80047d106e2eba68339fe06346243',
	);
});

test('a receiver with the secret believes the message, and nothing that was changed, is old or of somebody else', async (t) => {
	const { url, received } = await receiver(t);
	assert.equal(await sendWebhook({ ...message(url), now: NOW }), 200);
	const [{ headers, body }] = received as [Received];
	const signature = String(headers[SIGNATURE_HEADER]);
	assert.deepEqual(JSON.parse(body), { type: 'drift', column: 'Größe' });
	assert.equal(headers[DELIVERY_HEADER], 'run-1/drift');
	assert.equal(verifyWebhook(SECRET, body, signature, NOW), true);
	assert.equal(verifyWebhook(SECRET, body.replace('drift', 'calm'), signature, NOW), false);
	assert.equal(verifyWebhook('another secret', body, signature, NOW), false);
	assert.equal(verifyWebhook(SECRET, body, signature, new Date(NOW.getTime() + 301_000)), false);
	assert.equal(verifyWebhook(SECRET, body, 'v1=', NOW), false);
});

test('what may pass can be tried again, what is refused cannot, and no redirect is followed', async (t) => {
	const { url, received } = await receiver(t, 503, 429, 404, 302);
	for (const code of ['WEBHOOK_FAILED', 'WEBHOOK_FAILED', 'WEBHOOK_REFUSED', 'WEBHOOK_REFUSED']) {
		await assert.rejects(sendWebhook(message(url)), (error: Error & { code?: string; where?: string }) => {
			assert.equal(error.code, code);
			assert.ok(!String(error.where).includes('token'));
			return true;
		});
	}
	assert.equal(received.length, 4);
	await assert.rejects(sendWebhook(message('http://127.0.0.1:9/')), { code: 'WEBHOOK_FAILED' });
	for (const wrong of ['alerts.example/hook?token=x', 'ftp://alerts.example/', '']) {
		await assert.rejects(sendWebhook(message(wrong)), { code: 'WEBHOOK_REFUSED' });
	}
	await assert.rejects(sendWebhook({ ...message(url), secret: '' }), { code: 'WEBHOOK_REFUSED' });
	assert.equal(received.length, 4);
});
