import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
	Binary,
	Bool,
	type Data,
	DateDay,
	Field,
	Int64,
	makeData,
	RecordBatch,
	Schema,
	Struct,
	Table,
	tableToIPC,
	Utf8,
	vectorFromArray,
} from 'apache-arrow';
import { encodeShard } from '../../src/ingest/arrow-shard.ts';
import { formatDecimal, formatInstant } from '../../src/ingest/format-cells.ts';
import { makeFile, readAll } from './read-all.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/arrow');

// Made by test/fixtures/arrow/make.py with pyarrow 26.0.1.
const EXPECTED = {
	int32: ['1', null, '-3'],
	int64: ['9007199254740991', null, '9007199254740993'],
	uint64: ['0', null, '18446744073709551615'],
	float64: ['0.5', null, null],
	infinite: ['Infinity', '-Infinity', '1.5'],
	half: ['1.5', null, '-2'],
	decimal: ['123.45', null, '-0.07'],
	decimal256: ['12345678901234567890123456789012345678901.5', null, '-1.0'],
	bool: ['true', null, 'false'],
	text: ['a', null, ''],
	large_text: ['\u{1f600}', null, 'b'],
	text_view: ['short', null, 'longer than twelve bytes'],
	dictionary: ['x', null, 'y'],
	date32: ['1969-12-31', null, '2024-02-29'],
	date64: ['1969-12-31', null, '2024-02-29'],
	time: ['23:59:59', null, '01:02:03.500'],
	seconds: ['1960-01-02 03:04:05', null, '2024-02-29 00:00:00'],
	nanoseconds: ['1969-12-31 23:59:59.999999999', null, '1970-01-01 00:00:00.000000001'],
	zoned: ['1970-01-01 00:00:00', null, '1970-01-01 00:00:01.500'],
	binary: ['00ff', null, ''],
	list: ['[1,2]', null, '[]'],
	struct: ['{"a":1,"b":"x"}', null, '{"a":null,"b":"y"}'],
	union: ['5', '"x"', '7'],
	dense_union: ['"y"', '5', null],
	null: [null, null, null],
};

test('every type of pyarrow that is supported becomes exact cells, from a file, a stream and gzip', async () => {
	const file = join(FIXTURES, 'types.arrow');
	const gzipped = makeFile(gzipSync(readFileSync(file)), 'types.arrow.gz');
	for (const path of [file, join(FIXTURES, 'types.arrows'), gzipped]) {
		const { names, rows } = await readAll(path);
		assert.deepEqual(names, Object.keys(EXPECTED));
		const columns = names.map((name, i) => [name, rows.map((row) => row[i])]);
		assert.deepEqual(Object.fromEntries(columns), EXPECTED);
	}
});

test('nested values keep keys that occur twice, whole numbers beyond 2^53, dates and bytes', async () => {
	const fields = [
		new Field('', new Int64(), true),
		new Field('', new Utf8(), true),
		new Field('day', new DateDay(), true),
		new Field('bytes', new Binary(), true),
		new Field('on', new Bool(), true),
	];
	const type = new Struct(fields);
	const data = makeData({
		type,
		length: 2,
		nullCount: 1,
		nullBitmap: Uint8Array.of(0b01),
		children: [
			vectorFromArray([9_007_199_254_740_993n, 1n], new Int64()).data[0] as Data,
			vectorFromArray([null, 'x'], new Utf8()).data[0] as Data,
			makeData({ type: new DateDay(), length: 2, data: Int32Array.of(-1, 0) }),
			vectorFromArray([Uint8Array.of(0, 255), null], new Binary()).data[0] as Data,
			vectorFromArray([true, false], new Bool()).data[0] as Data,
		],
	});
	const field = new Field('s', type, true);
	const row = makeData({ type: new Struct([field]), length: 2, nullCount: 0, children: [data] });
	const { rows } = await readAll(makeFile(tableToIPC(new Table(new RecordBatch(new Schema([field]), row)))));
	assert.deepEqual(rows, [['{"":"9007199254740993","":null,"day":"1969-12-31","bytes":"00ff","on":true}'], [null]]);
});

test('bodies compressed with zstd and LZ4 are read', async () => {
	for (const name of ['zstd.feather', 'lz4.feather']) {
		const { rows } = await readAll(join(FIXTURES, name));
		assert.deepEqual(rows, [
			['1', 'a'.repeat(50)],
			['2', 'b'.repeat(50)],
			['3', null],
		]);
	}
});

test('a compressed body that is not as long as it claims is refused', async () => {
	for (const [name, magic] of [
		['zstd.feather', 0xfd2fb528],
		['lz4.feather', 0x184d2204],
	] as const) {
		for (const claim of [3n, 10_000_000n, -5n, 2n ** 40n]) {
			const bytes = readFileSync(join(FIXTURES, name));
			const start = Buffer.alloc(4);
			start.writeUInt32LE(magic);
			// The length stands right before the frame.
			bytes.writeBigInt64LE(claim, bytes.indexOf(start) - 8);
			await assert.rejects(readAll(makeFile(bytes)), { code: 'ARROW_UNREADABLE', message: /claims|larger/ });
		}
	}
});

test('a type that the library does not know is refused', async () => {
	await assert.rejects(readAll(join(FIXTURES, 'run-end.arrows')), {
		code: 'ARROW_UNREADABLE',
		message: /RunEndEncoded/,
	});
});

test('a file that is cut anywhere is refused, also where only its footer is missing', async () => {
	const whole = readFileSync(join(FIXTURES, 'types.arrow'));
	for (const length of [9, 20, 400, 2_000, whole.length - 1_000, whole.length - 7, whole.length - 1]) {
		await assert.rejects(readAll(makeFile(whole.subarray(0, length))), { code: 'ARROW_UNREADABLE' }, `${length} bytes`);
	}
});

test('big-endian data is refused instead of read wrongly', async () => {
	// generated_null_trivial.stream and .arrow_file of apache/arrow-testing (Apache-2.0), 1.0.0-bigendian, gzip -9n.
	const stream =
		'H4sIAAAAAAACA7WOSwqAMAxEX7VqEZEuuvAYHsVTeA5vHtOfiuDSKYX0NZmMiMgBeKJGZno6nFYqYy/ulTumzDFagYXygpA8gvb0DOnXl1ljluJf+2060Ojd18w0hmxfOdo7R96b+dOz5njrT9+IT3OhLE5AAQAA';
	const file =
		'H4sIAAAAAAACA3MMCvIPN2Rg+A8EDQwMDAIMIMDFwMfAxsDKwAFkAQEjC1xcACjOwcADEWdgBLIYGFgYGKA8BgYRsBkiQDVsDOxgWQGoXkZGCaj5MPUsYMjAwATEaQYQMZA7AnC5gxnhDoi9EHFkM2HuQAe0NJcBqpYH6G9I6AiAzQHpDgGSDlBzQP6cANUXgWbOCxziCEDbsD8ApB3BaQEAxPqC4hICAAA=';
	for (const bytes of [stream, file]) {
		const path = makeFile(Buffer.from(bytes, 'base64'));
		await assert.rejects(readAll(path), { code: 'ARROW_UNREADABLE', message: /big-endian/ });
	}
});

test('any flipped byte in the values ends in rows or in an error with a code', async () => {
	const whole = readFileSync(join(FIXTURES, 'types.arrow'));
	// The body of the record batch, as the footer has it.
	for (let at = 3_656; at < 3_656 + 960; at += 5) {
		const damaged = Buffer.from(whole);
		damaged[at] = (damaged[at] as number) ^ 0xff;
		await readAll(makeFile(damaged)).catch((error) => assert.equal(typeof error.code, 'string', String(error.stack)));
	}
});

test('record batches are cut anew into batches of the asked size', async () => {
	const shard = encodeShard({
		rows: 5,
		names: ['n'],
		columns: [{ type: 'number', values: Float64Array.of(1, 2, 3, 4, 5) }],
	});
	const { batchRows, rows } = await readAll(makeFile(shard), { rowsPerBatch: 2 });
	assert.deepEqual(batchRows, [2, 2, 1]);
	assert.deepEqual(rows, [['1'], ['2'], ['3'], ['4'], ['5']]);
});

test('decimals and instants are written exactly', () => {
	assert.equal(formatDecimal(-7n, 2), '-0.07');
	assert.equal(formatDecimal(12_300n, 2), '123.00');
	assert.equal(formatDecimal(5n, -3), '5000');
	assert.equal(formatInstant(-1_000n), '1969-12-31 23:59:59.999999');
	assert.equal(formatInstant(253_402_300_800_000_000_000n), '+010000-01-01 00:00:00');
	assert.throws(() => formatInstant(10n ** 30n), /beyond the years/);
});
