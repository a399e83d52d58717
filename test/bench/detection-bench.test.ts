import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { DetectionRun } from '../../bench/detection/detection-run.ts';
import { readNewestResults } from '../../bench/result-files.ts';
import { createRandom } from '../../src/contracts/random.ts';

const PROGRAM = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'counterfoil-bench-'));
after(() => rmSync(folder, { recursive: true }));

/** Two columns that go together; the twelve anomalies break that, each value by itself is usual. */
function writeTinyTable(): void {
	const random = createRandom(5);
	const lines = Array.from({ length: 240 }, (_, row) => {
		const isAnomaly = row % 20 === 0;
		const x = random.normal();
		const y = (isAnomaly ? -x - 3 * Math.sign(x) : x) + 0.1 * random.normal();
		return `${x},${y},${random.normal()},${isAnomaly ? 1 : 0}`;
	});
	mkdirSync(join(folder, 'data', 'adbench'), { recursive: true });
	writeFileSync(join(folder, 'data', 'adbench', 'tiny.csv'), `x,y,z,label\n${lines.join('\n')}\n`);
}

function runBench(...options: string[]) {
	const places = ['results', 'cache'].flatMap((name) => [`--${name}`, join(folder, name)]);
	const { COUNTERFOIL_BENCH_DATA, ...env } = process.env;
	const argv = [PROGRAM, '--only', 'detection', ...places, '--docs', join(folder, 'results.md'), ...options];
	return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...argv], { encoding: 'utf8', env });
}

test('the detection bench measures ours on a table, writes the result and goes on from what it has', () => {
	writeTinyTable();
	const asked = ['--data', join(folder, 'data'), '--cases', 'tables/', '--seeds', '1'];
	const first = runBench(...asked);
	assert.equal(first.status, 0, first.stderr);
	assert.match(first.stderr, /^1 of 1, .*: counterfoil, tables\/tiny, seed 0$/m);
	assert.match(first.stdout, /^counterfoil +(0\.\d{3}|1\.000) /m);
	const run = readNewestResults<DetectionRun>(join(folder, 'results'), 'detection')?.runs[0];
	assert.deepEqual([run?.case, run?.rows, run?.anomalies, run?.status], ['tiny', 240, 12, 'ok']);
	assert.ok((run?.measures?.auroc ?? 0) > 0.9, `AUROC ${run?.measures?.auroc}`);
	assert.ok((run?.cpuSeconds ?? 0) > 0 && (run?.peakMb ?? 0) > 50);
	assert.match(readFileSync(join(folder, 'results.md'), 'utf8'), /^## Detection: labelled tables$/m);

	const second = runBench(...asked);
	assert.doesNotMatch(second.stderr, /seed 0/, 'nothing is measured again');
	assert.equal(second.stdout, first.stdout);
	assert.equal(readdirSync(join(folder, 'results')).length, 1);
});

test('without data the bench says what it needs and where such data comes from', () => {
	const { status, stderr } = runBench();
	assert.equal(status, 4);
	assert.match(stderr, /error INPUT_NOT_FOUND: The detection bench needs labelled tables/);
	assert.match(stderr, /hint: .*--data .*COUNTERFOIL_BENCH_DATA.*ADBench/);
});

test('a bench or a case that does not exist is a usage error that names those that do', () => {
	const bench = runBench('--only', 'detectoin');
	assert.equal(bench.status, 2);
	assert.match(bench.stderr, /The benches are detection/);
	const unknown = runBench('--data', join(folder, 'data'), '--cases', 'tables/none');
	assert.equal(unknown.status, 2);
	assert.match(unknown.stderr, /its cases are named tables\/tiny/);
});
