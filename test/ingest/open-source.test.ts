import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { makeFile, readAll } from './read-all.ts';

const CSV = 'a,b\n1,2\n3,4\n';

test('a file that does not exist is reported with the nearest name in its folder', async () => {
	const path = makeFile(CSV, 'payments.csv');
	await assert.rejects(readAll(path.replace('payments', 'paymets')), {
		code: 'INPUT_NOT_FOUND',
		hint: `Did you mean ${path}?`,
	});
	await assert.rejects(readAll(join(dirname(path), 'no', 'such', 'folder.csv')), { code: 'INPUT_NOT_FOUND' });
	await assert.rejects(readAll(join(path, 'below-a-file.csv')), { code: 'INPUT_NOT_FOUND' });
});

test('a folder, a device and a named pipe are refused without being read', async () => {
	const path = makeFile('');
	await assert.rejects(readAll(dirname(path)), { code: 'INPUT_NOT_READABLE', message: /folder/ });
	await assert.rejects(readAll('/dev/zero'), { code: 'INPUT_NOT_READABLE', message: /device/ });
	const pipe = `${path}.fifo`;
	execFileSync('mkfifo', [pipe]);
	await assert.rejects(readAll(pipe), { code: 'INPUT_NOT_READABLE', message: /pipe/ });
});

test('gzip is found by its first bytes, and every member is read', async () => {
	const members = Buffer.concat([gzipSync('a,b\n1,'), gzipSync('2\n3,4\n')]);
	const table = await readAll(makeFile(members, 'no-extension'));
	assert.deepEqual(table.rows, [
		['1', '2'],
		['3', '4'],
	]);
	assert.equal(table.counts.bytes, members.length);
	assert.equal(table.counts.sha256, createHash('sha256').update(members).digest('hex'));
});

test('gzip data that is cut short, fails its checksum or goes on with other bytes is damaged', async () => {
	const whole = gzipSync(CSV);
	const damaged = Buffer.from(whole);
	damaged.writeUInt32LE(1, whole.length - 8);
	const code = 'INPUT_COMPRESSION_DAMAGED';
	await assert.rejects(readAll(makeFile(whole.subarray(0, -9))), { code, message: /cut short/ });
	await assert.rejects(readAll(makeFile(damaged)), { code, message: /incorrect data check/ });
	await assert.rejects(readAll(makeFile(Buffer.concat([whole, Buffer.from('more')]))), { code, message: /not gzip/ });
});

test('padding after gzip data is left out and reported, and the hash covers it', async () => {
	const padded = Buffer.concat([gzipSync(CSV), Buffer.alloc(600_000)]);
	const { rows, repairs, counts } = await readAll(makeFile(padded));
	assert.equal(rows.length, 2);
	assert.deepEqual(
		repairs.map(({ kind, count }) => [kind, count]),
		[['TRAILING_BYTES_IGNORED', 600_000]],
	);
	assert.equal(counts.sha256, createHash('sha256').update(padded).digest('hex'));
});

test('a decompression bomb ends at the limits on ratio and size', async () => {
	const bomb = makeFile(gzipSync(Buffer.concat([Buffer.from('a\n1\n'), Buffer.alloc(80_000_000, '0')]), { level: 1 }));
	await assert.rejects(readAll(bomb), { code: 'INPUT_TOO_LARGE', message: /200 times/ });
	await assert.rejects(readAll(makeFile(gzipSync(CSV)), { maxDecompressedBytes: 5 }), {
		code: 'INPUT_TOO_LARGE',
		message: /5 bytes/,
	});
});

test('formats that are known but not read are named', async () => {
	const code = 'INPUT_NOT_READABLE';
	await assert.rejects(readAll(makeFile('PK\x03\x04....')), { code, message: /Excel/ });
	for (const page of ['<!DOCTYPE html><html>\n<p>a,b</p>\n</html>\n', '\ufeff\n<html lang="en">\n<body>\n']) {
		await assert.rejects(readAll(makeFile(page)), { code, message: /a web page/, hint: /log in/ });
	}
	await assert.rejects(readAll(makeFile('<?xml version="1.0"?>\n<a/>\n')), { code, message: /XML/ });
	assert.equal((await readAll(makeFile('<html>,b\n1,2\n'), { delimiter: ',' })).rows.length, 1);
	assert.equal((await readAll(makeFile('<htmlish>,b\n1,2\n'))).rows.length, 1);
	await assert.rejects(readAll(makeFile(Uint8Array.from({ length: 4_000 }, (_, i) => (i * 7) % 29))), {
		code: 'CSV_UNREADABLE',
	});
});

test('progress is told in stored bytes, and reading can be cancelled', async () => {
	const path = makeFile(`a\n${'12345\n'.repeat(200_000)}`);
	const seen: [number, number][] = [];
	await readAll(path, { onProgress: (done, total) => seen.push([done, total]) });
	assert.deepEqual(seen.at(-1), [1_200_002, 1_200_002]);
	assert.ok(seen.length > 2);
	const controller = new AbortController();
	const onProgress = (): void => controller.abort();
	await assert.rejects(readAll(path, { onProgress, signal: controller.signal }), { code: 'CANCELLED' });
});
