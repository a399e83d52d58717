import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { Field, makeData, Null, RecordBatch, Schema, Struct, Table, tableToIPC } from 'apache-arrow';
import type { TableBatch } from '../../src/contracts/table.ts';
import { createBatchBuilder } from '../../src/ingest/build-columns.ts';
import type { OpenTableOptions } from '../../src/ingest/table-source.ts';
import { type TableFormat, writeTable } from '../../src/ingest/write-table.ts';
import { makeFile, readAll } from './read-all.ts';

const LONG = 'é'.repeat(60);
/** Bytes of a field: those of the long one are 120. */
const LIMIT = { maxFieldBytes: 100 };

async function written(format: TableFormat): Promise<string> {
	const builder = createBatchBuilder(['id', 'note']);
	for (const [id, note] of ['a', LONG, 'x'.repeat(100), LONG, 'b'].entries()) {
		builder.columns[0]?.addNumber(id);
		builder.columns[1]?.addPresentText(note);
	}
	async function* batches(): AsyncGenerator<TableBatch> {
		yield builder.take(5);
	}
	const path = makeFile('', `long.${format}`);
	await writeTable(batches(), path, { format });
	return path;
}

for (const format of ['csv', 'tsv', 'jsonl', 'arrow', 'arrow-stream', 'parquet'] as const) {
	test(`a field of ${format} over the limit rejects its row and no other`, async () => {
		const path = await written(format);
		for (const rowsPerBatch of [2, 100]) {
			const { rows, rejects, counts } = await readAll(path, { ...LIMIT, rowsPerBatch });
			assert.deepEqual(
				rows.map(([id]) => id),
				['0', '2', '4'],
			);
			const first = { csv: 3, tsv: 3, jsonl: 2 }[format as string] ?? 2;
			assert.deepEqual(
				rejects.map(({ line, errorType, column }) => [line, errorType, column]),
				[
					[first, 'FIELD_TOO_LONG', 'note'],
					[first + 2, 'FIELD_TOO_LONG', 'note'],
				],
			);
			assert.deepEqual([counts.rowsTotal, counts.rowsLoaded, counts.rowsRejected], [5, 3, 2]);
		}
		assert.equal((await readAll(path)).rows.length, 5);
	});

	test(`names of the columns of ${format} over the limit are refused, with how to allow them`, async () => {
		const path = await written(format);
		await assert.rejects(readAll(path, { maxHeaderBytes: 7 }), {
			code: 'INPUT_HEADER_TOO_LONG',
			message: 'The names of the columns take 8 bytes.',
			hint: /--limit header=/,
		});
		assert.equal((await readAll(path, { maxHeaderBytes: 8 })).rows.length, 5);
	});

	test(`too many columns of ${format} are refused, with how to allow them`, async () => {
		const path = await written(format);
		const refused: OpenTableOptions = { maxColumns: 1 };
		await assert.rejects(readAll(path, refused), { hint: /--limit columns=10000/ });
	});
}

test('what a file becomes has a limit, also where a column of nothing takes no bytes in it', async () => {
	for (const format of ['arrow', 'arrow-stream', 'parquet'] as const) {
		const path = await written(format);
		await assert.rejects(readAll(path, { maxDecompressedBytes: 79 }), { code: 'INPUT_TOO_LARGE', hint: /--limit/ });
		assert.equal((await readAll(path, { maxDecompressedBytes: 2_000 })).rows.length, 5);
	}
	const rows = 10_000_000;
	const field = new Field('nothing', new Null(), true);
	const data = makeData({ type: new Null(), length: rows });
	const struct = makeData({ type: new Struct([field]), length: rows, nullCount: 0, children: [data] });
	const path = makeFile(tableToIPC(new Table(new RecordBatch(new Schema([field]), struct))), 'nothing.arrows');
	assert.ok(statSync(path).size < 1_000);
	await assert.rejects(readAll(path, { maxDecompressedBytes: 1_000_000 }), { code: 'INPUT_TOO_LARGE' });
});

test('a quoted field over the limit is found among others, with line breaks and quotes in it', async () => {
	const text = `a,b,c\n1,"x\n""${'y'.repeat(100)}",2\n3,"${'z'.repeat(90)}","${'z'.repeat(90)}"\n`;
	const { rows, rejects } = await readAll(makeFile(text), LIMIT);
	assert.deepEqual(
		rejects.map(({ line, column, rawText }) => [line, column, rawText.length]),
		[[2, 'b', 110]],
	);
	assert.equal(rows.length, 1);
});
