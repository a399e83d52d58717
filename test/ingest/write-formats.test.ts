import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gunzipSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { ColumnType } from '../../src/contracts/column-type.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { createColumnBuilder } from '../../src/ingest/build-columns.ts';
import { createColumnPlanner } from '../../src/ingest/plan-columns.ts';
import { readValue } from '../../src/ingest/read-value.ts';
import { type TableFormat, type WriteTableOptions, writeTable } from '../../src/ingest/write-table.ts';
import { fc } from '../properties.ts';
import { makeFile, readAll } from './read-all.ts';

type Texts = readonly (string | null)[];
/** Cells as the table writes them, by column. */
type Columns = Readonly<Record<string, Texts>>;

function toBatch(columns: Columns): TableBatch {
	const entries = Object.entries(columns);
	return {
		rows: entries[0]?.[1].length ?? 0,
		names: entries.map(([name]) => name),
		columns: entries.map(([, texts]) => {
			const builder = createColumnBuilder();
			for (const text of texts) builder.addText(text ?? '');
			return builder.take();
		}),
	};
}

/** Writes in two batches, so that nothing holds only within one. */
async function write(columns: Columns, format: TableFormat, options: Partial<WriteTableOptions> = {}) {
	const rows = Object.values(columns)[0]?.length ?? 0;
	const half = (from: number, to: number) =>
		toBatch(Object.fromEntries(Object.entries(columns).map(([name, texts]) => [name, texts.slice(from, to)])));
	const batches = [half(0, Math.ceil(rows / 2)), half(Math.ceil(rows / 2), rows)].filter((batch) => batch.rows > 0);
	const planner = createColumnPlanner(null);
	for (const batch of batches) planner.add(batch);
	const planned = planner.columns();
	async function* stream(): AsyncGenerator<TableBatch> {
		yield* batches;
	}
	const path = makeFile('', 'table');
	const written = await writeTable(stream(), path, { format, columns: planned, ...options });
	assert.equal(written.rows, rows);
	return { path, types: planned.map(({ type }) => type), written };
}

/** Reads Parquet with a reader that is not ours: times as microseconds, days as numbers. */
async function readParquet(path: string) {
	const bytes = readFileSync(path);
	const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
	const parsers = {
		timestampFromMicroseconds: (micros: bigint) => micros as never,
		dateFromDays: (days: number) => days as never,
		stringFromBytes: (text: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(text),
	};
	return { metadata: parquetMetadata(file), rows: await parquetReadObjects({ file, parsers } as never) };
}

function readJsonLines(path: string): Record<string, unknown>[] {
	const lines = readFileSync(path, 'utf8').split('\n');
	assert.equal(lines.pop(), '');
	// Whole numbers by their digits, since a double would round them.
	const digits = (_: string, value: unknown, context?: { readonly source: string }) =>
		typeof value === 'number' && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source as string) : value;
	return lines.map((line) => JSON.parse(line, digits));
}

/** Any text that a table may hold: control characters and whole code points, no lone halves of one. */
const anyText = fc
	.oneof(
		fc.string({ unit: 'binary' }),
		fc.constantFrom(
			'😀',
			'👩‍👩‍👧',
			'"',
			'\n',
			'\r\n',
			',',
			'=1+1',
			"'",
			'NaN',
			'null',
			'007',
			'1.10',
			'é',
			'e\u0301',
			'\ufeffx',
		),
	)
	.filter((text) => text !== '' && !text.includes('\0') && !/\p{Surrogate}/u.test(text));
const day = fc
	.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
	.map((date) => date.toISOString());
const cellsOf: Readonly<Record<ColumnType, fc.Arbitrary<string>>> = {
	int64: fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger()).map(String),
	double: fc
		.double({ noNaN: true, noDefaultInfinity: true })
		.map((value) => (Object.is(value, -0) ? '-0' : String(value))),
	boolean: fc.constantFrom('true', 'false'),
	date: day.map((text) => text.slice(0, 10)),
	timestamp: day.map((text) => `${text.slice(0, 23)}456`),
	instant: day.map((text) => `${text.slice(0, 19)}+02:00`),
	text: anyText,
};
const TYPES = Object.keys(cellsOf) as ColumnType[];

/** A column of each type with cells that only this type has without loss, and missing ones. */
const anyColumns = fc
	.array(
		fc.record(
			Object.fromEntries(TYPES.map((type) => [type, fc.option(cellsOf[type], { freq: 5 })])) as Record<
				ColumnType,
				fc.Arbitrary<string | null>
			>,
		),
		{ minLength: 1, maxLength: 12 },
	)
	.map((rows): Columns => {
		const sure: Record<ColumnType, string> = {
			int64: '9007199254740993',
			double: '0.5',
			boolean: 'true',
			date: '2024-02-29',
			timestamp: '2024-02-29 23:59:59',
			instant: '2024-02-29T23:59:59Z',
			text: 'x',
		};
		return Object.fromEntries(TYPES.map((type) => [type, [...rows.map((row) => row[type]), sure[type]]]));
	});

function expected(columns: Columns): Record<string, unknown>[] {
	const rows = columns.text?.length ?? 0;
	return Array.from({ length: rows }, (_, row) =>
		Object.fromEntries(
			TYPES.map((type) => {
				const text = columns[type]?.[row] ?? null;
				return [type, text === null ? null : readValue(type, text)];
			}),
		),
	);
}

describe('cells of every type come back as they went in', () => {
	test('from Parquet', async () => {
		await fc.assert(
			fc.asyncProperty(anyColumns, async (columns) => {
				const { path, types } = await write(columns, 'parquet');
				assert.deepEqual(types, TYPES);
				assert.deepEqual((await readParquet(path)).rows, expected(columns));
			}),
			{ numRuns: 60 },
		);
	});

	test('from JSON Lines, dates and times as they are written', async () => {
		await fc.assert(
			fc.asyncProperty(anyColumns, async (columns) => {
				const { path } = await write(columns, 'jsonl');
				const dates = ['date', 'timestamp', 'instant'];
				const rows = expected(columns).map((row, index) => ({
					...row,
					...Object.fromEntries(dates.map((type) => [type, columns[type]?.[index] ?? null])),
				}));
				const read = readJsonLines(path).map((row) => ({
					...row,
					// A double that is whole is told from an int64 by its column only.
					double: typeof row.double === 'bigint' ? Number(row.double) : row.double,
				}));
				const negative = (row: Record<string, unknown>) => Object.is(row.double, -0);
				assert.deepEqual(
					read.map((row) => ({ ...row, double: row.double === 0 ? 0 : row.double })),
					rows.map((row) => ({ ...row, double: row.double === 0 ? 0 : row.double })),
				);
				const zeros = readFileSync(path, 'utf8').match(/"double":-0\.0,/g)?.length ?? 0;
				assert.equal(zeros, rows.filter(negative).length);
			}),
			{ numRuns: 60 },
		);
	});

	test('from Arrow, file and stream', async () => {
		await fc.assert(
			fc.asyncProperty(anyColumns, fc.constantFrom('arrow', 'arrow-stream'), async (columns, format) => {
				const { path } = await write(columns, format as TableFormat);
				const { names, rows } = await readAll(path);
				assert.deepEqual(names, TYPES);
				// Our reader writes what is known in UTC without saying so.
				const value = (type: ColumnType, text: string) => readValue(type === 'instant' ? 'timestamp' : type, text);
				const same = rows.map((cells) =>
					Object.fromEntries(
						TYPES.map((type, i) => {
							const text = cells[i] ?? null;
							return [type, text === null ? null : value(type, text)];
						}),
					),
				);
				assert.deepEqual(same, expected(columns));
			}),
			{ numRuns: 60 },
		);
	});

	test('from CSV, text for text', async () => {
		await fc.assert(
			fc.asyncProperty(anyColumns, async (columns) => {
				const { path } = await write(columns, 'csv');
				const { rows } = await readAll(path, { header: true, delimiter: ',', skipInitialSpace: false });
				assert.deepEqual(
					rows,
					(columns.text ?? []).map((_, row) => TYPES.map((type) => columns[type]?.[row] ?? null)),
				);
			}),
			{ numRuns: 60 },
		);
	});
});

test('what would lose something as a number or a date stays text', async () => {
	const columns: Columns = {
		'leading zeros': ['007', '12'],
		'beyond 64 bits': ['9223372036854775808', '1'],
		'more digits than a double': ['0.1234567890123456789', '1.5'],
		'a sign': ['+49', '12'],
		versions: ['1.1', '1.10'],
		'day first': ['31.12.2024', '01.01.2025'],
		'no such day': ['2024-02-30', '2024-02-28'],
		'zone here and there': ['2024-02-28 10:00:00', '2024-02-28 10:00:00Z'],
		'yes and no': ['yes', 'no'],
		infinity: ['Infinity', '1'],
		missing: [null, null],
	};
	for (const type of (await write(columns, 'parquet')).types) assert.equal(type, 'text');
});

test('0 and 1 are whole numbers, True and FALSE are boolean, and one fraction makes a column of doubles', async () => {
	const columns: Columns = { flag: ['0', '1'], said: ['True', 'FALSE'], price: ['2', '2.5'], zero: ['-0', '3'] };
	assert.deepEqual((await write(columns, 'parquet')).types, ['int64', 'boolean', 'double', 'double']);
});

test('the kind of a column that the model learnt is what counts, and its levels', () => {
	const column = { role: 'feature', rows: 3, missing: 0, distinct: 2 } as const;
	const planner = createColumnPlanner({
		rows: 3,
		fingerprint: 'f',
		columns: [
			{ ...column, name: 'price', kind: 'numeric', levels: [] },
			{ ...column, name: 'code', kind: 'categorical', levels: [{ level: '01', count: 1 }] },
			{ ...column, name: 'size', kind: 'categorical', levels: [{ level: '1', count: 1 }], missingText: 'n/a' },
			{ ...column, name: 'count', kind: 'integer', levels: [] },
		],
	});
	planner.add(toBatch({ price: ['2', '3'], code: ['1', '2'], size: ['2', 'n/a'], count: [null, null] }));
	assert.deepEqual(planner.columns(), [
		{ name: 'price', type: 'double', missingText: null },
		{ name: 'code', type: 'text', missingText: null },
		{ name: 'size', type: 'int64', missingText: 'n/a' },
		{ name: 'count', type: 'int64', missingText: null },
	]);
});

test('a text that stands for a missing cell is null where there is null', async () => {
	const columns = [{ name: 'size', type: 'int64', missingText: 'n/a' }] as const;
	const { path } = await write({ size: ['2', 'n/a', '3'] }, 'parquet', { columns });
	assert.deepEqual((await readParquet(path)).rows, [{ size: 2n }, { size: null }, { size: 3n }]);
	const lines = await write({ size: ['2', 'n/a', '3'] }, 'jsonl', { columns });
	assert.equal(readFileSync(lines.path, 'utf8'), '{"size":2}\n{"size":null}\n{"size":3}\n');
});

test('Parquet has a row group per batch, logical types and what is to be kept with the schema', async () => {
	const columns: Columns = {
		at: ['2024-01-01T10:00:00Z', null],
		when: ['2024-01-01 10:00', null],
		on: ['2024-01-01', null],
	};
	const { path } = await write(columns, 'parquet', { metadata: { origin: '{"seed":1}' } });
	const { metadata } = await readParquet(path);
	assert.deepEqual(
		metadata.row_groups.map((group) => group.num_rows),
		[1n, 1n],
	);
	const [, at, when, on] = metadata.schema;
	assert.deepEqual(at?.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' });
	assert.deepEqual(when?.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' });
	assert.equal(on?.converted_type, 'DATE');
	assert.deepEqual(metadata.key_value_metadata, [{ key: 'origin', value: '{"seed":1}' }]);
	assert.equal(metadata.created_by, 'counterfoil');
});

test('a column may be called like a part of an object', async () => {
	const { path } = await write({ ['__proto__']: ['1', '2'], 'a"b': ['x', null] }, 'jsonl');
	assert.equal(readFileSync(path, 'utf8'), '{"__proto__":1,"a\\"b":"x"}\n{"__proto__":2,"a\\"b":null}\n');
});

test('gzip holds the same bytes, and the hash and the size are those of the file', async () => {
	const columns: Columns = { n: ['1', '2'], s: ['x', null] };
	const plain = await write(columns, 'csv');
	const packed = await write(columns, 'csv', { gzip: true });
	const bytes = readFileSync(packed.path);
	assert.deepEqual(gunzipSync(bytes), readFileSync(plain.path));
	assert.equal(packed.written.bytes, bytes.byteLength);
	assert.equal(packed.written.sha256, createHash('sha256').update(bytes).digest('hex'));
});

test('batches are let go of as they are written, whatever the format', async () => {
	setFlagsFromString('--expose-gc');
	const collectGarbage = runInNewContext('gc') as () => void;
	for (const format of ['csv', 'jsonl', 'arrow', 'arrow-stream', 'parquet'] as const) {
		const made: WeakRef<TableBatch>[] = [];
		let held = Number.NaN;
		async function* batches(): AsyncGenerator<TableBatch> {
			for (let index = 0; index < 30; index++) {
				if (index === 29) {
					await new Promise((resolve) => setImmediate(resolve));
					collectGarbage();
					held = made.filter((batch) => batch.deref() !== undefined).length;
				}
				const batch = toBatch({ n: Array.from({ length: 200 }, (_, row) => String(index * 200 + row)) });
				made.push(new WeakRef(batch));
				yield batch;
			}
		}
		const { rows } = await writeTable(batches(), makeFile('', 'table'), { format });
		assert.equal(rows, 6_000);
		assert.ok(held <= 2, `${format}: ${held} batches are held`);
	}
});

test('a reader that does not take what is written keeps rows from being made', async () => {
	let made = 0;
	async function* endless(): AsyncGenerator<TableBatch> {
		for (;;) {
			made++;
			yield toBatch({ s: Array.from({ length: 1_000 }, (_, row) => `${made * 7919} ${row * 104_729}`.repeat(6)) });
		}
	}
	for (const format of ['csv', 'jsonl', 'arrow-stream', 'parquet'] as const) {
		made = 0;
		const stuck = new Writable({ write: () => undefined });
		const writing = writeTable(endless(), stuck, { format });
		for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
		assert.ok(made > 0 && made < 20, `${format}: ${made} batches`);
		stuck.destroy();
		await assert.rejects(writing);
	}
});
