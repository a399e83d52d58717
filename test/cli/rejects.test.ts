import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runInProcess } from './run-in-process.ts';

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-rejects-'));

before(async () => {
	process.chdir(folder);
	delete process.env.COUNTERFOIL_DB;
	const rows = Array.from({ length: 60 }, (_, i) => `${i},${2 * i}\n`).join('');
	for (const [name, odd] of [
		['short', '3,4,5'],
		['whole', '3,4'],
	]) {
		writeFileSync(`${name}.csv`, `a,b\n${rows}${odd}\n${rows}`);
		const { code, stderr } = await runInProcess(['ingest', `${name}.csv`, '-q']);
		assert.equal(code, 0, stderr);
	}
});
after(() => {
	process.chdir(here);
	rmSync(folder, { recursive: true, force: true });
});

/** The run that has read the table. */
async function runOf(name: string): Promise<string> {
	const datasets = JSON.parse((await runInProcess(['datasets', 'list', '--json'])).stdout) as readonly {
		readonly name: string;
		readonly dataset_id: string;
	}[];
	const runs = JSON.parse((await runInProcess(['runs', 'list', '--json'])).stdout) as readonly {
		readonly run_id: string;
		readonly dataset_id: string;
	}[];
	const id = datasets.find((dataset) => dataset.name === name)?.dataset_id;
	return runs.find(({ dataset_id }) => dataset_id === id)?.run_id ?? '';
}

test('the rejects of a table are those of the run that read it', async () => {
	const named = await runInProcess(['rejects', 'short', '--json']);
	const ofRun = await runInProcess(['rejects', await runOf('short'), '--json']);
	assert.deepEqual([ofRun.code, ofRun.stdout], [0, named.stdout]);
	assert.equal((JSON.parse(ofRun.stdout) as { readonly rejects: readonly unknown[] }).rejects.length, 1);
});

test('a run without rejects is no error', async () => {
	const { code, stdout, stderr } = await runInProcess(['rejects', await runOf('whole')]);
	assert.deepEqual([code, stdout], [0, '']);
	assert.match(stderr, /no row of data set \S+ was rejected/);
});
