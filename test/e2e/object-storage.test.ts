import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openObjectStorage } from '../../src/artifacts/object-storage.ts';
import { type ObjectServer, objectServer, objectServerMissing } from '../object-storage/seaweed-server.ts';
import { type Ended, query, runProgram, scoreDigest, workFolder } from './run-program.ts';

const FLAGS = [
	'--label',
	'is_fraud',
	'--key',
	'payment_id',
	'--steps',
	'20',
	'--synthetic-rows',
	'100',
	'--seed',
	'7',
	'--no-baselines',
];

describe('a pipeline whose artifacts are in object storage', { skip: objectServerMissing() }, () => {
	const folder = workFolder({ after });
	const alone = workFolder({ after });
	let server: ObjectServer;
	let root: string;
	let ended: Ended;

	const run = (args: readonly string[], cwd = folder) =>
		runProgram(args, { cwd, env: { ...server.env, COUNTERFOIL_ARTIFACTS: cwd === folder ? root : '' } });

	before(async () => {
		server = await objectServer();
		root = `${await server.newBucket()}/fraud`;
		const simulated = await run(['simulate', 'payments', '--rows', '300', '--out', 'payments.csv']);
		assert.equal(simulated.code, 0, simulated.stderr);
		writeFileSync(join(alone, 'payments.csv'), readFileSync(join(folder, 'payments.csv')));
		const there = await run(['run', 'payments.csv', ...FLAGS], alone);
		assert.equal(there.code, 0, there.stderr);
		// What is to be read is there too.
		const source = new URL('incoming/payments.csv', `${root}/`).href;
		await openObjectStorage(root).put('fraud/incoming/payments.csv', readFileSync(join(folder, 'payments.csv')));
		ended = await run(['run', source, ...FLAGS]);
		assert.equal(ended.code, 0, ended.stderr);
	});

	test('finds the scores that it finds with files, and leaves no files', () => {
		assert.equal(scoreDigest(folder), scoreDigest(alone));
		assert.deepEqual(
			readdirSync(join(folder, '.counterfoil')).filter((name) => !name.startsWith('counterfoil.db')),
			[],
		);
	});

	test('shows its report from anywhere', async () => {
		assert.match(ended.stdout, /s3:\/\/[\w-]+\/fraud\/reports\/[\w-]+\.html/);
		const [{ run_id } = { run_id: '' }] = query<{ run_id: string }>(folder, 'select run_id from runs');
		const made = await run(['report', run_id, '--out', 'report.html']);
		assert.equal(made.code, 0, made.stderr);
		assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /^<!doctype html>/i);
	});

	test('keeps what is piped in where every worker finds it, and drops it when it is done', async () => {
		const piped = await runProgram(['ingest', '-', '--name', 'piped'], {
			cwd: folder,
			env: { ...server.env, COUNTERFOIL_ARTIFACTS: root },
			input: readFileSync(join(folder, 'payments.csv'), 'utf8'),
		});
		assert.equal(piped.code, 0, piped.stderr);
		const [dataset] = query<{ source_uri: string; rows_loaded: number }>(
			folder,
			`select source_uri, rows_loaded from datasets where name = 'piped'`,
		);
		assert.match(dataset?.source_uri ?? '', /^s3:\/\/[\w-]+\/fraud\/inputs\/[0-9a-f]{16}\/stdin$/);
		assert.equal(dataset?.rows_loaded, 300);
		for await (const { key } of openObjectStorage(root).list('fraud/inputs/')) assert.fail(`${key} was left`);
	});

	test('writes no key of the object storage anywhere', () => {
		const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = server.env;
		const database = readFileSync(join(folder, '.counterfoil/counterfoil.db'), 'latin1');
		for (const secret of [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY]) {
			for (const text of [database, ended.stdout, ended.stderr]) assert.ok(!text.includes(secret));
		}
		assert.ok(!existsSync(join(folder, '.counterfoil/artifacts')));
	});

	test('says what is wrong where it may not be used, before anything is calculated', async () => {
		const wrong = await runProgram(['run', 'payments.csv', ...FLAGS, '--db', 'other.db'], {
			cwd: folder,
			env: { ...server.env, AWS_SECRET_ACCESS_KEY: 'planted-wrong', COUNTERFOIL_ARTIFACTS: root },
		});
		assert.equal(wrong.code, 7);
		assert.match(wrong.stderr, /STORAGE_NOT_ACCESSIBLE/);
		assert.ok(!wrong.stderr.includes('planted-wrong'));
	});
});
