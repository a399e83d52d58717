import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TableBatch } from '../../src/contracts/table.ts';
import { createBatchBuilder } from '../../src/ingest/build-columns.ts';
import { parseCanonicalNumber } from '../../src/ingest/canonical-number.ts';
import { createColumnPlanner } from '../../src/ingest/plan-columns.ts';
import type { OpenTableOptions } from '../../src/ingest/table-source.ts';
import { type TableFormat, writeTable } from '../../src/ingest/write-table.ts';
import { fc } from '../properties.ts';
import { makeFile, readAll } from './read-all.ts';

type Cell = string | null;

/** What is easily lost or changed on the way. */
const DELICATE = [
	'9007199254740993',
	'12345678901234567890',
	'-9223372036854775808',
	'18446744073709551616',
	'007',
	'-0',
	'0.10',
	'1.50',
	'1e5',
	'1E-7',
	'.5',
	'5.',
	'+1',
	'NaN',
	'Infinity',
	'1969-12-31',
	'0001-01-01',
	'1969-12-31 23:59:59.999999',
	'2024-01-01T00:00:00Z',
	'TRUE',
	'true',
	'null',
	'NA',
	'',
	' ',
	' x ',
	'"',
	'""',
	"'",
	'a,b',
	'a;b\tc',
	'one\ntwo',
	'one\r\ntwo',
	'\rx',
	'\\N',
	'\\"',
	'# no comment',
	'=1+1',
	'👩‍👩‍👧 \u{1f1e9}\u{1f1ea}',
	'\u202egnp.exe',
	'\ufeffmark',
	'e\u0301 é',
	'Total',
	'0',
	'1.5',
	'-3',
];

const cell = fc.oneof(
	{ weight: 6, arbitrary: fc.constantFrom(...DELICATE) },
	{ weight: 2, arbitrary: fc.constant(null) },
	{ weight: 2, arbitrary: fc.integer().map(String) },
	{ weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
	{ weight: 2, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '')) },
);
const table = fc
	.integer({ min: 2, max: 4 })
	.chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }));

function batchOf(names: readonly string[], rows: readonly (readonly Cell[])[]): TableBatch {
	const builder = createBatchBuilder(names);
	for (const row of rows) {
		for (const [index, column] of builder.columns.entries()) {
			const text = row[index] as Cell;
			if (text === null) column.addMissing();
			else column.addPresentText(text);
		}
	}
	return builder.take(rows.length);
}

async function writeAndRead(format: TableFormat, rows: Cell[][], options: OpenTableOptions): Promise<Cell[][]> {
	const names = (rows[0] ?? []).map((_, index) => ['id', '__proto__', '2023', 'a,"b'][index] as string);
	const batch = batchOf(names, rows);
	const planner = createColumnPlanner(null, { isExact: true });
	planner.add(batch);
	const path = makeFile('', `table.${format}`);
	async function* batches(): AsyncGenerator<TableBatch> {
		yield batch;
	}
	await writeTable(batches(), path, { format, columns: planner.columns() });
	const read = await readAll(path, options);
	assert.deepEqual(read.names, names);
	assert.equal(read.rejects.length, 0);
	return read.rows;
}

/** Between numbers `""` is a missing cell. */
function withoutEmptyNumbers(rows: Cell[][]): Cell[][] {
	const isNumber = (text: Cell) => text !== null && text !== '' && !Number.isNaN(parseCanonicalNumber(text));
	const areNumbers = (rows[0] ?? []).map((_, column) => {
		const cells = rows.map((row) => row[column] as Cell).filter((text) => text !== null && text !== '');
		return cells.length > 0 && cells.every(isNumber);
	});
	return rows.map((row) => row.map((text, column) => (text === '' && areNumbers[column] ? null : text)));
}

for (const format of ['csv', 'tsv'] as const) {
	const options: OpenTableOptions = {
		delimiter: format === 'csv' ? ',' : '\t',
		quote: '"',
		escape: '"',
		comment: null,
		header: true,
		skipRows: 0,
		skipInitialSpace: false,
		findFooter: false,
	};
	test(`every cell written as ${format} is read as it was`, async () => {
		await fc.assert(
			fc.asyncProperty(table, async (rows) => {
				assert.deepEqual(await writeAndRead(format, rows, options), withoutEmptyNumbers(rows));
			}),
			{ numRuns: 150 },
		);
	});
}

/** JSON has no whole number -0: readers take it for 0, so it is written as -0.0. */
function asWritten(format: TableFormat, text: Cell): Cell {
	return format === 'jsonl' && text === '-0.0' ? '-0' : text;
}

for (const format of ['jsonl', 'arrow', 'arrow-stream', 'parquet'] as const) {
	test(`every cell written as ${format} is read as it was`, async () => {
		await fc.assert(
			fc.asyncProperty(table, async (rows) => {
				const read = await writeAndRead(format, rows, {});
				assert.deepEqual(
					read.map((row) => row.map((text) => asWritten(format, text))),
					rows,
				);
			}),
			{ numRuns: 150 },
		);
	});
}
