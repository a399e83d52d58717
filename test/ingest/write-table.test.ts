import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { Cells, TableBatch } from '../../src/contracts/table.ts';
import { createColumnBuilder } from '../../src/ingest/build-columns.ts';
import { writeTable } from '../../src/ingest/write-table.ts';
import { fc } from '../properties.ts';
import { makeFile, readAll } from './read-all.ts';

function cells(texts: readonly (string | null)[]): Cells {
	const builder = createColumnBuilder();
	for (const text of texts) builder.addText(text ?? '');
	return builder.take();
}

function batch(columns: Record<string, readonly (string | null)[]>): TableBatch {
	const entries = Object.entries(columns);
	return {
		rows: entries[0]?.[1].length ?? 0,
		names: entries.map(([name]) => name),
		columns: entries.map(([, texts]) => cells(texts)),
	};
}

async function* streamOf(...batches: TableBatch[]): AsyncGenerator<TableBatch> {
	yield* batches;
}

const TABLE = [batch({ n: ['1', null], s: ['a,"b"', 'two\r\nlines'] }), batch({ n: ['-2.5'], s: [null] })];
const ROWS = [
	['1', 'a,"b"'],
	[null, 'two\r\nlines'],
	['-2.5', null],
];

test('CSV and Arrow that are written are read again as they were', async () => {
	for (const format of ['csv', 'arrow'] as const) {
		const path = makeFile('');
		assert.equal((await writeTable(streamOf(...TABLE), path, { format })).rows, 3);
		const { names, rows, rejects } = await readAll(path);
		assert.deepEqual([names, rows, rejects], [['n', 's'], ROWS, []]);
	}
});

test('any text survives the way through CSV', async () => {
	const text = fc
		.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\n', '\r', ' x', '=1', "'", ';'))
		.filter((s) => !s.includes('\0'));
	await fc.assert(
		fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }), async (rows) => {
			const path = makeFile('');
			const table = batch({ first: rows.map((row) => row[0]), second: rows.map((row) => row[1]) });
			await writeTable(streamOf(table), path, { format: 'csv' });
			const told = { header: true, delimiter: ',', quote: '"', comment: null, skipRows: 0, findFooter: false };
			const read = await readAll(path, { ...told, skipInitialSpace: false });
			assert.deepEqual(
				read.rows,
				rows.map((row) => row.map((cell) => (cell === '' ? null : cell))),
			);
		}),
		{ numRuns: 150 },
	);
});

test('a missing cell of a single column is still a row', async () => {
	const path = makeFile('');
	await writeTable(streamOf(batch({ only: ['x', null, 'y'] })), path, { format: 'csv' });
	assert.equal(readFileSync(path, 'utf8'), 'only\nx\n""\ny\n');
	assert.deepEqual((await readAll(path)).rows, [['x'], [null], ['y']]);
});

test('formulas are made harmless on request, numbers stay', async () => {
	const path = makeFile('');
	const table = batch({ n: ['-5', '6'], s: ['=1+1', '-5.250'], t: ['@SUM(A1)', '\uff1dcmd'], u: ['\t=1', 'plain'] });
	await writeTable(streamOf(table), path, { format: 'csv', escapeFormulas: true });
	assert.deepEqual((await readAll(path)).rows, [
		['-5', "'=1+1", "'@SUM(A1)", "'\t=1"],
		['6', '-5.250', "'\uff1dcmd", 'plain'],
	]);
});

test('a stream that is not ours is written to and left open', async () => {
	const stream = new PassThrough();
	await writeTable(streamOf(...TABLE), stream, { format: 'csv' });
	assert.equal(stream.writableEnded, false);
	assert.equal(stream.read().toString().split('\n')[0], 'n,s');
});

test('a failure leaves neither a partial file nor the loss of the one that was there', async () => {
	const path = makeFile('kept');
	async function* broken(): AsyncGenerator<TableBatch> {
		yield* TABLE;
		throw new RangeError('the generator failed');
	}
	await assert.rejects(writeTable(broken(), path, { format: 'csv' }), RangeError);
	assert.equal(readFileSync(path, 'utf8'), 'kept');
	assert.deepEqual(
		readdirSync(dirname(path)).filter((name) => name.endsWith('.partial')),
		[],
	);
});

test('a place that cannot be written to is reported with its path', async () => {
	const path = makeFile('a file');
	await assert.rejects(writeTable(streamOf(...TABLE), join(path, 'below.csv'), { format: 'csv' }), {
		code: 'OUTPUT_NOT_WRITABLE',
	});
	await assert.rejects(writeTable(streamOf(...TABLE), '/dev/full', { format: 'csv' }), { code: 'DISK_FULL' });
	assert.ok(existsSync('/dev/full'));
	writeFileSync(path, '');
});

test('batches with other columns, or a text in a column of numbers of an Arrow file, are refused', async () => {
	const code = 'SCHEMA_MISMATCH';
	const other = batch({ n: ['1'], t: ['x'] });
	await assert.rejects(writeTable(streamOf(...TABLE, other), makeFile(''), { format: 'csv' }), { code });
	const retyped = batch({ n: ['x'], s: ['y'] });
	await assert.rejects(writeTable(streamOf(...TABLE, retyped), makeFile(''), { format: 'arrow' }), {
		code,
		where: 'column "n"',
	});
});
