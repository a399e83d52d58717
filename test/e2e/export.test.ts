import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readAll } from '../ingest/read-all.ts';
import { query, runProgram, workFolder } from './run-program.ts';

/** As the program writes CSV, so that it can be compared byte by byte. */
const FAITHFUL = [
	'account,big,price,born,note,zero',
	'00123,9007199254740993,0.10,1969-12-31,"",0',
	'12345678901234567890,9007199254740992,1.50,0001-01-01,👩‍👩‍👧 naïve,-0',
	'00000,-9223372036854775808,1e5,1899-02-28,,1',
	'7,18446744073709551616,.5,1969-12-31 23:59:59.000001,"one\ntwo",2',
	'x,1,NaN,2024-02-30,"say ""hi"", twice",3',
	'x,2,TRUE,,\u202egnp.exe,4',
	'',
].join('\n');

async function ingested(t: TestContext, name: string, content: string): Promise<string> {
	const folder = workFolder(t);
	writeFileSync(join(folder, name), content);
	const read = await runProgram(['ingest', name, '--no-footer'], { cwd: folder });
	assert.equal(read.code, 0, read.stderr);
	return folder;
}

test('what goes in comes out of the database and of every format unchanged', async (t) => {
	const folder = await ingested(t, 'faithful.csv', FAITHFUL);
	const wanted = (await readAll(join(folder, 'faithful.csv'), { findFooter: false })).rows;
	assert.deepEqual([wanted[0]?.[4], wanted[2]?.[4], wanted[1]?.[5]], ['', null, '-0']);
	const stored = query<{ data_json: string }>(folder, 'select data_json from records order by row_number');
	assert.equal(
		stored[0]?.data_json,
		'{"account":"00123","big":"9007199254740993","price":"0.10","born":"1969-12-31","note":"","zero":"0"}',
	);
	for (const name of ['out.csv', 'out.tsv.gz', 'out.jsonl', 'out.arrow', 'out.arrows.gz', 'out.parquet']) {
		const done = await runProgram(['export', 'records', 'faithful', '--out', name, '--raw'], { cwd: folder });
		assert.equal(done.code, 0, done.stderr);
		assert.match(done.stderr, /6 rows in out/);
		const { rows } = await readAll(join(folder, name), { findFooter: false });
		// JSON has no whole number -0; the number is the same.
		const same = rows.map((row) => row.map((text) => (name === 'out.jsonl' && text === '-0.0' ? '-0' : text)));
		assert.deepEqual(same, wanted, name);
	}
	assert.equal(readFileSync(join(folder, 'out.csv'), 'utf8'), FAITHFUL);
});

test('JSON comes out of the database as it went in, number for number', async (t) => {
	const numbers = ['9007199254740993', '12345678901234567890', '-0', '0.10', '1E5', '-9223372036854775809', '7'];
	const lines = numbers.map((number, i) => `{"id":${number},"zip":"0${i}","digits":"${i}","tags":[${number}]}\n`);
	const folder = await ingested(t, 'faithful.jsonl', lines.join(''));
	const done = await runProgram(['export', 'records', 'faithful', '--format', 'jsonl'], { cwd: folder });
	assert.equal(done.stdout, lines.join(''), done.stderr);
	for (const name of ['out.csv', 'out.arrow', 'out.parquet']) {
		await runProgram(['export', 'records', 'faithful', '--out', name], { cwd: folder });
		const { rows } = await readAll(join(folder, name));
		assert.deepEqual(
			rows,
			numbers.map((number, i) => [number, `0${i}`, String(i), `[${number}]`]),
		);
	}
});

test('cells that a spreadsheet would evaluate are made harmless in text formats and counted, numbers are left', async (t) => {
	const formulas = [
		'=1+1',
		'+1+1',
		'-1+1',
		'@SUM(1+9)',
		'\t=1+1',
		'\r=1+1',
		'\n=1+1',
		'＝1+1',
		'＋1',
		'－1',
		'＠SUM(1)',
	];
	const harmless = ['-5.25', '+49 123', '-1.234,56', '-', 'a=b', ' =1+1'];
	const lines = [...formulas, ...harmless].map((text, i) => `${i},"${text}",${i - 5.25}`);
	const folder = await ingested(t, 'formulas.csv', `${['id,note,=amount', ...lines].join('\n')}\n`);
	const out = join(folder, 'out.csv');
	const done = await runProgram(['export', 'records', 'formulas', '--out', 'out.csv', '--json'], { cwd: folder });
	const told = JSON.parse(done.stdout);
	assert.deepEqual([told.rows, told.escapedCells], [17, formulas.length + 1]);
	const { rows, names } = await readAll(out, { findFooter: false });
	assert.deepEqual(
		rows.map((row) => row[1]),
		[...formulas.map((text) => `'${text}`), ...harmless],
	);
	assert.deepEqual([names[2], rows[0]?.[2]], ["'=amount", '-5.25']);
	const said = await runProgram(['export', 'records', 'formulas', '--out', 'out.tsv'], { cwd: folder });
	assert.match(said.stderr, /12 cells .* --raw/);
	await runProgram(['export', 'records', 'formulas', '--out', 'out.jsonl'], { cwd: folder });
	assert.equal((await readAll(join(folder, 'out.jsonl'))).rows[0]?.[1], '=1+1');
});

test('rejects are exported, and what does not exist is told', async (t) => {
	const folder = await ingested(t, 'ragged.csv', `a,b\n${'1,2\n'.repeat(30)}3\n4,5,6\n`);
	const done = await runProgram(['export', 'rejects', 'ragged'], { cwd: folder });
	const lines = done.stdout.trimEnd().split('\n');
	assert.match(lines[0] ?? '', /^reject_id,dataset_id,.*line_number,byte_offset,/);
	assert.match(lines[1] ?? '', /,32,124,.*,MISSING_COLUMNS,1 of 2 fields are there\.,3/);
	assert.equal(lines.length, 3);
	for (const [args, code] of [
		[['export', 'scores', 'ragged'], 'NOT_FOUND'],
		[['export', 'records', 'nothing'], 'NOT_FOUND'],
		[['export', 'everything', 'ragged'], 'USAGE'],
		[['export', 'records', 'ragged', '--out', 'x.parquet.gz'], 'USAGE'],
	] as const) {
		const refused = await runProgram(args, { cwd: folder });
		assert.equal(refused.code, 2, refused.stderr);
		assert.ok(refused.stderr.includes(code), refused.stderr);
	}
	const empty = await runProgram(['export', 'labels', 'ragged', '--out', 'labels.jsonl'], { cwd: folder });
	assert.match(empty.stderr, /0 rows/);
});
