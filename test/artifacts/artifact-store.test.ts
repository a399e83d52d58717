import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-artifacts-'));
after(() => rmSync(folder, { recursive: true }));
let stores = 0;
const newRoot = (): string => join(folder, `store-${stores++}`, 'nested');
const CONTENT = Buffer.from('some content');
const HASH = createHash('sha256').update(CONTENT).digest('hex');

test('content is stored under its hash and comes back', async () => {
	const root = newRoot();
	const store = await openFileStore(root);
	const ref = await store.put(CONTENT, { extension: 'arrow' });
	assert.deepEqual(ref, {
		uri: `artifact:sha256/${HASH.slice(0, 2)}/${HASH}.arrow`,
		sha256: HASH,
		bytes: CONTENT.length,
	});
	assert.deepEqual(Buffer.from(await store.get(ref.uri)), CONTENT);
	assert.equal(store.pathOf?.(ref.uri), join(root, 'sha256', HASH.slice(0, 2), `${HASH}.arrow`));
	assert.deepEqual(readdirSync(join(root, 'tmp')), []);
});

test('the same content is stored once, also by many writers at once and by a store opened later', async () => {
	const root = newRoot();
	const store = await openFileStore(root);
	const refs = await Promise.all(Array.from({ length: 8 }, () => store.put(CONTENT, { extension: 'bin' })));
	assert.equal(new Set(refs.map((ref) => ref.uri)).size, 1);
	const again = await openFileStore(root);
	await again.put(CONTENT, { extension: 'bin' });
	assert.deepEqual(readdirSync(join(root, 'sha256', HASH.slice(0, 2))), [`${HASH}.bin`]);
});

test('has and delete tell and remove what is there', async () => {
	const store = await openFileStore(newRoot());
	const { uri } = await store.put(CONTENT, { extension: 'bin' });
	assert.equal(await store.has(uri), true);
	await store.delete(uri);
	assert.equal(await store.has(uri), false);
	await store.delete(uri);
	await assert.rejects(store.get(uri), { code: 'ARTIFACT_MISSING' });
});

test('content that was changed is refused, and mended by storing it again', async () => {
	const store = await openFileStore(newRoot());
	const { uri } = await store.put(CONTENT, { extension: 'bin' });
	const path = store.pathOf?.(uri) as string;
	writeFileSync(path, 'some cOntent');
	await assert.rejects(store.get(uri), { code: 'ARTIFACT_CORRUPT' });
	await store.put(CONTENT, { extension: 'bin' });
	assert.deepEqual(readFileSync(path), CONTENT);
});

test('an address cannot leave the folder', async () => {
	const root = newRoot();
	const store = await openFileStore(root);
	const secret = Buffer.from('secret');
	const hash = createHash('sha256').update(secret).digest('hex');
	writeFileSync(join(folder, `${hash}.bin`), secret);
	for (const uri of [
		'artifact:sha256/../../secret.bin',
		`artifact:sha256/../${hash}.bin`,
		`artifact:sha256/${hash.slice(0, 2)}/../../../../${hash}.bin`,
		`artifact:sha256/zz/${hash}.bin`,
		`artifact:sha256/${hash.slice(0, 2)}/${hash}.bin/../x`,
		`artifact:sha256/${hash.slice(0, 2)}/${hash}.b/n`,
		`artifact:sha256/00/${'1'.repeat(64)}.bin`,
		'file:///etc/passwd',
		'/etc/passwd',
		'',
	]) {
		await assert.rejects(store.get(uri), { code: 'ARTIFACT_MISSING' }, uri);
		assert.equal(await store.has(uri), false);
	}
	await store.put(CONTENT, { extension: 'bin' });
	symlinkSync(folder, join(root, 'sha256', hash.slice(0, 2)));
	await assert.rejects(store.get(`artifact:sha256/${hash.slice(0, 2)}/${hash}.bin`), { code: 'ARTIFACT_MISSING' });
});

test('a file name extension that is none is refused', async () => {
	const store = await openFileStore(newRoot());
	for (const extension of ['', '../x', 'A', 'a'.repeat(17)]) await assert.rejects(store.put(CONTENT, { extension }));
});

test('drafts of writers that died are cleared away, recent ones stay', async () => {
	const root = newRoot();
	await openFileStore(root);
	writeFileSync(join(root, 'tmp', 'old'), 'x');
	writeFileSync(join(root, 'tmp', 'new'), 'x');
	const yesterday = new Date(Date.now() - 86_400_000);
	utimesSync(join(root, 'tmp', 'old'), yesterday, yesterday);
	await openFileStore(root);
	assert.deepEqual(readdirSync(join(root, 'tmp')), ['new']);
});

test('a root that cannot be made is reported', async () => {
	const path = join(folder, 'a-file');
	writeFileSync(path, '');
	await assert.rejects(openFileStore(join(path, 'store')), { code: 'OUTPUT_NOT_WRITABLE' });
});
