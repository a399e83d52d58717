import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import type { TableBatch } from '../../src/contracts/table.ts';
import { isJsonValue } from '../../src/ingest/form-tally.ts';
import { openTable } from '../../src/ingest/ingest-source.ts';
import { openInput } from '../../src/ingest/open-input.ts';
import { createColumnPlanner } from '../../src/ingest/plan-columns.ts';
import type { TableSource } from '../../src/ingest/table-source.ts';
import { type TableFormat, writeTable } from '../../src/ingest/write-table.ts';
import { fc } from '../properties.ts';
import { makeFile, readAll } from './read-all.ts';

/** Numbers as JSON may write them, also such as no double holds. */
const number = fc.oneof(
	fc.constantFrom('-0', '0', '-0.0', '1.50', '1E5', '1e-400', '9007199254740993', '12345678901234567890', '0.10'),
	fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String),
	fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(999)).map(([whole, rest]) => `${whole}.${rest}0`),
	fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
);
const word = fc.oneof(
	number,
	fc.constantFrom('true', 'false', '[]', '[1, 2.0,"x"]', '{"a": {"b": 12345678901234567890}}'),
);
const lookalike = fc
	.oneof(word, fc.constantFrom('007', '1 ', 'null', 'NaN', '', '-'))
	.map((text) => JSON.stringify(text));
const plainText = fc
	.string({ unit: 'grapheme' })
	.map((text) => text.replaceAll('\0', ''))
	.filter((text) => !isJsonValue(text))
	.map((text) => JSON.stringify(text));

/** A column is of values, maybe with texts that look like none of them, or of texts. */
const columnCells = fc.constantFrom('values', 'mixed', 'texts').chain((kind) => {
	const cell = kind === 'values' ? word : kind === 'mixed' ? fc.oneof(word, plainText) : fc.oneof(lookalike, plainText);
	return fc.array(fc.oneof({ weight: 5, arbitrary: cell }, { weight: 1, arbitrary: fc.constant('null') }), {
		minLength: 6,
		maxLength: 6,
	});
});

async function* batchesOf(source: TableSource): AsyncGenerator<TableBatch> {
	for await (const { batch } of source) yield batch;
}

/** Reads a file and writes it in a format, as `export` does. */
async function rewrite(path: string, format: TableFormat): Promise<string> {
	const first = await openTable(path);
	const batches: TableBatch[] = [];
	for await (const batch of batchesOf(first)) batches.push(batch);
	const planner = createColumnPlanner(null, { isExact: true, forms: first.forms() });
	for (const batch of batches) planner.add(batch);
	const out = makeFile('', `out.${format}`);
	async function* again(): AsyncGenerator<TableBatch> {
		yield* batches;
	}
	await writeTable(again(), out, { format, columns: planner.columns() });
	return out;
}

test('objects of JSON come out as they came in: numbers with all their digits, texts of digits as texts', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(columnCells, { minLength: 1, maxLength: 3 }), async (columns) => {
			const names = ['__proto__', 'a "b"', '2023'].slice(0, columns.length);
			const lines = Array.from({ length: 6 }, (_, row) => {
				return `{${names.map((name, c) => `${JSON.stringify(name)}:${columns[c]?.[row]}`).join(',')}}\n`;
			});
			const out = await rewrite(makeFile(lines.join(''), 'in.jsonl'), 'jsonl');
			assert.equal(readFileSync(out, 'utf8'), lines.join(''));
		}),
		{ numRuns: 150 },
	);
});

for (const format of ['csv', 'arrow', 'parquet'] as const) {
	test(`what JSON has as texts is text in ${format}, and its numbers keep their digits`, async () => {
		const lines = [
			'{"id":12345678901234567890,"zip":"12345","n":1,"on":"true"}',
			'{"id":1,"zip":"2","n":2.5,"on":"false"}',
		];
		const out = await rewrite(makeFile(lines.join('\n'), 'in.jsonl'), format);
		const { rows } = await readAll(out);
		assert.deepEqual(rows, [
			['12345678901234567890', '12345', '1', 'true'],
			['1', '2', '2.5', 'false'],
		]);
		const back = await rewrite(out, 'jsonl');
		const kept =
			format === 'csv' ? '{"id":"1","zip":2,"n":2.5,"on":false}' : '{"id":"1","zip":"2","n":2.5,"on":"false"}';
		assert.equal(readFileSync(back, 'utf8').split('\n')[1], kept);
	});
}

test('a list of several lines becomes one line, and stays the same list', async () => {
	const out = await rewrite(makeFile('[{"a":[1,\r\n  {"b": "x\\ny"}]}]', 'in.json'), 'jsonl');
	const text = readFileSync(out, 'utf8');
	assert.equal(text, '{"a":[1,   {"b": "x\\ny"}]}\n');
});

test('numbers and texts of digits in one column cannot be told apart later, which is said', async () => {
	const path = makeFile('{"a":1,"b":1}\n{"a":"1","b":"x"}\n', 'in.jsonl');
	const source = await openTable(path);
	for await (const _ of source);
	assert.deepEqual(source.forms(), [null, 'json']);
	assert.deepEqual(
		source.repairs().map(({ kind, count }) => [kind, count]),
		[['TEXTS_LIKE_NUMBERS', 1]],
	);
});

test('several files tell of a column where they agree', async () => {
	const one = makeFile('{"a":1,"b":"1","c":1}\n', 'one.jsonl');
	const two = makeFile('{"a":2,"b":2}\n', 'two.jsonl');
	const source = await openInput(join(dirname(one), `{${basename(one)},${basename(two)}}`));
	for await (const _ of source);
	assert.deepEqual(
		[source.names, source.forms()],
		[
			['a', 'b', 'c'],
			['json', null, 'json'],
		],
	);
});
