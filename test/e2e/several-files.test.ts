import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { query, runProgram, startProgram, workFolder } from './run-program.ts';

const ROWS = Array.from({ length: 200 }, (_, i) => `${i},${i * 1.5},${['a', 'b', 'c'][i % 3]}`);

describe('a table in several files, or piped in', { concurrency: 2 }, () => {
	test('a folder is one table; what cannot be read of it is listed with its file', async (t) => {
		const folder = workFolder(t);
		mkdirSync(join(folder, 'days'));
		writeFileSync(join(folder, 'days/1.csv'), `n,x,k\n${ROWS.join('\n')}\n`);
		writeFileSync(join(folder, 'days/2.jsonl.gz'), gzipSync('{"k":"a","n":200,"x":0.10}\n{"n":201\n'));
		writeFileSync(join(folder, 'days/3.parquet'), 'PAR1 is not all');
		const ended = await runProgram(['ingest', 'days', '--json'], { cwd: folder });
		assert.equal(ended.code, 0, ended.stderr);
		const { rowsLoaded, rowsRejected } = JSON.parse(ended.stdout) as { rowsLoaded: number; rowsRejected: number };
		assert.deepEqual([rowsLoaded, rowsRejected], [201, 2]);
		const rejects = query<{ file: string; error_type: string }>(
			folder,
			'select file, error_type from rejects order by file',
		);
		assert.deepEqual(
			rejects.map(({ file, error_type }) => [basename(file), error_type]),
			[
				['2.jsonl.gz', 'MALFORMED'],
				['3.parquet', 'FILE_REJECTED'],
			],
		);
		const [last] = query<{ n: string; name: string }>(
			folder,
			`select json_extract(r.data_json, '$.x') as n, d.name from records r join datasets d using (dataset_id) order by row_number desc limit 1`,
		);
		assert.deepEqual(last, { n: '0.10', name: 'days' });
	});

	test('standard input is a table by the name of stdin, and nothing of it stays behind', async (t) => {
		const folder = workFolder(t);
		const input = `n,x,k\n${ROWS.join('\n')}\n`;
		const ended = await runProgram(['ingest', '-', '--json'], { cwd: folder, input });
		assert.equal(ended.code, 0, ended.stderr);
		assert.deepEqual(query(folder, 'select name, rows_loaded from datasets'), [{ name: 'stdin', rows_loaded: 200 }]);
		assert.match(ended.stderr, /what was piped in is kept until the run is done: \/.*\/inputs\/.*\/stdin/);
		const kept = join(folder, '.counterfoil/inputs');
		assert.deepEqual(readdirSync(kept), []);

		for (const [argv, code] of [
			[['ingest', '-', '--key', 'nosuch'], 'COLUMN_UNKNOWN'],
			[['ingest', '-', '--max-rejects', '0'], 'REJECTS_OVER_LIMIT'],
			[['score', '-', '--model', 'nosuch'], 'NOT_FOUND'],
		] as const) {
			const refused = await runProgram([...argv], { cwd: folder, input: `${input}1\n` });
			assert.match(refused.stderr, new RegExp(`error ${code}`));
			assert.deepEqual(readdirSync(kept), [], 'with what is refused no run goes on');
		}

		const elsewhere = workFolder(t);
		const seen = await runProgram(['inspect', '-', '--json'], { cwd: elsewhere, input });
		assert.equal(JSON.parse(seen.stdout).rowsLoaded, 200, seen.stderr);
		const begun = await runProgram(['init', '-', '--out', '-'], { cwd: elsewhere, input });
		assert.equal(begun.code, 0, begun.stderr);
		assert.deepEqual(readdirSync(elsewhere), [], 'what only looks leaves nothing');
	});

	test('what was piped in stays while a run is stopped, and goes once it has gone on to its end', async (t) => {
		const folder = workFolder(t);
		const { stdout: input } = await runProgram(['simulate', 'payments', '--rows', '300'], { cwd: folder });
		const stopped = startProgram(['train', '-', '--steps', '20'], { cwd: folder, input });
		t.after(() => stopped.kill('SIGKILL'));
		await stopped.untilStderr(/looking at the columns: done/);
		stopped.kill('SIGINT');
		assert.equal((await stopped.ended).code, 130);
		const kept = join(folder, '.counterfoil/inputs');
		assert.equal(readdirSync(kept).length, 1);
		const [run] = query<{ run_id: string }>(folder, 'select run_id from runs');
		const resumed = await runProgram(['runs', 'resume', run?.run_id ?? ''], { cwd: folder });
		assert.equal(resumed.code, 0, resumed.stderr);
		assert.deepEqual(readdirSync(kept), []);
	});
});
