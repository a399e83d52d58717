import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openFileStore } from '../../src/artifacts/artifact-store.ts';
import { openArtifactStore } from '../../src/artifacts/open-artifact-store.ts';
import { objectServer, objectServerMissing } from '../object-storage/seaweed-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-artifacts-'));
after(() => rmSync(folder, { recursive: true }));
let stores = 0;
const newRoot = (): string => join(folder, `store-${stores++}`, 'nested');
const MIB = 1024 * 1024;
const CONTENT = Buffer.from('some content');
const SECRET = Buffer.from('secret');
const HASH = createHash('sha256').update(CONTENT).digest('hex');

/** A test that runs once on a folder and once on a bucket of object storage. */
function onBothRoots(name: string, work: (root: string) => Promise<void>): void {
	test(`${name} (folder)`, () => work(newRoot()));
	test(`${name} (object storage)`, { skip: objectServerMissing() }, async () => {
		await work(`${await (await objectServer()).newBucket()}/some/prefix`);
	});
}

onBothRoots('content is stored under its hash and comes back, whichever store is opened', async (root) => {
	const store = await openArtifactStore(root);
	const ref = await store.put(CONTENT, { extension: 'arrow' });
	assert.deepEqual(ref, {
		uri: `artifact:sha256/${HASH.slice(0, 2)}/${HASH}.arrow`,
		sha256: HASH,
		bytes: CONTENT.length,
	});
	assert.deepEqual(Buffer.from(await (await openArtifactStore(root)).get(ref.uri)), CONTENT);
	const empty = await store.put(new Uint8Array(), { extension: 'bin' });
	assert.equal((await store.get(empty.uri)).byteLength, 0);
});

onBothRoots('content of many sizes is the same when it comes back', async (root) => {
	const store = await openArtifactStore(root);
	// Around the part size and the size from which content goes in parts.
	for (const bytes of [1, 8 * MIB, 16 * MIB, 19 * MIB + 7]) {
		const content = randomBytes(bytes);
		const { uri, sha256 } = await store.put(content, { extension: 'bin' });
		assert.equal(sha256, createHash('sha256').update(content).digest('hex'));
		assert.ok(content.equals(await store.get(uri)), `${bytes} bytes`);
	}
});

test('a file is found by the path of its address', async () => {
	const root = newRoot();
	const store = await openFileStore(root);
	const ref = await store.put(CONTENT, { extension: 'arrow' });
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

onBothRoots('has and delete tell and remove what is there', async (root) => {
	const store = await openArtifactStore(root);
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

onBothRoots('an address cannot leave the root', async (root) => {
	const store = await openArtifactStore(root);
	const hash = createHash('sha256').update(SECRET).digest('hex');
	writeFileSync(join(folder, `${hash}.bin`), SECRET);
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
});

test('a link cannot lead out of the folder', async () => {
	const root = newRoot();
	const store = await openFileStore(root);
	const hash = createHash('sha256').update(SECRET).digest('hex');
	writeFileSync(join(folder, `${hash}.bin`), SECRET);
	await store.put(CONTENT, { extension: 'bin' });
	symlinkSync(folder, join(root, 'sha256', hash.slice(0, 2)));
	await assert.rejects(store.get(`artifact:sha256/${hash.slice(0, 2)}/${hash}.bin`), { code: 'ARTIFACT_MISSING' });
});

onBothRoots('a file name extension that is none is refused', async (root) => {
	const store = await openArtifactStore(root);
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
