import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { ERROR_CATALOGUE } from '../../src/contracts/errors.ts';
import { assertGolden } from './golden-files.ts';
import { type Ended, runInProcess } from './run-in-process.ts';

/**
 * Mistakes as people make them, each provoked for real. What they are told is kept in test/cli/golden/mistakes: the
 * message alone has to say how to mend it.
 */
const PROGRAM = fileURLToPath(new URL('../../bin/counterfoil', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-mistakes-'));
const nobody = 65_534;
/** Rights do not keep root out: what is about rights is done as somebody else. */
const isRoot = process.getuid?.() === 0;

before(async () => {
	process.chdir(folder);
	process.env.XDG_CONFIG_HOME = join(folder, 'home');
	delete process.env.COUNTERFOIL_DB;
	delete process.env.COUNTERFOIL_INVOKED_AS;
	writeFileSync('payments.csv', table(0));
	const { code, stderr } = await runInProcess(['ingest', 'payments.csv', '--key', 'payment_id', '-q']);
	assert.equal(code, 0, stderr);
});
after(() => {
	process.chdir(here);
	rmSync(folder, { recursive: true, force: true });
});

function table(from: number, header = 'payment_id,amount,country,is_fraud'): string {
	const rows = Array.from(
		{ length: 60 },
		(_, i) => `P${from + i},${(i * 7.5).toFixed(2)},${i % 3 ? 'DE' : 'FR'},${i % 30 === 0 ? 1 : 0}`,
	);
	return `${header}\n${rows.join('\n')}\n`;
}

/** Holds the message against its golden file, and the exit code. */
function assertMistake(name: string, argv: readonly string[], exitCode: number, { code, stdout, stderr }: Ended): void {
	assert.equal(code, exitCode, stderr);
	assert.equal(stdout, '');
	assert.match(stderr, /^hint: /m, stderr);
	assertGolden(`mistakes/${name}.txt`, `$ counterfoil ${argv.join(' ')}\n${normalise(stderr)}exit ${code}\n`);
}

function normalise(text: string): string {
	return text
		.replaceAll(/^ *\d+ % {2}.*\n/gm, '')
		.replaceAll(folder, 'FOLDER')
		.replaceAll(ROOT, '/counterfoil/')
		.replaceAll(PROGRAM, 'counterfoil')
		.replaceAll(/\d{8}-\d{6}-[0-9a-f]{6}/g, 'RUN')
		.replaceAll(/ds-[0-9a-f]{12}/g, 'DATASET')
		.replaceAll(/artifact:\S+/g, 'ARTIFACT')
		.replaceAll(/counterfoil-bug-\S+/g, 'BUNDLE.json')
		.replaceAll(/\b(Process|process|pid) \d+/g, '$1 PID')
		.replaceAll(/127\.0\.0\.1:\d{4,5}/g, '127.0.0.1:PORT');
}

/** A mistake that the arguments, the settings or a file make. */
async function check(name: string, argv: readonly string[], exitCode: number): Promise<void> {
	assertMistake(name, argv, exitCode, await runInProcess(argv));
}

/** The program as a process of its own, after `setUp` in a shell. */
function spawn(setUp: string, argv: readonly string[], options: { uid?: number; env?: NodeJS.ProcessEnv } = {}): Ended {
	const script = `${setUp}; exec "$@"`;
	const { status, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', PROGRAM, ...argv], {
		cwd: folder,
		encoding: 'utf8',
		env: { ...process.env, HOME: folder, ...options.env },
		...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
	});
	return { code: status ?? -1, stdout, stderr: stderr };
}

test('a file that is not there: the one that was probably meant', () =>
	check('wrong-path', ['run', 'paymnets.csv'], 4));

test('an option that there is not: the one that was probably meant', () =>
	check('wrong-flag', ['run', 'payments.csv', '--lable', 'is_fraud'], 2));

test('a command that there is not', () => check('wrong-command', ['qeue', 'list'], 2));

test('the help of a command that there is not', () => check('wrong-help', ['help', 'qeue'], 2));

test('an argument that is missing: the help of that very command', () =>
	check('missing-argument', ['models', 'show'], 2));

test('a value that does not fit its option', () =>
	check('wrong-value', ['run', 'payments.csv', '--alerts', '100/month'], 2));

test('a choice that there is not', () => check('wrong-choice', ['run', 'payments.csv', '--backend', 'gpu'], 2));

test('a database of a kind that is not taken, whose password is not repeated', () =>
	check('wrong-database', ['runs', 'list', '--db', 'mysql://ann:secret@db.example/fraud'], 2));

test('a database that is not there: the one beside it, and none is made', async () => {
	copyFileSync(join('.counterfoil', 'counterfoil.db'), 'payments.db');
	await check('missing-database', ['queue', 'list', '--db', 'paymnts.db'], 2);
});

test('a column that there is not', () => check('wrong-column', ['ingest', 'payments.csv', '--label', 'is_frued'], 2));

test('a setting that there is not', async () => {
	writeFileSync('settings.yaml', '# ours\nlabel: is_fraud\nalertBuget: 100\n');
	await check('wrong-setting', ['run', 'payments.csv', '--config', 'settings.yaml'], 2);
});

test('a configuration that is no YAML', async () => {
	writeFileSync('broken.yaml', 'label: is_fraud\nignore: [comment\nkey: id\n');
	await check('broken-configuration', ['run', 'payments.csv', '--config', 'broken.yaml'], 2);
});

test('settings that contradict one another', () =>
	check('contradiction', ['run', 'payments.csv', '--alerts', '100/day'], 2));

test('a model that there is not', () => check('wrong-model', ['score', 'payments.csv', '--model', 'paymets'], 2));

test('a run that there is not', () => check('wrong-run', ['runs', 'show', '20200101-0000'], 2));

test('a data set that there is not', () => check('wrong-dataset', ['rejects', 'paymnts'], 2));

test('a table without rows', async () => {
	writeFileSync('empty.csv', 'payment_id,amount\n');
	await check('empty-table', ['ingest', 'empty.csv'], 4);
});

test('a table with too few rows to learn from', async () => {
	writeFileSync('short.csv', table(0).split('\n').slice(0, 8).join('\n'));
	await check('short-table', ['train', 'short.csv'], 4);
});

test('a file that is no table', async () => {
	writeFileSync(
		'photo.csv',
		Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1]),
	);
	await check('no-table', ['ingest', 'photo.csv'], 4);
});

test('a quote that is never closed', async () => {
	writeFileSync('quote.csv', `a,b\n${'1,2\n'.repeat(40)}3,"x\n${'1,2\n'.repeat(40)}`);
	await check('unclosed-quote', ['ingest', 'quote.csv', '--on-error', 'fail'], 3);
});

test('too many rows that cannot be read', async () => {
	writeFileSync('ragged.csv', `a,b\n${'1,2\n'.repeat(40)}${'3\n'.repeat(30)}`);
	await check('too-many-rejects', ['ingest', 'ragged.csv', '--max-rejects', '1%'], 3);
});

test('a table whose columns have changed', async () => {
	writeFileSync('changed.csv', table(100, 'payment_id,amount_eur,country,is_fraud'));
	const argv = ['ingest', 'changed.csv', '--name', 'payments', '--schema-policy', 'freeze'];
	await check('schema-changed', argv, 3);
});

test('a database that another process writes to', async () => {
	const other = new Sqlite(join('.counterfoil', 'counterfoil.db'));
	other.exec('begin immediate');
	try {
		await check('locked-database', ['queue', 'set', 'cards', '--dataset', 'payments'], 5);
	} finally {
		other.close();
	}
});

test('a file in place of the database that is none', async () => {
	writeFileSync('notes.db', 'these are notes and no database at all, however long they may be\n'.repeat(20));
	await check('no-database', ['runs', 'list', '--db', 'notes.db'], 1);
});

test('a database of another program', async () => {
	const other = new Sqlite('shop.db');
	other.exec('create table orders (id integer primary key, total real)');
	other.close();
	await check('foreign-database', ['runs', 'list', '--db', 'shop.db'], 2);
});

test('a database server that does not answer', async () => {
	const server: Server = createServer().listen(0, '127.0.0.1');
	await new Promise((resolve) => server.once('listening', resolve));
	const { port } = server.address() as { port: number };
	await new Promise((resolve) => server.close(resolve));
	const argv = ['runs', 'list', '--db', `postgres://ann:secret@127.0.0.1:${port}/fraud`];
	const ended = await runInProcess(argv);
	assert.ok(!ended.stderr.includes('secret'));
	assertMistake('unreachable-database', ['runs', 'list', '--db', 'postgres://ann:...@127.0.0.1:PORT/fraud'], 1, ended);
});

test('a file that is there already', async () => {
	writeFileSync('counterfoil.config.yaml', 'label: is_fraud\n');
	try {
		await check('file-exists', ['init'], 5);
	} finally {
		rmSync('counterfoil.config.yaml');
	}
});

test('endings of formats that are not written there', async () => {
	await check('simulated-parquet', ['simulate', 'payments', '--rows', '5', '-o', 'p.parquet'], 2);
	await check('report-pdf', ['report', '20260101', '--out', 'report.pdf'], 2);
	assert.ok(!existsSync('p.parquet'));
});

test('a port that there is not', () => check('port', ['console', '--port', '99999'], 2));

test('a table that simulated rows would replace', () =>
	check('table-exists', ['simulate', 'payments', '--rows', '5', '-o', 'payments.csv'], 5));

test('a file in a folder that is not there', () =>
	check('missing-folder', ['export', 'records', 'payments', '-o', 'exports/today.csv'], 2));

test('a file of a format that there is not', () =>
	check('wrong-ending', ['export', 'records', 'payments', '-o', 'payments.xlsx'], 2));

test('something that cannot be taken back, where nobody can be asked', () =>
	check('confirmation', ['purge', '--record-key', 'P7'], 2));

test('a queue item that somebody else holds or that there is not', () =>
	check('wrong-item', ['queue', 'decide', 'fraud', '17'], 2));

test('a file that may not be read', {
	skip: isRoot || process.platform === 'linux' ? false : 'rights are those of the user',
}, () => {
	copyFileSync('payments.csv', 'secret.csv');
	chmodSync('secret.csv', 0o000);
	assertMistake(
		'no-right-to-read',
		['ingest', 'secret.csv', '--db', 'own/counterfoil.db'],
		4,
		asSomebodyElse(['ingest', 'secret.csv', '--db', 'own/counterfoil.db']),
	);
});

test('a folder that may not be written to', () => {
	mkdirSync('closed', { recursive: true });
	chmodSync('closed', 0o555);
	const argv = ['ingest', 'payments.csv', '--db', 'closed/counterfoil.db'];
	assertMistake('no-right-to-write', argv, 7, asSomebodyElse(argv));
});

/** As a user whom rights keep out; root is let in everywhere. */
function asSomebodyElse(argv: readonly string[]): Ended {
	if (!isRoot) return spawn(':', argv);
	chmodSync(folder, 0o755);
	mkdirSync('own', { recursive: true });
	chownSync('own', nobody, nobody);
	return spawn(':', argv, { uid: nobody });
}

test('a disk that is full', { skip: process.platform === 'linux' ? false : 'there is no /dev/full' }, () => {
	const argv = ['simulate', 'payments', '--rows', '2000', '-o', '/dev/full'];
	assertMistake('disk-full', argv, 6, spawn(':', argv));
});

test('a time that is too short', async () => {
	const argv = ['inspect', 'payments.csv', '--timeout', '0.05s'];
	await check('time-over', argv, 6);
});

test('output that goes where there is no space', {
	skip: process.platform === 'linux' ? false : 'there is no /dev/full',
}, () => {
	const argv = ['simulate', 'payments', '--rows', '2000'];
	assertMistake('output-full', [...argv, '>', '/dev/full'], 6, spawn('exec >/dev/full', argv));
});

test('a backend that there is not, named where all commands find it', async () => {
	process.env.COUNTERFOIL_BACKEND = 'gpu';
	try {
		await check('wrong-backend', ['train', 'payments.csv'], 2);
	} finally {
		delete process.env.COUNTERFOIL_BACKEND;
	}
});

test('being interrupted leaves what has been done, and says how to go on', async () => {
	const argv = ['train', 'payments.csv', '--label', 'is_fraud'];
	for (const [signal, exitCode] of [
		['SIGINT', 130],
		['SIGTERM', 143],
	] as const) {
		const before = process.listenerCount(signal);
		const soon = setInterval(() => {
			if (process.listenerCount(signal) > before) process.emit(signal);
			if (process.listenerCount(signal) > before) clearInterval(soon);
		}, 50);
		const ended = await runInProcess([...argv, '-q']);
		clearInterval(soon);
		assertMistake(signal === 'SIGINT' ? 'interrupted' : 'terminated', argv, exitCode, ended);
	}
});

test('every exit code of the table is provoked; that of a defect elsewhere, since there is none to provoke', () => {
	const texts = readdirSync(join(ROOT, 'test/cli/golden/mistakes')).map((name) =>
		readFileSync(join(ROOT, 'test/cli/golden/mistakes', name), 'utf8'),
	);
	assert.ok(texts.length >= 20);
	const provoked = new Set(texts.map((text) => Number(/^exit (\d+)$/m.exec(text)?.[1])));
	const known = [...Object.values(ERROR_CATALOGUE).map(({ exitCode }) => exitCode), 143].filter((code) => code !== 70);
	assert.deepEqual(
		[...new Set(known)].filter((code) => !provoked.has(code)),
		[],
	);
});
