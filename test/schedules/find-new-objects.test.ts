import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openObjectInputs } from '../../src/artifacts/object-inputs.ts';
import { openObjectStorage } from '../../src/artifacts/object-storage.ts';
import { openInput } from '../../src/ingest/open-input.ts';
import { findNewFiles, hashFile } from '../../src/schedules/find-new-files.ts';
import { objectServer, objectServerMissing } from '../object-storage/seaweed-server.ts';

const skip = objectServerMissing();
const DUE = Date.parse('2026-11-22T12:00:00Z');

async function bucketWith(objects: Readonly<Record<string, string>>): Promise<string> {
	const bucket = await (await objectServer()).newBucket();
	for (const [key, text] of Object.entries(objects)) await openObjectStorage(bucket).put(key, Buffer.from(text));
	return bucket;
}

const found = async (pattern: string, settleSeconds = 0) =>
	(await findNewFiles(pattern, { settleSeconds, dueAtMs: DUE, inputRoots: null })).map(({ path }) =>
		path.replace(/^s3:\/\/[^/]+\//, ''),
	);

test('a folder, a pattern and dates of object storage are taken as those of files are', { skip }, async () => {
	const bucket = await bucketWith({
		'in/b.csv': 'x\n2\n',
		'in/a.csv': 'x\n1\n',
		'in/_SUCCESS': '',
		'in/deeper/c.csv': 'x\n3\n',
		'daily/2026-11-21/p.csv': 'x\n4\n',
		'daily/2026-11-23/p.csv': 'x\n5\n',
		'inside.csv': 'x\n6\n',
	});
	assert.deepEqual(await found(`${bucket}/in`), ['in/a.csv', 'in/b.csv']);
	assert.deepEqual(await found(`${bucket}/in/`, 3_600), [], 'what was written a moment ago may be replaced');
	assert.deepEqual(await found(`${bucket}/in/**/*.csv`), ['in/a.csv', 'in/b.csv', 'in/deeper/c.csv']);
	assert.deepEqual(await found(`${bucket}/daily/{yyyy}-{MM}-{dd}/*.csv`), ['daily/2026-11-21/p.csv']);
	assert.deepEqual(await found(`${bucket}/nothing/here`), []);
	assert.equal(await hashFile(`${bucket}/in/a.csv`), createHash('sha256').update('x\n1\n').digest('hex'));
});

test('an object is new again when its content is', { skip }, async () => {
	const bucket = await bucketWith({ 'in/a.csv': 'x\n1\n' });
	const keyOf = async () =>
		(await findNewFiles(`${bucket}/in`, { settleSeconds: 0, dueAtMs: DUE, inputRoots: null }))[0]?.itemKey;
	const first = await keyOf();
	assert.equal(await keyOf(), first);
	await openObjectStorage(bucket).put('in/a.csv', Buffer.from('x\n9\n'));
	assert.notEqual(await keyOf(), first);
});

test('objects below an address are read as one table, only where they may be', { skip }, async () => {
	const bucket = await bucketWith({ 'in/a.csv': 'x,y\n1,2\n', 'in/b.jsonl': '{"x":3,"y":4}\n{"x":5,"y":6}\n' });
	const remote = openObjectInputs();
	const table = await openInput(`${bucket}/in`, { remote, inputRoots: ['/tmp', `${bucket}/in`] });
	let rows = 0;
	for await (const { batch } of table) rows += batch.rows;
	assert.deepEqual([rows, table.names], [3, ['x', 'y']]);
	for (const roots of [['/tmp'], [`${bucket}/i`], [`${bucket}/in/a`], ['s3://another/in']]) {
		await assert.rejects(openInput(`${bucket}/in`, { remote, inputRoots: roots }), { code: 'INPUT_NOT_ALLOWED' });
	}
	await assert.rejects(openInput(`${bucket}/out`, { remote }), { code: 'INPUT_NOT_FOUND' });
	await assert.rejects(openInput(`${bucket}/in`), { code: 'INPUT_NOT_READABLE' }, 'nothing is fetched unasked');
});
