import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openObjectStorage } from '../../src/artifacts/object-storage.ts';
import { openObjectStore } from '../../src/artifacts/object-store.ts';
import { objectServer, objectServerMissing } from '../object-storage/seaweed-server.ts';

const MIB = 1024 * 1024;
const skip = objectServerMissing();
const hashOf = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

async function newRoot(): Promise<string> {
	return `${await (await objectServer()).newBucket()}/artifacts`;
}

async function keysIn(root: string): Promise<string[]> {
	const keys: string[] = [];
	for await (const { key } of openObjectStorage(root).list('')) keys.push(key);
	return keys;
}

async function uploadsIn(root: string): Promise<number> {
	const { S3Client, ListMultipartUploadsCommand } = await import('@aws-sdk/client-s3');
	const client = new S3Client({ forcePathStyle: true });
	const Bucket = new URL(root).hostname;
	const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
	client.destroy();
	return Uploads.length;
}

/** Answers instead of the server, or hands on to it where `answer` does not. */
async function inBetween(
	t: { after(work: () => void): unknown },
	answer: (asked: IncomingMessage, response: ServerResponse) => boolean,
): Promise<void> {
	const { env } = await objectServer();
	const server = createServer((asked, response) => {
		if (answer(asked, response)) return;
		const { method, headers, url } = asked;
		const onward = request(`${env.AWS_ENDPOINT_URL_S3}${url}`, { method, headers, setHost: false }, (answered) => {
			response.writeHead(answered.statusCode ?? 500, answered.headers);
			answered.pipe(response);
		});
		onward.on('error', () => response.destroy());
		asked.pipe(onward);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	process.env.AWS_ENDPOINT_URL_S3 = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	t.after(() => {
		process.env.AWS_ENDPOINT_URL_S3 = env.AWS_ENDPOINT_URL_S3;
		server.close();
		server.closeAllConnections();
	});
}

test('content that was changed in the bucket is refused, and mended by storing it again', { skip }, async () => {
	const root = await newRoot();
	const store = openObjectStore(root);
	const content = randomBytes(1_000);
	const { uri } = await store.put(content, { extension: 'bin' });
	const [key] = await keysIn(root);
	await openObjectStorage(root).put(key as string, randomBytes(1_000));
	await assert.rejects(store.get(uri), { code: 'ARTIFACT_CORRUPT' });
	await store.put(content, { extension: 'bin' });
	assert.ok(content.equals(await store.get(uri)));
});

test('an upload that is killed leaves nothing that can be seen, and its parts are cleared away', {
	skip,
}, async (t) => {
	const root = await newRoot();
	let parts = 0;
	// The second part never arrives.
	await inBetween(t, (asked) => asked.method === 'PUT' && /partNumber=/.test(asked.url ?? '') && ++parts === 2);
	const program = fileURLToPath(new URL('put-process.ts', import.meta.url));
	const writer = spawn(process.execPath, [program, root, String(40 * MIB)], { stdio: 'inherit' });
	const ended = new Promise((resolve) => writer.on('exit', (_, signal) => resolve(signal)));
	while (parts < 2 && writer.exitCode === null) await sleep(20);
	writer.kill('SIGKILL');
	assert.equal(await ended, 'SIGKILL');
	assert.deepEqual(await keysIn(root), []);
	assert.equal(await uploadsIn(root), 1);

	const young = openObjectStore(root, { multipartBytes: 6 * MIB });
	await young.put(randomBytes(7 * MIB), { extension: 'bin' });
	assert.equal(await uploadsIn(root), 1, 'an upload of a moment ago may still go on');
	const later = openObjectStore(root, { multipartBytes: 6 * MIB, staleUploadMs: 0 });
	await later.put(randomBytes(7 * MIB), { extension: 'bin' });
	assert.equal(await uploadsIn(root), 0);
	assert.equal((await keysIn(root)).length, 2);
});

test("others' uploads beside the root are left alone, however old they are", { skip }, async () => {
	const root = await newRoot();
	const { S3Client, CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
	const client = new S3Client({ forcePathStyle: true });
	const { hostname: Bucket, pathname } = new URL(root);
	const prefix = pathname.slice(1).replace(/\/$/, '');
	const begin = (Key: string) => client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
	for (const key of [`${prefix}-backup/db.tar`, `${prefix}/notes/a.txt`, 'sha256-of-others/b']) await begin(key);
	await begin(`${prefix === '' ? '' : `${prefix}/`}sha256/aa/left-behind`);
	assert.equal(await uploadsIn(root), 4);
	await openObjectStore(root, { multipartBytes: 6 * MIB, staleUploadMs: 0 }).put(randomBytes(7 * MIB), {
		extension: 'bin',
	});
	assert.equal(await uploadsIn(root), 3);
	client.destroy();
});

test('an upload whose last part is refused is taken back', { skip }, async (t) => {
	const root = await newRoot();
	await inBetween(t, (asked, response) => {
		if (asked.method !== 'PUT' || !/partNumber=3/.test(asked.url ?? '')) return false;
		asked.resume();
		response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
		return true;
	});
	const put = openObjectStore(root).put(randomBytes(24 * MIB), { extension: 'bin' });
	await assert.rejects(put, { code: 'STORAGE_NOT_ACCESSIBLE' });
	assert.deepEqual([await keysIn(root), await uploadsIn(root)], [[], 0]);
});

test('a reading whose connection breaks goes on where it broke', { skip }, async (t) => {
	const root = await newRoot();
	const content = randomBytes(6 * MIB);
	const { uri } = await openObjectStore(root).put(content, { extension: 'bin' });
	const ranges: (string | undefined)[] = [];
	const { env } = await objectServer();
	await inBetween(t, (asked, response) => {
		if (asked.method !== 'GET') return false;
		ranges.push(asked.headers.range);
		if (ranges.length > 2) return false;
		const { method, headers, url } = asked;
		request(`${env.AWS_ENDPOINT_URL_S3}${url}`, { method, headers, setHost: false }, (answered) => {
			response.writeHead(answered.statusCode ?? 500, answered.headers);
			let sent = 0;
			answered.on('data', (piece: Buffer) => {
				sent += piece.length;
				response.write(piece);
				if (sent > MIB) response.destroy();
			});
			answered.on('error', () => undefined);
		}).end();
		return true;
	});
	assert.ok(content.equals(await openObjectStore(root).get(uri)));
	assert.equal(ranges.length, 3);
	assert.equal(ranges[0], undefined);
	assert.match(String(ranges[1]), /^bytes=\d{6,}-$/);
	assert.match(String(ranges[2]), /^bytes=\d{7,}-$/);
});

test('a server that sends the whole again where a part was asked for is not read on', { skip }, async (t) => {
	const root = await newRoot();
	const content = randomBytes(3 * MIB);
	const { uri } = await openObjectStore(root).put(content, { extension: 'bin' });
	let asked = 0;
	await inBetween(t, (message, response) => {
		if (message.method !== 'GET') return false;
		message.resume();
		asked++;
		response.writeHead(200, { 'content-length': content.length, etag: '"the-same"' });
		if (asked > 1) response.end(content);
		else response.write(content.subarray(0, MIB), () => response.destroy());
		return true;
	});
	await assert.rejects(openObjectStore(root).get(uri), { code: 'STORAGE_NOT_ACCESSIBLE', message: /parts of objects/ });
	assert.equal(asked, 2);
});

test('what passes is tried again, what is forbidden is not, and neither tells who asked', { skip }, async (t) => {
	const root = await newRoot();
	const { env } = await objectServer();
	let [status, code, times, asked] = [503, 'SlowDown', 2, 0];
	await inBetween(t, (message, response) => {
		if (++asked > times) return false;
		message.resume();
		const echo = `<AWSAccessKeyId>${env.AWS_ACCESS_KEY_ID}</AWSAccessKeyId>`;
		response.writeHead(status).end(`<Error><Code>${code}</Code><Message>planted message</Message>${echo}</Error>`);
		return true;
	});
	const store = openObjectStore(root);
	const { uri } = await store.put(Buffer.from('x'), { extension: 'bin' });
	assert.equal(asked, 3);

	for (const [answer, named, expected] of [
		[403, 'AccessDenied', 'STORAGE_NOT_ACCESSIBLE'],
		[403, 'SignatureDoesNotMatch', 'STORAGE_NOT_ACCESSIBLE'],
		[404, 'NoSuchBucket', 'STORAGE_NOT_ACCESSIBLE'],
		[404, 'NoSuchKey', 'ARTIFACT_MISSING'],
		[507, 'XMinioStorageFull', 'DISK_FULL'],
	] as const) {
		[status, code, times, asked] = [answer, named, answer === 507 ? 100 : 1, 0];
		const failure = await store.get(uri).then(
			() => assert.fail(`${named} was not told`),
			(error: unknown) => error as Error & { code: string },
		);
		assert.equal(failure.code, expected);
		if (answer !== 507) assert.equal(asked, 1, `${named} was tried again`);
		const { inspect } = await import('node:util');
		const told = inspect(failure, { depth: 9 });
		for (const secret of [env.AWS_ACCESS_KEY_ID, env.AWS_SECRET_ACCESS_KEY, 'planted message']) {
			assert.ok(!told.includes(secret), `${secret} in ${told}`);
		}
	}
});

test('a server that is not there is told as such, and can be tried again', {
	skip: skip,
	timeout: 60_000,
}, async (t) => {
	const root = await newRoot();
	const { env } = await objectServer();
	process.env.AWS_ENDPOINT_URL_S3 = 'http://127.0.0.1:1';
	t.after(() => {
		process.env.AWS_ENDPOINT_URL_S3 = env.AWS_ENDPOINT_URL_S3;
	});
	await assert.rejects(openObjectStore(root).has(`artifact:sha256/ab/ab${'0'.repeat(62)}.bin`), {
		code: 'STORAGE_UNREACHABLE',
		retryable: true,
	});
});

test('pieces of a length that nobody knows are stored in parts, and read from any place', { skip }, async () => {
	const storage = openObjectStorage(await newRoot());
	const pieces = Array.from({ length: 210 }, (_, i) => randomBytes(100_000 + i));
	await storage.putPieces(
		'inputs/table.csv',
		(async function* () {
			yield* pieces;
		})(),
	);
	const whole = Buffer.concat(pieces);
	const found = await storage.describe('inputs/table.csv');
	assert.equal(found?.bytes, whole.length);
	const read: Uint8Array[] = [];
	for await (const piece of storage.read('inputs/table.csv', 12_345_678)) read.push(piece);
	assert.equal(hashOf(Buffer.concat(read)), hashOf(whole.subarray(12_345_678)));
	assert.equal(await storage.describe('inputs/none.csv'), null);
});

test('an address with credentials in it, or none at all, is refused without being repeated', () => {
	for (const root of ['s3://', 's3://key:secret@bucket/x', 's3://bucket/../x', 's3://bucket//x', 's3://B_cket']) {
		assert.throws(
			() => openObjectStore(root),
			(error: Error & { code?: string }) =>
				error.code === 'CONFIG_INVALID' && !JSON.stringify(error).includes('secret'),
			root,
		);
	}
});
