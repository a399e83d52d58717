import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
	AsyncByteQueue,
	type Data,
	Field,
	Float64,
	makeData,
	RecordBatch,
	RecordBatchFileWriter,
	Schema,
	Struct,
	Utf8,
} from 'apache-arrow';
import { type Options as StringifyOptions, stringify } from 'csv-stringify/sync';
import { CounterfoilError } from '../contracts/errors.ts';
import { type Cells, cellText, type TableBatch } from '../contracts/table.ts';
import { encodeNumbers, encodeTexts } from './arrow-data.ts';

export interface WriteTableOptions {
	readonly format: 'csv' | 'arrow';
	/**
	 * CSV only: texts that a spreadsheet would take for a formula get a `'` in front. Numbers stay as they are.
	 * @default false
	 */
	readonly escapeFormulas?: boolean;
}

/**
 * Writes rows to a file or a stream (standard output), batch by batch; memory does not grow with the rows.
 * The batches have to have the same columns. A file is put in place only when it is whole.
 *
 * In CSV a missing cell is empty and a text of no characters is `""`. In Arrow (IPC file, uncompressed) a
 * column has the type that it has in the first batch, Float64 or Utf8.
 *
 * @returns the number of rows.
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL; SCHEMA_MISMATCH where a batch does not have the columns of the first.
 */
export async function writeTable(
	batches: AsyncIterable<TableBatch>,
	target: string | Writable,
	options: WriteTableOptions,
): Promise<number> {
	const written = { rows: 0 };
	const pieces = options.format === 'csv' ? toCsv(batches, options, written) : toArrow(batches, written);
	try {
		if (typeof target === 'string') await writeFile(target, pieces);
		// Standard output is not ours to close.
		else await pipeline(pieces, target, { end: false });
	} catch (error) {
		// Whoever reads the other end (head, less) has seen enough.
		if (typeof target !== 'string' && error instanceof Error && 'code' in error && error.code === 'EPIPE')
			return written.rows;
		throw describeWriteError(error, typeof target === 'string' ? target : 'standard output');
	}
	return written.rows;
}

/** Rows turned into text at a time. */
const ROWS_PER_PIECE = 4_096;

async function* toCsv(
	batches: AsyncIterable<TableBatch>,
	options: WriteTableOptions,
	written: { rows: number },
): AsyncGenerator<Uint8Array> {
	let names: readonly string[] | null = null;
	for await (const batch of batches) {
		if (names === null) yield Buffer.from(stringify([[...batch.names]], csvOptions(batch.names.length)));
		names = requireSameNames(names, batch.names);
		const columns = options.escapeFormulas === true ? batch.columns.map(escapeFormulas) : batch.columns;
		for (let start = 0; start < batch.rows; start += ROWS_PER_PIECE) {
			const rows: (string | null)[][] = [];
			const end = Math.min(batch.rows, start + ROWS_PER_PIECE);
			for (let row = start; row < end; row++) rows.push(columns.map((cells) => cellText(cells, row)));
			yield Buffer.from(stringify(rows, csvOptions(columns.length)));
		}
		written.rows += batch.rows;
	}
}

/** In a table of one column a missing cell would be a blank line, which is no row; it is written as `""` too. */
function csvOptions(columns: number): StringifyOptions {
	return { quoted_match: /^$/, quoted_empty: columns === 1 };
}

/** Signs that make a spreadsheet evaluate a cell (OWASP), also in their full-width forms. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const PLAIN_NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

function escapeFormulas(cells: Cells): Cells {
	if (cells.type === 'number') return cells;
	const dictionary = cells.dictionary.map((text) =>
		FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text,
	);
	return { ...cells, dictionary };
}

async function* toArrow(batches: AsyncIterable<TableBatch>, written: { rows: number }): AsyncGenerator<Uint8Array> {
	const output = new PieceList();
	const writer = new RecordBatchFileWriter().reset(output);
	let schema: Schema | null = null;
	let names: readonly string[] | null = null;
	for await (const batch of batches) {
		names = requireSameNames(names, batch.names);
		schema ??= createSchema(batch);
		const { fields } = schema;
		const children = batch.columns.map((cells, i) => encodePlain(cells, batch.rows, fields[i] as Field));
		const data = makeData({ type: new Struct(fields), length: batch.rows, nullCount: 0, children });
		writer.write(new RecordBatch(schema, data));
		yield* output.take();
		written.rows += batch.rows;
	}
	writer.finish();
	yield* output.take();
}

/** Holds what the writer has written until it is taken, so that nothing piles up. */
class PieceList extends AsyncByteQueue<Uint8Array> {
	private pieces: Uint8Array[] = [];

	override write(piece: Uint8Array | ArrayBufferView): void {
		this.pieces.push(piece as Uint8Array);
	}

	take(): Uint8Array[] {
		const taken = this.pieces;
		this.pieces = [];
		return taken;
	}
}

function createSchema(batch: TableBatch): Schema {
	return new Schema(
		batch.columns.map((cells, i) => {
			const type = cells.type === 'number' ? new Float64() : new Utf8();
			return new Field(batch.names[i] as string, type, true);
		}),
	);
}

function encodePlain(cells: Cells, rows: number, field: Field): Data {
	if (field.type instanceof Utf8) return encodeTexts(Array.from({ length: rows }, (_, row) => cellText(cells, row)));
	if (cells.type === 'number') return encodeNumbers(cells);
	throw new CounterfoilError('SCHEMA_MISMATCH', 'A column of numbers has a text in a later batch.', {
		where: `column "${field.name}"`,
		hint: 'Write the table as CSV.',
	});
}

function requireSameNames(expected: readonly string[] | null, names: readonly string[]): readonly string[] {
	if (expected === null || (expected.length === names.length && expected.every((name, i) => name === names[i])))
		return names;
	throw new CounterfoilError('SCHEMA_MISMATCH', 'The batches of a table do not have the same columns.');
}

/** Writes beside a file and puts it in place when it is whole; what is not a regular file is written to directly. */
async function writeFile(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
	const existing = await stat(path).catch(() => null);
	if (existing !== null && !existing.isFile()) {
		await pipeline(pieces, createWriteStream(path));
		return;
	}
	const draft = `${path}.${randomUUID()}.partial`;
	try {
		await pipeline(pieces, createWriteStream(draft, { flags: 'wx' }));
		await rename(draft, path);
	} catch (error) {
		await rm(draft, { force: true });
		throw error;
	}
}

function describeWriteError(error: unknown, where: string): unknown {
	const code = error instanceof Error && 'code' in error ? String(error.code) : '';
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return new CounterfoilError('DISK_FULL', 'There is no space left for the table.', {
			where,
			hint: 'Free some space or name another place.',
			cause: error,
		});
	}
	if (error instanceof CounterfoilError || !/^E[A-Z]+$/.test(code)) return error;
	return new CounterfoilError('OUTPUT_NOT_WRITABLE', 'The table cannot be written there.', {
		where,
		hint: 'Check that the folder exists and that you may write to it.',
		cause: error,
	});
}
