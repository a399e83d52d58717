import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Cells } from '../../src/contracts/table.ts';
import { createColumnBuilder } from '../../src/ingest/build-columns.ts';
import { createCsvColumn } from '../../src/ingest/csv-column.ts';
import { detectDialect } from '../../src/ingest/detect-dialect.ts';
import { type ReadCsvOptions, readCsv } from '../../src/ingest/read-csv.ts';
import { createRepairLog, type OpenTableOptions, type TableChunk } from '../../src/ingest/table-source.ts';
import { fc } from '../properties.ts';
import { compareReaders } from './compare-readers.ts';

/** Everything that reading a text gives: chunks with cells as they are stored, rejects, marks, repairs, counts. */
async function readPieces(pieces: readonly Buffer[], opened: OpenTableOptions, options: Partial<ReadCsvOptions> = {}) {
	const repairs = createRepairLog();
	const found = await detectDialect(Buffer.concat(pieces), true, 'table.csv', opened, repairs);
	const progress = { rowsLoaded: 0, rowsRejected: 0, blankLines: 0 };
	const chunks: TableChunk[] = [];
	async function* source() {
		yield* pieces;
	}
	const read = readCsv(source(), found, { ...opened, rowsPerBatch: 3, ...options }, progress, repairs);
	for await (const chunk of read) chunks.push(chunk);
	return { dialect: found.dialect, chunks, repairs: repairs.list(), progress };
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
	const pieces: Buffer[] = [];
	let start = 0;
	for (const size of sizes) {
		pieces.push(bytes.subarray(start, start + size));
		start = Math.min(bytes.length, start + size);
	}
	return [...pieces, bytes.subarray(start)];
}

const cell = fc.oneof(
	{
		weight: 4,
		arbitrary: fc.constantFrom('', 'a', 'bc', '1', '-2.5', '007', '1e5', '2024-01-02', 'Zoë', '😀', 'Total'),
	},
	{ weight: 2, arbitrary: fc.constantFrom('"x,y"', '""', '" q "', '"1"', '"two\nlines"', '"say ""hi"""', '"Ærø"') },
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			' a',
			'\ta',
			'\u00a0a',
			'\ufeffa',
			' "q"',
			'a"b',
			'"a"b',
			'"open',
			'\0',
			'a\0',
			'\\"',
			'"a\\"b"',
		),
	},
);
const row = fc.oneof(
	{ weight: 6, arbitrary: fc.array(cell, { minLength: 3, maxLength: 3 }) },
	{ weight: 1, arbitrary: fc.array(cell, { maxLength: 5 }) },
);
const line = fc.oneof(
	{ weight: 8, arbitrary: row.map((cells) => cells.join(',')) },
	{ weight: 1, arbitrary: fc.constantFrom('', ' ', '# a comment', 'Total,1,2', 'x'.repeat(60), '\u00ff') },
);
const file = fc
	.tuple(
		fc.array(fc.tuple(line, fc.constantFrom('\n', '\n', '\r\n', '\r')), { minLength: 1, maxLength: 30 }),
		fc.boolean(),
	)
	.map(([lines, isEnded]) => {
		const text = `one,two,three\n${lines.map((parts) => parts.join('')).join('')}`;
		return isEnded ? text : text.trimEnd();
	});
/** Some bytes that are no text. */
const bytes = fc
	.tuple(file, fc.array(fc.tuple(fc.nat(500), fc.constantFrom(0xff, 0xc3)), { maxLength: 2 }))
	.map(([text, faults]) => {
		const buffer = Buffer.from(text);
		for (const [at, byte] of faults) if (at > 14 && at < buffer.length) buffer[at] = byte;
		return buffer;
	});
const options = fc.record(
	{
		delimiter: fc.constant(','),
		header: fc.constant(true),
		encoding: fc.constantFrom('utf-8', 'windows-1252'),
		skipInitialSpace: fc.boolean(),
		quote: fc.constantFrom('"', null),
		escape: fc.constantFrom('"', '\\'),
		comment: fc.constantFrom('#', null),
		maxRecordBytes: fc.constantFrom(40, 1_000),
		maxFieldBytes: fc.constantFrom(3, 12),
	},
	{ requiredKeys: ['delimiter', 'header'] },
);

test('plain records read from their bytes give what the reference reader gives, wherever the text is cut', async () => {
	await fc.assert(
		fc.asyncProperty(
			bytes,
			options,
			fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 20 }),
			async (content, opened, sizes) => {
				const reference = await readPieces([content], opened, { onlyReference: true }).catch((error) => error.code);
				const pieces = cut(content, sizes);
				for (const onlyReference of [false, true]) {
					const read = await readPieces(pieces, opened, { onlyReference }).catch((error) => error.code);
					assert.deepEqual(read, reference);
				}
			},
		),
		{ numRuns: 1_500 },
	);
});

test('plain records are read alike with a cut at every byte', async () => {
	const content = Buffer.from('a,b,c\r\n1,"x, y",\n2,"",Zoë\r\n"3",😀,"q"\r\r\n4,"l\nm",5\n\n6,7\n8,9,"10"');
	const whole = await readPieces([content], { delimiter: ',' }, { onlyReference: true });
	assert.equal(whole.chunks.flatMap(({ rejects }) => rejects).length, 1);
	for (let at = 1; at < content.length; at++) {
		const pieces = [content.subarray(0, at), content.subarray(at)];
		assert.deepEqual(await readPieces(pieces, { delimiter: ',' }), whole, `cut at byte ${at}`);
	}
});

test('reading goes on from the mark of any chunk as if it had not ended there', async () => {
	await fc.assert(
		fc.asyncProperty(bytes, options, async (content, opened) => {
			const whole = await readPieces([content], opened).catch(() => null);
			if (whole === null) return;
			for (const [i, { mark }] of whole.chunks.entries()) {
				if (mark === undefined) continue;
				const { chunks, repairs, progress } = await readPieces([content], opened, { goOnFrom: mark });
				assert.deepEqual(
					{ chunks, repairs, progress },
					{
						chunks: whole.chunks.slice(i + 1),
						repairs: whole.repairs,
						progress: whole.progress,
					},
				);
			}
		}),
		{ numRuns: 500 },
	);
});

test('cells from bytes are collected as cells from texts', () => {
	const text = fc.oneof(cell, fc.double({ noNaN: true }).map(String), fc.bigInt().map(String), fc.string());
	fc.assert(
		fc.property(
			fc.array(fc.array(fc.oneof(text, fc.constant(null)), { maxLength: 40 }), { maxLength: 4 }),
			(batches) => {
				const builder = createColumnBuilder();
				const column = createCsvColumn();
				const other = createCsvColumn();
				for (const texts of batches) {
					const bytes = Buffer.from(texts.join(''));
					const bounds: number[] = [];
					let end = 0;
					for (const one of texts) {
						const start = end;
						end += Buffer.byteLength(one ?? '');
						bounds.push(start, one === null ? start - 1 : end);
						if (one === null) {
							builder.addQuotedEmpty();
							other.addQuotedEmpty();
						} else {
							builder.addText(one);
							other.addText(one);
						}
					}
					column.addCells(bytes, Int32Array.from(bounds), 0, texts.length);
					const expected = builder.take();
					assert.deepEqual(withoutBytes(column.take()), expected);
					assert.deepEqual(withoutBytes(other.take()), expected);
				}
			},
		),
		{ numRuns: 500 },
	);
});

function withoutBytes(cells: Cells): Cells {
	if (cells.type === 'number') return cells;
	const { type, codes, dictionary } = cells;
	return { type, codes, dictionary };
}

test('both readers read every CSV file of the fixtures alike', async () => {
	const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
	const files = globSync('**/*.csv', { cwd: folder });
	assert.ok(files.length >= 12);
	for (const file of files) assert.ok(await compareReaders(join(folder, file)));
});
