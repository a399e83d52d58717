import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { cellText } from '../../src/contracts/table.ts';
import { type OpenInputOptions, openInput } from '../../src/ingest/open-input.ts';
import type { RejectedRow } from '../../src/ingest/table-source.ts';

function makeFolder(context: TestContext, files: Readonly<Record<string, string | Uint8Array>>): string {
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-folder-'));
	context.after(() => rmSync(folder, { recursive: true }));
	for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
	return folder;
}

/** As the ingestion does: what is dropped is gone. */
async function readInput(source: string, options: OpenInputOptions = {}) {
	const table = await openInput(source, options);
	const batches: { firstRow: number; rows: (string | null)[][] }[] = [];
	const rejects: RejectedRow[] = [];
	for await (const { batch, firstRow, rejects: more, dropFrom } of table) {
		rejects.push(...more);
		while (dropFrom !== undefined && (batches.at(-1)?.firstRow ?? -1) >= dropFrom) batches.pop();
		const rows = Array.from({ length: batch.rows }, (_, row) => batch.columns.map((cells) => cellText(cells, row)));
		if (rows.length > 0) batches.push({ firstRow, rows });
	}
	let next = 0;
	for (const { firstRow, rows } of batches) {
		assert.equal(firstRow, next);
		next += rows.length;
	}
	return {
		table,
		rows: batches.flatMap(({ rows }) => rows),
		batches: batches.map(({ rows }) => rows.length),
		rejects,
		repairs: table.repairs().map(({ kind, count }) => [kind, count]),
		counts: table.counts(),
	};
}

test('the files of a folder are one table in the order of their names, columns matched by name', async (context) => {
	const folder = makeFolder(context, {
		'b.csv': 'y,x\n2,1\n',
		'a.csv': 'x,y\n5,6\n7\n',
		'c.jsonl.gz': gzipSync('{"x":9,"z":true}\n'),
		'.hidden.csv': 'x\n1\n',
		_SUCCESS: '',
		'd-empty.csv': '',
	});
	mkdirSync(join(folder, 'deeper'));
	const { table, rows, rejects, repairs, counts } = await readInput(folder);
	assert.deepEqual(table.names, ['x', 'y', 'z']);
	assert.deepEqual(rows, [
		['5', '6', null],
		['1', '2', null],
		['9', null, 'true'],
	]);
	assert.equal(table.format, 'mixed');
	assert.deepEqual(
		rejects.map(({ file, line, errorType }) => [basename(file ?? ''), line, errorType]),
		[['a.csv', 3, 'MISSING_COLUMNS']],
	);
	assert.deepEqual(repairs, [
		['FILE_EMPTY', 1],
		['COLUMN_MISSING_IN_FILE', 3],
	]);
	assert.equal(table.repairs()[0]?.message, 'Files without rows: 1 (d-empty.csv).');
	assert.deepEqual([counts.rowsTotal, counts.rowsLoaded, counts.rowsRejected], [4, 3, 1]);
	assert.match(counts.sha256 ?? '', /^[0-9a-f]{64}$/);
});

test('of many files that are left out the first are named', async (context) => {
	const others = Array.from({ length: 7 }, (_, i) => [`b${i}.csv`, `other,columns\n1,${i}\n`]);
	const folder = makeFolder(context, { 'a.csv': 'x,y\n1,2\n', ...Object.fromEntries(others) });
	const { table } = await readInput(folder);
	const [{ message = '' } = {}] = table.repairs();
	assert.match(message, /left out: 7 \(b0\.csv: .*; b4\.csv: [^;]*; and 2 more\)\.$/);
});

test('a file that cannot be read to its end is a reject as a whole, and none of its rows stay', async (context) => {
	const long = `x,y\n${'1,2\n'.repeat(50_000)}`;
	const folder = makeFolder(context, {
		'1.csv': 'x,y\n1,1\n',
		'2.csv.gz': gzipSync(
			Buffer.from(
				Array.from({ length: 200_000 }, (_, i) => (i === 0 ? 'x,y\n' : `${i},${(i * 7919) % 1009}\n`)).join(''),
			),
		).subarray(0, -100_000),
		'3.csv': long,
		'4.parquet': 'PAR1 and nothing else',
		'5.csv': 'x,y\n3,3\n',
		'6.csv': 'other,columns\n1,2\n',
	});
	const { table, rows, rejects, repairs, counts } = await readInput(folder, { rowsPerBatch: 1_000 });
	assert.equal(rows.length, 50_002);
	assert.deepEqual(
		[rows[0], rows[1], rows.at(-1)],
		[
			['1', '1'],
			['1', '2'],
			['3', '3'],
		],
	);
	assert.deepEqual(
		rejects.map(({ file, line, message }) => [basename(file ?? ''), line, /\((\w+)\)/.exec(message)?.[1]]),
		[
			['2.csv.gz', 0, 'INPUT_COMPRESSION_DAMAGED'],
			['4.parquet', 0, 'PARQUET_UNREADABLE'],
			['6.csv', 0, 'INPUT_NOT_READABLE'],
		],
	);
	assert.deepEqual(repairs, [['FILE_REJECTED', 3]]);
	const [{ message = '' } = {}] = table.repairs();
	assert.match(message, /left out: 3 \(2\.csv\.gz: .+; 4\.parquet: .+; 6\.csv: It has no column in common .+[^.]\)\.$/);
	assert.equal(counts.rowsTotal, 50_005);
	assert.equal(counts.rowsLoaded, 50_002);
});

test('many small files share batches', async (context) => {
	const files = Object.fromEntries(
		Array.from({ length: 30 }, (_, i) => [`f${String(i).padStart(2, '0')}.csv`, `n,t\n${i},a\n${i},\n`]),
	);
	const { rows, batches } = await readInput(join(makeFolder(context, files), 'f*.csv'), { rowsPerBatch: 25 });
	assert.deepEqual(batches, [25, 25, 10]);
	assert.deepEqual(
		rows,
		Array.from({ length: 30 }, (_, i) => [
			[String(i), 'a'],
			[String(i), null],
		]).flat(),
	);
});

test('a pattern reaches into folders, a path that looks like one is a path', async (context) => {
	const folder = makeFolder(context, { '[a]*.csv': 'n\n1\n', 'a1.csv': 'n\n2\n' });
	mkdirSync(join(folder, 'sub'));
	writeFileSync(join(folder, 'sub/a2.csv'), 'n\n3\n');
	assert.deepEqual((await readInput(join(folder, '[a]*.csv'))).rows, [['1']]);
	assert.deepEqual((await readInput(join(folder, '**/a*.csv'))).rows, [['2'], ['3']]);
	await assert.rejects(readInput(join(folder, 'b*.csv')), { code: 'INPUT_NOT_FOUND' });
	await assert.rejects(readInput(join(folder, 'b.csv')), { code: 'INPUT_NOT_FOUND' });
});

test('files named as refused are not opened again', async (context) => {
	const folder = makeFolder(context, { 'a.csv': 'n\n1\n', 'b.csv': 'n\n2\n' });
	const opened: string[] = [];
	const { rows, rejects } = await readInput(folder, {
		refusedFiles: [{ path: join(folder, 'a.csv'), code: 'INPUT_UNSAFE', message: 'Too much.' }],
		onFile: (path) => opened.push(basename(path)),
	});
	assert.deepEqual(rows, [['2']]);
	assert.equal(rejects[0]?.message, 'The file is left out (INPUT_UNSAFE): Too much.');
	assert.deepEqual(new Set(opened), new Set(['b.csv']));
});

test('what is no file of the allowed folders is refused, by links, dots and other names too', async (context) => {
	const inside = makeFolder(context, { 'a.csv': 'n\n1\n', 'a b$(id).csv': 'n\n1\n' });
	const outside = makeFolder(context, { 'secret.csv': 'n\n1\n' });
	symlinkSync(join(outside, 'secret.csv'), join(inside, 'link.csv'));
	symlinkSync(outside, join(inside, 'door'));
	const inputRoots = [inside];
	assert.equal((await readInput(join(inside, 'a b$(id).csv'), { inputRoots })).rows.length, 1);
	for (const path of [
		join(outside, 'secret.csv'),
		join(inside, 'link.csv'),
		join(inside, 'door/secret.csv'),
		`${inside}/../${basename(outside)}/secret.csv`,
		'/proc/self/environ',
		'//proc/self/root/etc/passwd',
		'../../etc/passwd',
		'/nowhere/at/all.csv',
		outside,
		`${outside}/*.csv`,
	]) {
		await assert.rejects(readInput(path, { inputRoots }), { code: 'INPUT_NOT_ALLOWED' }, path);
	}
	const { rows, rejects } = await readInput(join(inside, '*.csv'), { inputRoots });
	assert.equal(rows.length, 2);
	assert.match(rejects[0]?.message ?? '', /INPUT_NOT_ALLOWED/);
});

test('nothing is fetched', async () => {
	for (const url of [
		'http://169.254.169.254/latest/meta-data/',
		'file:///etc/passwd',
		's3://bucket/../../x',
		'HTTPS://x/y.csv',
	]) {
		await assert.rejects(readInput(url), { code: 'INPUT_NOT_READABLE', message: /not from URLs/ });
	}
});

test('a pipe in a folder is refused without waiting for it', async (context) => {
	const folder = makeFolder(context, { 'a.csv': 'n\n1\n' });
	execFileSync('mkfifo', [join(folder, 'b.csv')]);
	const { rows, rejects } = await readInput(folder);
	assert.equal(rows.length, 1);
	assert.match(rejects[0]?.message ?? '', /named pipe/);
});
