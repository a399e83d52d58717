import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../../src/cli/command-list.ts';
import { docsUrl } from '../../src/cli/docs-url.ts';

const PROGRAM = fileURLToPath(new URL('../../bin/counterfoil', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Runs the program as a person would, in an empty folder of its own, without a terminal. */
function run(args: readonly string[], program = PROGRAM): Promise<Ended> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd: folder, env: { ...process.env, FORCE_COLOR: '', COUNTERFOIL_DB: '' } });
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
		child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
		child.on('error', reject);
		child.on('close', (code) => resolve({ code, stdout, stderr }));
		child.stdin.end();
	});
}

const DB = ['--db', join(folder, 'store', 'test.db')];

test('the help of the program lists every command and has no ANSI codes in a pipe', async () => {
	const { code, stdout } = await run(['--help']);
	assert.equal(code, 0);
	for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'));
	assert.ok(!stdout.includes('\x1b'));
});

test('without a command the help goes to stderr and the exit code says usage', async () => {
	const { code, stdout, stderr } = await run([]);
	assert.equal(code, 2);
	assert.equal(stdout, '');
	assert.match(stderr, /^Usage: counterfoil/);
});

test('mistyped commands and flags are refused with what was probably meant', async () => {
	const [command, child, flag] = await Promise.all([
		run(['rnu', 'a.csv']),
		run(['runs', 'shwo']),
		run(['run', 'a.csv', '--lable', 'x']),
	]);
	assert.deepEqual(command, {
		code: 2,
		stdout: '',
		stderr: `error USAGE: unknown command 'rnu'\nhint: did you mean run?\ndocs: ${docsUrl('USAGE')}\n`,
	});
	assert.match(child.stderr, /did you mean show\?/);
	assert.deepEqual([flag.code, /did you mean --label\?/.test(flag.stderr)], [2, true]);
});

test('values that do not fit are usage errors and nothing is made', async () => {
	const ended = await Promise.all([
		run(['run', 'a.csv', '--steps', '0']),
		run(['run', 'a.csv', '--max-rejects', 'many']),
		run(['generate', 'model', '--rows', '5', '--where', 'country']),
		run(['train']),
		run(['generate', 'model', '--rows', '5', '--json']),
	]);
	for (const { code, stderr } of ended) {
		assert.equal(code, 2, stderr);
		assert.match(stderr, /^(error USAGE: |\{"code":"USAGE")/);
	}
});

test('a missing file is exit code 4 with the nearest name, as text and as JSON', async () => {
	writeFileSync(join(folder, 'payments.csv'), 'a,b\n1,2\n');
	const [text, json] = await Promise.all([run(['run', 'paymnets.csv']), run(['run', 'paymnets.csv', '--json'])]);
	assert.deepEqual(text, {
		code: 4,
		stdout: '',
		stderr:
			'error INPUT_NOT_FOUND paymnets.csv: there is no such file\ncause: ENOENT: no such file or directory, stat\n' +
			`hint: did you mean payments.csv?\ndocs: ${docsUrl('INPUT_NOT_FOUND')}\n`,
	});
	assert.equal(json.code, 4);
	assert.deepEqual(JSON.parse(json.stderr), {
		code: 'INPUT_NOT_FOUND',
		message: 'there is no such file',
		where: 'paymnets.csv',
		hint: 'did you mean payments.csv?',
		retryable: false,
		cause: 'ENOENT: no such file or directory, stat',
		docs: docsUrl('INPUT_NOT_FOUND'),
	});
});

test('ingesting prints what was read; --json prints one document and nothing else', async () => {
	const rows = Array.from({ length: 40 }, (_, i) => `p${i},${i * 1.5},${i % 3 === 0 ? 'red' : 'blue'}`);
	writeFileSync(join(folder, 'small.csv'), `id,amount,colour\n${rows.join('\n')}\n`);
	const text = await run(['ingest', 'small.csv', '--key', 'id', ...DB]);
	assert.equal(text.code, 0, text.stderr);
	assert.match(text.stdout, /^Run \S+: 40 records, /);
	assert.match(text.stdout, /learnt from: 1 \w+, 1 \w+\n/);
	assert.match(text.stdout, /^ {2}id +key/m);
	assert.match(text.stdout, /train --dataset ds-/);
	assert.match(text.stderr, /reading the table: done in/);
	assert.ok(!`${text.stdout}${text.stderr}`.includes('\x1b'));

	const json = await run(['ingest', 'small.csv', '--key', 'id', '--name', 'again', '--json', ...DB]);
	assert.equal(json.stderr, '');
	const document = JSON.parse(json.stdout) as { rowsLoaded: number; columns: { name: string; role: string }[] };
	assert.equal(document.rowsLoaded, 40);
	assert.deepEqual(document.columns[0]?.role, 'key');

	const list = JSON.parse((await run(['runs', 'list', '--json', ...DB])).stdout) as { status: string; kind: string }[];
	assert.deepEqual(
		list.map(({ kind, status }) => [kind, status]),
		[
			['ingest', 'succeeded'],
			['ingest', 'succeeded'],
		],
	);
});

test('a column that does not exist is a usage error that names the nearest', async () => {
	const { code, stderr } = await run(['ingest', 'small.csv', '--label', 'color', ...DB]);
	assert.equal(code, 2, stderr);
	assert.match(stderr, /^error COLUMN_UNKNOWN/m);
	assert.match(stderr, /colour/);
});

test('what there is not is said to be so', async () => {
	const [run1, model, row, queue] = await Promise.all([
		run(['runs', 'show', 'nothing', ...DB]),
		run(['models', 'show', 'nothing', ...DB]),
		run(['explain', 'nothing', '1', ...DB]),
		run(['queue', 'list', '--json', ...DB]),
	]);
	for (const { code, stderr } of [run1, model, row]) {
		assert.equal(code, 2);
		assert.match(stderr, /^error NOT_FOUND/);
	}
	assert.deepEqual([queue.code, queue.stdout], [0, '[]\n']);
});

test('the database is checked and copied', async () => {
	const check = await run(['db', 'check', '--json', ...DB]);
	assert.equal((JSON.parse(check.stdout) as { ok: boolean }).ok, true);
	const backup = await run(['db', 'backup', 'copy.db', ...DB]);
	assert.equal(backup.code, 0, backup.stderr);
	assert.equal(backup.stdout, `${join(folder, 'copy.db')}\n`);
});

test('a reader that stops reading is no error', async () => {
	const { code, stdout, stderr } = await run(
		['-c', `'${PROGRAM}' simulate payments --rows 50000 | head -n 1`],
		'/bin/sh',
	);
	assert.equal(code, 0);
	assert.match(stdout, /^payment_id,/);
	assert.equal(stderr.includes('EPIPE'), false, stderr);
});

test('work goes on where nobody reads what is said of it', async () => {
	const { code, stderr } = await run(
		[
			'-c',
			`'${PROGRAM}' simulate payments --rows 300 --out few.csv && '${PROGRAM}' ingest few.csv --db few.db 2>&1 >few.txt | true`,
		],
		'/bin/sh',
	);
	assert.equal(code, 0, stderr);
	const listed = await run(['runs', 'list', '--json', '--db', 'few.db']);
	assert.match(listed.stdout, /"status":\s*"succeeded"/);
});

test('simulated payments are the same for the same seed', async () => {
	const [one, same, other] = await Promise.all(
		['3', '3', '4'].map((seed) => run(['simulate', 'payments', '--rows', '50', '--seed', seed])),
	);
	assert.equal(one?.stdout, same?.stdout);
	assert.notEqual(one?.stdout, other?.stdout);
	assert.equal(one?.stdout.split('\n').length, 52);
});

test('the program is found through symbolic links', async () => {
	const link = join(folder, 'linked');
	symlinkSync(PROGRAM, link);
	const { code, stdout } = await run(['--version'], link);
	assert.equal(code, 0);
	assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});
