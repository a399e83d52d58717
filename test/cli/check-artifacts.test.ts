import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkArtifacts } from '../../src/cli/check-artifacts.ts';
import { objectServer, objectServerMissing } from '../object-storage/seaweed-server.ts';

test('doctor tries a bucket, says what is wrong with it, and has nothing to say of a folder', {
	skip: objectServerMissing(),
}, async () => {
	const server = await objectServer();
	const root = `${await server.newBucket()}/fraud`;
	const db = undefined;
	assert.equal(await checkArtifacts({ db, artifacts: 'a-folder' }), null);
	const found = await checkArtifacts({ db, artifacts: root });
	assert.deepEqual([found?.status, found?.words], ['ok', `writes, reads and lists ${root}`]);
	process.env.AWS_SECRET_ACCESS_KEY = 'another';
	const missing = await checkArtifacts({ db, artifacts: root });
	assert.deepEqual([missing?.status, missing?.details.code], ['missing', 'STORAGE_NOT_ACCESSIBLE']);
	const invalid = await checkArtifacts({ db, artifacts: 's3://key:secret@bucket' });
	assert.equal(invalid?.status, 'missing');
	assert.ok(!JSON.stringify(invalid).includes('secret'));
});
