import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { cellText } from '../../src/contracts/table.ts';
import { openTable } from '../../src/ingest/ingest-source.ts';
import { fc } from '../properties.ts';
import { makeFile, type ReadTable, readAll } from './read-all.ts';

function readLines(
	lines: readonly string[],
	options: { maxRecordBytes?: number; maxColumns?: number } = {},
): Promise<ReadTable> {
	return readAll(makeFile(lines.join('\n'), 'rows.jsonl'), options);
}

function rejectsOf(table: ReadTable): unknown[] {
	return table.rejects.map(({ line, byteOffset, errorType, column, rawText }) => [
		line,
		byteOffset,
		errorType,
		column,
		rawText,
	]);
}

test('the columns are the keys of all objects in order of first sight, however late they come', async () => {
	const rows = Array.from({ length: 30_000 }, (_, i) => `{"id":${i},"b":"x"}`);
	const table = await readLines(['{"10":1,"2":true,"id":0}', ...rows, '{"late":[1, 2],"id":null}']);
	assert.deepEqual(table.names, ['10', '2', 'id', 'b', 'late']);
	assert.deepEqual(table.rows[0], ['1', 'true', '0', null, null]);
	assert.deepEqual(table.rows.at(-1), [null, null, null, null, '[1, 2]']);
	assert.equal(table.counts.rowsTotal, 30_002);
});

test('numbers, strings and nested values are kept as they are written', async () => {
	const numbers = ['12345678901234567890', '-0', '1.50', '1E5', '0.1', '9007199254740993', '-1e-400'];
	const table = await readLines(numbers.map((number) => `{"n" : ${number} }`));
	assert.deepEqual(
		table.rows.map(([n]) => n),
		numbers,
	);
	const other = await readLines([
		String.raw`{"s":"a\"}\\","t":"\ud83d\ude00é\u0000","n":{"k":"]}","l":[1.0,{"x":"\""}]},"e":"","b":false,"z":null}`,
	]);
	assert.deepEqual(other.rows, [['a"}\\', '😀é', String.raw`{"k":"]}","l":[1.0,{"x":"\""}]}`, '', 'false', null]]);
	assert.deepEqual(
		other.repairs.map(({ kind, count }) => [kind, count]),
		[['NUL_REMOVED', 1]],
	);
});

test('names that mean something to JavaScript are just names', async () => {
	const table = await readLines(['{"__proto__":{"evil":1},"constructor":2,"toString":"3","hasOwnProperty":null}']);
	assert.deepEqual(table.names, ['__proto__', 'constructor', 'toString', 'hasOwnProperty']);
	assert.deepEqual(table.rows, [['{"evil":1}', '2', '3', null]]);
	assert.equal(({} as { evil?: number }).evil, undefined);
});

test('each line that is no object is a reject with its place, and costs no other line', async () => {
	const lines = [
		'{"a":1}',
		'{"a":1',
		'[1]',
		'',
		'{"a":2,"a":3}',
		String.raw`{"a":"\ud800"}`,
		`{"a":"${'x'.repeat(200)}"}`,
		'"text" ',
		'{"a":9}',
	];
	const table = await readLines(lines, { maxRecordBytes: 100 });
	assert.deepEqual(table.rows, [['1'], ['9']]);
	assert.deepEqual(rejectsOf(table), [
		[2, 8, 'MALFORMED', null, lines[1]],
		[3, 15, 'NOT_AN_OBJECT', null, '[1]'],
		[5, 20, 'DUPLICATE_KEY', 'a', lines[4]],
		[6, 34, 'INVALID_ENCODING', 'a', lines[5]],
		[7, 49, 'RECORD_TOO_LONG', null, lines[6]],
		[8, 258, 'NOT_AN_OBJECT', null, '"text" '],
	]);
	assert.match(table.rejects[0]?.message ?? '', /not valid JSON at character 7\.$/);
	assert.equal(table.counts.blankLines, 1);
	assert.equal(table.counts.rowsTotal, 8);
});

test('of rows within an object it is said how to get them out', async () => {
	const wrapped = JSON.stringify({ total: 2, data: [{ a: 1 }, { a: 2 }] }, null, 2);
	await assert.rejects(readAll(makeFile(wrapped, 'answer.json')), {
		code: 'TABLE_EMPTY',
		hint: /jq -c '\.data\[\]' FILE/,
	});
	const onOneLine = JSON.stringify({ total: 2, data: [{ a: 1 }, { a: 2 }, { a: 3 }] });
	await assert.rejects(readAll(makeFile(onOneLine, 'answer.json')), {
		code: 'JSON_UNREADABLE',
		hint: /jq -c '\.data\[\]' FILE/,
	});
});

test('a record with a list of its own is a record', async () => {
	const order = JSON.stringify({
		id: 1,
		items: [
			{ sku: 'a', qty: 1 },
			{ sku: 'b', qty: 2 },
			{ sku: 'c', qty: 3 },
		],
	});
	assert.equal((await readAll(makeFile(order, 'order.jsonl'))).rows.length, 1);
	const record = { id: 7, text: 'a text that is longer than the list is', items: [{ a: 1 }, { a: 2 }] };
	const table = await readAll(makeFile(JSON.stringify(record), 'one.json'));
	assert.equal(table.rows.length, 1);
	const two = [record, record].map((one) => JSON.stringify({ ...one, text: '' })).join('\n');
	assert.equal((await readAll(makeFile(two, 'two.jsonl'))).rows.length, 2);
});

test('bytes that are not UTF-8 are a reject of their line', async () => {
	const table = await readAll(
		makeFile(Buffer.concat([Buffer.from('\ufeff{"a":1}\r\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\r\n')])),
	);
	assert.deepEqual(table.rows, [['1']]);
	assert.deepEqual(
		table.rejects.map(({ errorType, byteOffset }) => [errorType, byteOffset]),
		[['INVALID_ENCODING', 12]],
	);
});

test('a line that no memory would hold is one reject', async () => {
	const table = await readLines(['{"a":1}', `{"a":"${'y'.repeat(3_000_000)}"}`, '{"a":2}']);
	assert.deepEqual(table.rows, [['1'], ['2']]);
	assert.deepEqual(
		table.rejects.map(({ line, errorType, rawText }) => [line, errorType, rawText.length]),
		[[2, 'RECORD_TOO_LONG', 2_000]],
	);
});

test('an array of objects is read element by element, over any lines', async () => {
	const text = '\n [ {"a":1,\n"b":[1,{"c":"],"}]}\n, {"a": tru}, 5,\n{"b":"[{"}\n]\n';
	for (const bytes of [Buffer.from(text), gzipSync(text), zstdCompressSync(text)]) {
		const table = await readAll(makeFile(bytes, 'rows.json'));
		assert.deepEqual(table.rows, [
			['1', '[1,{"c":"],"}]'],
			[null, '[{'],
		]);
		assert.deepEqual(rejectsOf(table), [
			[4, 34, 'MALFORMED', null, '{"a": tru}'],
			[4, 46, 'NOT_AN_OBJECT', null, '5'],
		]);
	}
});

test('an array that is cut short or goes on after its end is refused', async () => {
	const code = 'JSON_UNREADABLE';
	for (const end of ['', ',', ',{"a"', ',{"a":"']) {
		await assert.rejects(readAll(makeFile(`[{"a":1}${end}`, 'rows.json')), { code, message: /cut short/ });
	}
	await assert.rejects(readAll(makeFile('[{"a":1}] [{"a":2}]', 'rows.json')), { code, message: /other text/ });
});

test('too many keys are refused, and a file without an object has no rows', async () => {
	await assert.rejects(readLines(['{"a":1,"b":2}', '{"c":3}'], { maxColumns: 2 }), {
		code: 'JSON_UNREADABLE',
		where: /:2$/,
	});
	await assert.rejects(readLines(['[1]', '[2]'], {}), { code: 'TABLE_EMPTY' });
	await assert.rejects(readAll(makeFile('[1, 2]', 'rows.json')), { code: 'TABLE_EMPTY', hint: /array of objects/ });
});

test('a header that looks like an object is read as text where a delimiter is named', async () => {
	const path = makeFile('{"a";"b"}\n1;2\n');
	const table = await openTable(path, { delimiter: ';', quote: null });
	assert.equal(table.format, 'csv');
	await table.close();
});

test('any objects come back cell by cell, over any pieces and batches', async () => {
	const key = fc.oneof(fc.constantFrom('a', 'b', '__proto__', '1'), fc.string({ unit: 'grapheme', minLength: 1 }));
	const value = fc.jsonValue();
	await fc.assert(
		fc.asyncProperty(
			fc.array(fc.array(fc.tuple(key, value), { maxLength: 5 }), { minLength: 1, maxLength: 20 }),
			async (rows) => {
				const objects = rows.map(
					(row) => new Map(row.filter(([name]) => name === name.trim() && name !== '' && !name.includes('\0'))),
				);
				const lines = objects.map(
					(row) =>
						`{${Array.from(row, ([name, cell]) => `${JSON.stringify(name)}:${JSON.stringify(cell)}`).join(' , ')}}`,
				);
				const table = await openTable(makeFile(lines.join('\n'), 'any.jsonl'), { rowsPerBatch: 7 });
				const found: (string | null)[][] = [];
				for await (const { batch } of table) {
					for (let row = 0; row < batch.rows; row++) found.push(batch.columns.map((cells) => cellText(cells, row)));
				}
				const expected = objects.map((row) => table.names.map((name) => textOf(row.get(name))));
				assert.deepEqual(found, expected);
			},
		),
		{ numRuns: 100, seed: 1 },
	);
});

function textOf(value: unknown): string | null {
	if (value === undefined || value === null) return null;
	return (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\0', '');
}
