import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CounterfoilError } from '../../src/contracts/errors.ts';
import { cellText } from '../../src/contracts/table.ts';
import { openSource } from '../../src/ingest/open-source.ts';
import { openParquet } from '../../src/ingest/read-parquet.ts';
import { createRepairLog } from '../../src/ingest/table-source.ts';
import { makeFile, readAll } from './read-all.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/parquet');

// Made by test/fixtures/parquet/make.py with pyarrow 26.0.1.
const EXPECTED = {
	int32: ['1', null, '-3'],
	uint32: ['0', null, '4294967295'],
	int64: ['9007199254740991', null, '9007199254740993'],
	uint64: ['0', null, '18446744073709551615'],
	float32: ['0.5', null, '0.10000000149011612'],
	float64: ['-0', null, null],
	infinite: ['Infinity', '-Infinity', '1.5'],
	half: ['1.5', null, '-2'],
	decimal: ['123.40', null, '-0.07'],
	decimal256: ['12345678901234567890123456789012345678901.5', null, '-1.0'],
	bool: ['true', null, 'false'],
	text: ['a', null, ''],
	emoji: ['\u{1f600}', null, 'b'],
	dictionary: ['x', null, 'y'],
	date: ['1969-12-31', null, '2024-02-29'],
	time: ['23:59:59', null, '01:02:03.500'],
	milliseconds: ['1969-12-31 23:59:59.999', null, '1970-01-01 00:00:01.500'],
	nanoseconds: ['1969-12-31 23:59:59.999999999', null, '1970-01-01 00:00:00.000000001'],
	zoned: ['1970-01-01 00:00:00', null, '1970-01-01 00:00:00.001500'],
	binary: ['00ff', null, ''],
	uuid: ['00000000-0000-0000-0000-000000000001', null, 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
	list: ['[1,null,"1152921504606846976"]', null, '[]'],
	struct: ['{"a":1,"__proto__":"x"}', null, '{"a":null,"__proto__":"y"}'],
	map: ['{"k":1,"__proto__":2}', null, '{}'],
	deep: ['[{"m":{"a":["1.50"]}}]', '[null,{"m":null}]', null],
	'a.b': ['dot', null, 'dot'],
	__proto__own: ['1', null, '2'],
	null: [null, null, null],
};

test('bytes that are text throughout are taken for it, which is told; others stay hexadecimal', async () => {
	const { rows, repairs } = await readAll(join(FIXTURES, 'bytes.parquet'));
	assert.deepEqual(rows, [
		['é\n', '61', '61', '', '6162'],
		[null, '62', '62', null, null],
		['', '63', '63', '', '6364'],
		['x\t1', 'ff', '00', '', '6566'],
	]);
	assert.deepEqual(
		repairs.map(({ kind, count }) => [kind, count]),
		[['BINARY_AS_TEXT', 1]],
	);
});

test('every type of pyarrow becomes exact cells, from pages of either version and a temporary copy', async () => {
	const whole = readFileSync(join(FIXTURES, 'types.parquet'));
	const paths = ['types.parquet', 'types-v2.parquet', 'int96.parquet'].map((name) => join(FIXTURES, name));
	for (const path of [...paths, makeFile(gzipSync(whole))]) {
		const { names, rows, counts } = await readAll(path);
		assert.deepEqual(
			names,
			Object.keys(EXPECTED).map((name) => name.replace('own', '')),
		);
		for (const [column, cells] of Object.values(EXPECTED).entries()) {
			assert.deepEqual(
				rows.map((row) => row[column]),
				cells,
				`${path}: ${names[column]}`,
			);
		}
		assert.equal(counts.rowsTotal, 3);
	}
});

test('every codec is read, over many pages and row groups, into batches of any size', async () => {
	const expected = Array.from({ length: 5_000 }, (_, i) => [
		i % 7 === 0 ? null : String(i * i),
		i % 5 === 0 ? null : `level ${i % 11}`,
		i % 3 === 0 ? null : JSON.stringify(Array.from({ length: i % 4 }, (_, k) => k)),
	]);
	for (const codec of ['snappy', 'gzip', 'brotli', 'lz4', 'zstd']) {
		const table = await readAll(join(FIXTURES, `${codec}.parquet`), { rowsPerBatch: 1_500 });
		assert.deepEqual(table.rows, expected, codec);
		assert.deepEqual(table.batchRows, [1_500, 1_500, 1_500, 500]);
		assert.deepEqual(table.kinds, ['number', 'text', 'text']);
	}
});

test('a file that is cut anywhere is refused', async () => {
	const whole = readFileSync(join(FIXTURES, 'types.parquet'));
	for (let length = 4; length < whole.length; length += 397) {
		await assert.rejects(readAll(makeFile(whole.subarray(0, length))), (error: CounterfoilError) =>
			/^(PARQUET_UNREADABLE|CSV_UNREADABLE)$/.test(error.code),
		);
	}
});

test('a flipped bit in a page is told by its checksum', async () => {
	const bytes = readFileSync(join(FIXTURES, 'types.parquet'));
	const at = bytes.indexOf(Buffer.from('\u{1f600}'));
	assert.ok(at > 0);
	bytes[at] = (bytes[at] as number) ^ 1;
	await assert.rejects(readAll(makeFile(bytes)), {
		code: 'PARQUET_UNREADABLE',
		message: /checksum/,
		where: /column "emoji"$/,
	});
});

test('any flipped byte ends in rows or in an error with a code', async () => {
	const whole = readFileSync(join(FIXTURES, 'types-v2.parquet'));
	for (let at = 4; at < whole.length; at += 113) {
		const bytes = Buffer.from(whole);
		bytes[at] = (bytes[at] as number) ^ 0x55;
		try {
			const { counts } = await readAll(makeFile(bytes));
			assert.equal(counts.rowsTotal, 3);
		} catch (error) {
			assert.ok(error instanceof CounterfoilError && error.code !== 'INTERNAL', `${at}: ${error}`);
		}
	}
});

test('too many columns and too much content are refused by the footer', async () => {
	const path = join(FIXTURES, 'types.parquet');
	await assert.rejects(readAll(path, { maxColumns: 5 }), { code: 'PARQUET_UNREADABLE', message: /28 columns/ });
	await assert.rejects(readAll(path, { maxDecompressedBytes: 100 }), { code: 'INPUT_TOO_LARGE' });
	const bytes = readFileSync(path);
	bytes.write('PARE', bytes.length - 4);
	await assert.rejects(readAll(makeFile(bytes)), { code: 'PARQUET_UNREADABLE', message: /encrypted/ });
});

test('pages that are read again instead of kept give the same cells', async () => {
	for (const name of ['snappy.parquet', 'zstd.parquet', 'types.parquet', 'types-v2.parquet']) {
		const path = join(FIXTURES, name);
		const expected = (await readAll(path)).rows;
		const source = await openSource(path);
		const { read } = await openParquet(source, { maxHeldBytes: 1 }, createRepairLog());
		const rows: (string | null)[][] = [];
		for await (const { batch } of read(170, { rowsLoaded: 0, rowsRejected: 0, blankLines: 0 })) {
			for (let row = 0; row < batch.rows; row++) rows.push(batch.columns.map((cells) => cellText(cells, row)));
		}
		await source.close();
		assert.deepEqual(rows, expected, name);
	}
});
