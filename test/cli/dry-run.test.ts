import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
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
