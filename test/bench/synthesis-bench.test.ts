import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runInChild } from '../../bench/run-in-child.ts';
import { listSynthesisCases, prepareCase, splitHalves } from '../../bench/synthesis/synthesis-cases.ts';
import type { SynthesisCase } from '../../bench/synthesis/synthesis-run.ts';
import type { SynthesizeAnswer } from '../../bench/synthesis/synthesize-entry.ts';

const folder = mkdtempSync(join(tmpdir(), 'counterfoil-bench-'));
after(() => rmSync(folder, { recursive: true }));

const ENTRY = new URL('../../bench/synthesis/synthesize-entry.ts', import.meta.url);
/** Levels and numbers that go together, a spelling of "missing", and a number of each row to know it again. */
const lines = Array.from(
	{ length: 401 },
	(_, row) => `${row % 3 === 0 ? 'yes' : row % 3 === 1 ? 'no' : '?'},${row % 3},${row}`,
);

function writeTable(): SynthesisCase {
	writeFileSync(join(folder, 'bank.csv.gz'), gzipSync(`y,digit,row\n${lines.join('\n')}\n`));
	const [found] = listSynthesisCases(folder);
	return found as SynthesisCase;
}

const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(1);

test('the halves are the same each time, and together the whole', () => {
	const { train, heldOut } = splitHalves(401);
	assert.deepEqual([train.length, heldOut.length], [200, 201]);
	assert.deepEqual(
		[...train, ...heldOut].sort((a, b) => a - b),
		[...Array(401).keys()],
	);
	// numpy.random.RandomState(0).permutation(32561)[:3]
	assert.deepEqual([...splitHalves(32_561).train.slice(0, 3)], [22_278, 8_950, 7_838]);
});

test('a case is prepared as two files that have every row once, as it is written', async () => {
	const one = await prepareCase(writeTable(), folder);
	assert.deepEqual([one.name, one.label, one.rows], ['bank', 'y', 200]);
	assert.deepEqual([...linesOf(one.train), ...linesOf(one.heldOut)].sort(), lines.toSorted());
});

test('the floor has the values of each column and none of what goes together, the same for a seed', async () => {
	const one = await prepareCase(writeTable(), folder);
	const outputs = ['a', 'b', 'c'].map((name) => join(folder, `${name}.csv`));
	const ask = (seed: number, files: string[]) =>
		runInChild<SynthesizeAnswer>(ENTRY, { generator: 'floor', train: one.train, seed, outputs: files }, 'floor');
	assert.equal((await ask(0, outputs.slice(0, 2))).ok, true);
	assert.equal((await ask(0, outputs.slice(2))).ok, true);
	const [first, second, again] = outputs.map(linesOf) as [string[], string[], string[]];
	assert.equal(first.length, 200);
	assert.notDeepEqual(first, second);
	assert.deepEqual(first, again);
	const fits = first.filter((line) => ['yes,0', 'no,1', '?,2'].includes(line.split(',').slice(0, 2).join())).length;
	assert.ok(fits > 40 && fits < 95, `${fits} of 200 rows have the digit of their level`);
});

test('a process that fails says why', async () => {
	const missing = join(folder, 'not-there.csv');
	const answer = await runInChild<SynthesizeAnswer>(
		ENTRY,
		{ generator: 'floor', train: missing, seed: 0, outputs: [] },
		'floor',
	);
	assert.ok(!answer.ok);
	assert.equal(answer.error.code, 'INPUT_NOT_FOUND');
});

test('without data the bench says which tables it needs and where they come from', () => {
	for (const data of [null, join(folder, 'empty')]) {
		assert.throws(() => listSynthesisCases(data), { code: 'INPUT_NOT_FOUND', hint: /adult\.csv\.gz .*bank\.csv\.gz/ });
	}
});
