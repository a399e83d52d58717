import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowsPerBatchOf } from '../../src/ingest/build-columns.ts';
import { openTable } from '../../src/ingest/ingest-source.ts';
import { makeFile, readAll, readText } from './read-all.ts';

test('every kind of line break ends a record, also mixed', async () => {
	const { rows } = await readText('id,a\r\n1,x\n2,y\r3,z\r\n4,w');
	assert.deepEqual(rows, [
		['1', 'x'],
		['2', 'y'],
		['3', 'z'],
		['4', 'w'],
	]);
});

test('cells that are not written as numbers are written stay as they are', async () => {
	const cells = ['00123', '12345678901234567890', '-0', '1e5', '1.50', 'NaN', 'Infinity', '0x10', '1_000', '+1'];
	const { rows, kinds } = await readText(`n,x\n${cells.map((cell, i) => `${i},${cell}`).join('\n')}\n`);
	assert.deepEqual(kinds, ['number', 'text']);
	assert.deepEqual(
		rows.map((row) => row[1]),
		cells,
	);
});

test('rows come in batches of the asked size and the last is smaller', async () => {
	const text = `n\n${Array.from({ length: 150_000 }, (_, i) => i).join('\n')}\n`;
	const { batchRows, rows } = await readText(text);
	assert.deepEqual(batchRows, [65_536, 65_536, 18_928]);
	assert.equal(rows[149_999]?.[0], '149999');
	assert.deepEqual((await readText('n\n1\n2\n3\n', { rowsPerBatch: 2 })).batchRows, [2, 1]);
});

test('a table of 2,500 columns is read, in batches that are smaller so that memory stays bounded', async () => {
	const header = Array.from({ length: 2_500 }, (_, i) => `c${i}`).join(',');
	const row = Array.from({ length: 2_500 }, (_, i) => i % 10).join(',');
	const { names, counts } = await readText(`${header}\n${`${row}\n`.repeat(100)}`);
	assert.equal(names.length, 2_500);
	assert.equal(counts.rowsLoaded, 100);
	assert.deepEqual([1, 32, 256, 4_096].map(rowsPerBatchOf), [65_536, 65_536, 8_192, 1_024]);
});

test('one row, one column, all missing and all constant are tables', async () => {
	assert.deepEqual((await readText('a,b\n1,2\n')).rows, [['1', '2']]);
	assert.deepEqual((await readText('a\nx\n')).rows, [['x']]);
	assert.deepEqual((await readText('a,b\n,x\n,x\n')).rows, [
		[null, 'x'],
		[null, 'x'],
	]);
});

test('the iteration can be left early, and closing twice is harmless', async () => {
	const table = await openTable(makeFile(`n\n${'1\n'.repeat(500_000)}`), { rowsPerBatch: 10 });
	for await (const { batch } of table) {
		assert.equal(batch.rows, 10);
		break;
	}
	await table.close();
	await table.close();
	assert.equal(table.counts().sha256, null);
});

test('CSV, TSV and gzip of the same rows read the same', async () => {
	const { gzipSync } = await import('node:zlib');
	const csv = await readText('a,b\n1,"x ""y"""\n');
	assert.deepEqual((await readAll(makeFile('a\tb\n1\t"x ""y"""\n', 't.tsv'))).rows, csv.rows);
	assert.deepEqual((await readAll(makeFile(gzipSync('a,b\n1,"x ""y"""\n')))).rows, csv.rows);
});
