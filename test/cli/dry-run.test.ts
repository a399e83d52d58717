import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { describeCommands } from '../../src/cli/describe-commands.ts';
import { flattenCommands } from '../../src/cli/describe-program.ts';
import { runInProcess } from './run-in-process.ts';

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-dry-run-'));
process.chdir(folder);
process.env.XDG_CONFIG_HOME = join(folder, 'home');
after(() => {
	process.chdir(here);
	rmSync(folder, { recursive: true, force: true });
});
const rows = Array.from({ length: 60 }, (_, i) => `P${i},${i * 1.5},${i % 3 === 0 ? 'red' : 'blue'}`);
writeFileSync('orders.csv', `id,amount,colour\n${rows.join('\n')}\n`);

test('a dry run says what a run would read and write, about how many rows and how long, and makes nothing', async () => {
	const { code, stdout, stderr } = await runInProcess(['run', 'orders.csv', '--dry-run']);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /^reads .*orders\.csv: 1 file, /m);
	assert.match(stdout, /^rows +about 60 rows$/m);
	assert.match(stdout, /^writes .*counterfoil\.db$/m);
	assert.match(stdout, /^time +about /m);
	assert.match(stderr, /nothing was changed/);
	assert.ok(!existsSync('.counterfoil'));
	const { stdout: json } = await runInProcess(['run', 'orders.csv', '--dry-run', '--json', '--label', 'colour']);
	const plan = JSON.parse(json) as { dryRun: boolean; rows: number; config: { label: string } };
	assert.deepEqual([plan.dryRun, plan.rows, plan.config.label], [true, 60, 'colour']);
});

test('a change is tried on a copy: it is told as it would be, and refused as it would be', async () => {
	assert.equal((await runInProcess(['ingest', 'orders.csv', '-q'])).code, 0);
	const before = readFileSync('.counterfoil/counterfoil.db');
	const tried = await runInProcess(['queue', 'set', 'cards', '--dataset', 'orders', '--dry-run']);
	assert.equal(tried.code, 0, tried.stderr);
	assert.match(tried.stdout, /orders\/cards/);
	assert.match(tried.stderr, /a dry run: nothing was changed/);
	assert.deepEqual(readFileSync('.counterfoil/counterfoil.db'), before);
	assert.equal(JSON.parse((await runInProcess(['queue', 'rules', '--json'])).stdout).length, 0);
	assert.equal((await runInProcess(['queue', 'set', 'cards', '--dataset', 'ordres', '--dry-run'])).code, 2);
});

/** What only reads, serves, or keeps its own books. */
const WITHOUT = [
	...['inspect', 'explain', 'rejects', 'doctor', 'completion', 'console', 'worker'],
	...['audit verify', 'config schema', 'config show', 'config validate', 'datasets list', 'datasets show'],
	...['db check', 'db schema', 'db status', 'labels list', 'models list', 'models show', 'models verify'],
	...['queue list', 'queue preview', 'queue reasons', 'queue rules', 'queue show', 'queue stats', 'queue suppressions'],
	...['runs list', 'runs show', 'schedule list', 'users list'],
];

test('every command that writes can be tried', async () => {
	const leaves = flattenCommands(await describeCommands()).filter(({ commands }) => commands.length === 0);
	const untried = leaves.filter(({ options }) => !options.some(({ long }) => long === '--dry-run'));
	assert.deepEqual(untried.map(({ path }) => path).sort(), [...WITHOUT].sort());
});

test('what writes a file, tried, says what it would hold and leaves no file', async () => {
	const simulated = await runInProcess(['simulate', 'payments', '--rows', '50', '--out', 'p.csv', '--dry-run']);
	assert.equal(simulated.code, 0, simulated.stderr);
	assert.match(simulated.stderr, /^50 payments, .*p\.csv\na dry run: nothing was changed$/m);
	const written = await runInProcess(['export', 'records', 'orders', '--out', 'o.csv', '--dry-run', '--json']);
	const told = JSON.parse(written.stdout) as { dryRun: boolean; rows: number };
	assert.deepEqual([told.dryRun, told.rows], [true, 60], written.stderr);
	const listed = await runInProcess(['export', 'records', 'orders', '--dry-run']);
	assert.deepEqual([listed.stdout, listed.code], ['', 0]);
	assert.equal((await runInProcess(['db', 'backup', 'copy.db', '--dry-run'])).code, 0);
	assert.equal((await runInProcess(['learn', 'ring', '--dry-run'])).code, 0);
	assert.match((await runInProcess(['demo', '--rows', '500', '--dry-run'])).stdout, /500 payments/);
	for (const file of ['p.csv', 'o.csv', 'copy.db', 'ring.html', '.counterfoil/demo'])
		assert.ok(!existsSync(file), file);
	const nowhere = await runInProcess(['export', 'records', 'orders', '--out', 'none/o.csv', '--dry-run']);
	assert.match(nowhere.stderr, /there is no folder none/);
});

test('a database is neither made nor brought up to date by a trial', async () => {
	const made = await runInProcess(['db', 'migrate', '--db', 'new.db', '--dry-run']);
	assert.match(made.stdout, /new\.db would be made/);
	assert.ok(!existsSync('new.db'));
	assert.match((await runInProcess(['db', 'migrate', '--dry-run'])).stdout, /is up to date/);
});

test('a run is cancelled and resumed, and a schedule made, for a trial only', async () => {
	const [run] = JSON.parse((await runInProcess(['runs', 'list', '--json'])).stdout) as { run_id: string }[];
	const { stdout: plan } = await runInProcess(['runs', 'resume', run?.run_id as string, '--dry-run', '--json']);
	assert.deepEqual(JSON.parse(plan).resumes, run?.run_id);
	assert.match((await runInProcess(['runs', 'cancel', run?.run_id as string, '--dry-run'])).stderr, /RUN_STATE/);
	const asked = ['schedule', 'create', 'daily', '--do', 'pipeline', '--files', '.', '--every', '1d', '--dry-run'];
	const { code, stdout, stderr } = await runInProcess(asked);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /schedule daily would be made/);
	assert.match((await runInProcess(['schedule', 'pause', 'daily', '--dry-run'])).stderr, /NOT_FOUND/);
});
