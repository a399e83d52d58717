import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { runInProcess } from './run-in-process.ts';

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-missing-'));

before(async () => {
	process.chdir(folder);
	process.env.XDG_CONFIG_HOME = join(folder, 'home');
	delete process.env.COUNTERFOIL_DB;
	delete process.env.COUNTERFOIL_INVOKED_AS;
	const { code, stderr } = await runInProcess(['db', 'migrate', '--db', 'frauds.db', '-q']);
	assert.equal(code, 0, stderr);
	writeFileSync('payments.csv', 'id,amount\n1,2\n');
});
after(() => {
	process.chdir(here);
	rmSync(folder, { recursive: true, force: true });
});

const LOOKING = [
	['runs', 'list'],
	['runs', 'show', '20200101'],
	['queue', 'list'],
	['queue', 'claim', '1'],
	['queue', 'set', 'cards'],
	['models', 'list'],
	['datasets', 'list'],
	['labels', 'list'],
	['users', 'list'],
	['schedule', 'list'],
	['report', '20200101'],
	['rejects', 'payments'],
	['export', 'records', 'payments'],
	['score', 'payments.csv', '--model', 'payments'],
	['train', '--dataset', 'payments'],
	['audit', 'verify'],
	['db', 'check'],
	['db', 'schema'],
	['db', 'backup', 'copy.db'],
	['purge', '--record-key', 'P7', '--yes'],
	['console', '--port', '0'],
] as const;

for (const argv of LOOKING) {
	test(`${argv.join(' ')}: a database that was named and is not there is an error, and none is made`, async () => {
		const { code, stdout, stderr } = await runInProcess([...argv, '--db', 'fraud.db']);
		assert.deepEqual([code, stdout], [2, ''], stderr);
		assert.ok(stderr.startsWith(`error NOT_FOUND ${join(process.cwd(), 'fraud.db')}: there is no such database\n`));
		assert.match(stderr, /^hint: did you mean frauds\.db\?$/m);
		assert.deepEqual(readdirSync('.').sort(), ['artifacts', 'frauds.db', 'payments.csv']);
	});
}

test('what is wrong with a database is told of itself, not of the copy that a dry run makes', async () => {
	const foreign = join(process.cwd(), 'foreign.db');
	const connection = new Sqlite(foreign);
	connection.exec('create table customers (id integer)');
	connection.close();
	mkdirSync('folder.db');
	writeFileSync('text.db', 'amount,time\n'.repeat(200));
	try {
		for (const [name, code] of [
			['foreign.db', 'DATABASE_FOREIGN'],
			['folder.db', 'DATABASE_NOT_ACCESSIBLE'],
			['text.db', 'DATABASE_CORRUPT'],
			[join('text.db', 'below.db'), 'DATABASE_NOT_ACCESSIBLE'],
		] as const) {
			const { stderr } = await runInProcess(['run', 'payments.csv', '--dry-run', '--db', name]);
			assert.ok(stderr.startsWith(`error ${code} ${join(process.cwd(), name)}: `), stderr);
		}
	} finally {
		for (const name of ['foreign.db', 'folder.db', 'text.db']) rmSync(name, { recursive: true });
	}
});

test('a trial of a change is refused as the change itself', async () => {
	const { code, stderr } = await runInProcess(['queue', 'set', 'cards', '--dry-run', '--db', 'fraud.db']);
	assert.deepEqual([code, /there is no such database/.test(stderr)], [2, true], stderr);
});

test('the database that the environment names is meant too', async () => {
	process.env.COUNTERFOIL_DB = 'nowhere/fraud.db';
	try {
		const { code, stderr } = await runInProcess(['runs', 'list']);
		assert.equal(code, 2);
		assert.match(stderr, /^hint: check the path; a new database is begun with: .* --db nowhere\/fraud\.db$/m);
		assert.ok(!existsSync('nowhere'));
	} finally {
		delete process.env.COUNTERFOIL_DB;
	}
});

test('a table is no database that could have been meant', async () => {
	const { stderr } = await runInProcess(['runs', 'list', '--db', 'payments.db']);
	assert.match(stderr, /^hint: check the path; /m);
});

test('where nothing was named and nothing is there yet, lists are empty and say how to begin', async () => {
	assert.deepEqual(await runInProcess(['runs', 'list', '--json']), { code: 0, stdout: '[]\n', stderr: '' });
	for (const argv of [
		['runs', 'list'],
		['datasets', 'list'],
		['models', 'list'],
	]) {
		const { code, stdout, stderr } = await runInProcess(argv);
		assert.deepEqual([code, stdout], [0, ''], argv.join(' '));
		assert.match(stderr, /begin with: counterfoil /);
	}
	const { code, stderr } = await runInProcess(['report', '20200101']);
	assert.equal(code, 2);
	assert.match(stderr, /: there is no database here yet\nhint: begin with: counterfoil run FILE, or counterfoil demo;/);
	assert.ok(!existsSync('.counterfoil'));
});
