import { createHash } from 'node:crypto';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { OutputColumn } from '../contracts/column-type.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { Cells, TableBatch } from '../contracts/table.ts';
import type { PlannedTable } from './planned-table.ts';
import { describeWriteError, replaceFile } from './replace-file.ts';
import { writeArrow } from './write-arrow.ts';
import { writeCsv } from './write-csv.ts';
import { writeJsonLines } from './write-json-lines.ts';
import { writeParquet } from './write-parquet.ts';

export type TableFormat = 'csv' | 'tsv' | 'jsonl' | 'arrow' | 'arrow-stream' | 'parquet';

export interface WriteTableOptions {
	readonly format: TableFormat;
	/** @default false */
	readonly gzip?: boolean;
	/**
	 * How the columns are written, as `createColumnPlanner` finds it; CSV writes cells as they are.
	 * @default numbers as double, all else as text, by the first batch
	 */
	readonly columns?: readonly OutputColumn[];
	/** Arrow and Parquet only: texts that are kept with the schema, by key. */
	readonly metadata?: Readonly<Record<string, string>>;
	/**
	 * CSV and TSV only: texts that a spreadsheet would take for a formula get a `'` in front. Numbers stay as they are.
	 * @default false
	 */
	readonly escapeFormulas?: boolean;
}

export interface WrittenTable {
	readonly rows: number;
	/** Of the file as it lies there. */
	readonly bytes: number;
	readonly sha256: string;
	/** Cells and column names that were changed so that no spreadsheet evaluates them. */
	readonly escapedCells: number;
}

/**
 * Writes rows to a file or a stream (standard output), batch by batch; memory does not grow with the rows.
 * The batches have to have the same columns. A file is put in place only when it is whole.
 *
 * In CSV a missing cell is empty and a text of no characters is `""`; elsewhere it is null.
 *
 * @throws OUTPUT_NOT_WRITABLE, DISK_FULL; SCHEMA_MISMATCH where a batch does not have the columns of the first, or a
 * cell does not have the type of its column.
 */
export async function writeTable(
	batches: AsyncIterable<TableBatch>,
	target: string | Writable,
	options: WriteTableOptions,
): Promise<WrittenTable> {
	const written = { rows: 0, bytes: 0, escapedCells: 0 };
	const digest = createHash('sha256');
	const pieces = encode(batches, options, written);
	async function* measure(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
		for await (const piece of source) {
			digest.update(piece);
			written.bytes += piece.byteLength;
			yield piece;
		}
	}
	async function send(to: Writable, end: boolean): Promise<void> {
		// Standard output is not ours to close.
		if (options.gzip === true) await pipeline(pieces, createGzip(), measure, to, { end });
		else await pipeline(pieces, measure, to, { end });
	}
	try {
		if (typeof target === 'string') await replaceFile(target, (to) => send(to, true));
		else await send(target, false);
	} catch (error) {
		// Whoever reads the other end (head, less) has seen enough.
		const isReadEnough =
			typeof target !== 'string' && error instanceof Error && 'code' in error && error.code === 'EPIPE';
		if (!isReadEnough) throw typeof target === 'string' ? error : describeWriteError(error, 'standard output');
	}
	return { ...written, sha256: digest.digest('hex') };
}

async function* encode(
	batches: AsyncIterable<TableBatch>,
	options: WriteTableOptions,
	written: { rows: number; escapedCells: number },
): AsyncGenerator<Uint8Array> {
	const source = batches[Symbol.asyncIterator]();
	try {
		const first = await source.next();
		const batch = first.done === true ? null : first.value;
		const columns = options.columns ?? (batch === null ? [] : columnsOf(batch));
		async function* checked(): AsyncGenerator<TableBatch> {
			for (let next = first; next.done !== true; next = await source.next()) {
				requireColumns(columns, next.value.names);
				yield next.value;
				written.rows += next.value.rows;
			}
		}
		yield* encoderOf(
			options,
			(cells) => (written.escapedCells += cells),
		)({ columns, batches: checked(), metadata: options.metadata ?? {} });
	} finally {
		await source.return?.();
	}
}

function encoderOf(
	{ format, escapeFormulas = false }: WriteTableOptions,
	noteEscaped: (cells: number) => void,
): (table: PlannedTable) => AsyncGenerator<Uint8Array> {
	const onEscaped = escapeFormulas ? noteEscaped : null;
	switch (format) {
		case 'csv':
			return (table) => writeCsv(table, { delimiter: ',', onEscaped });
		case 'tsv':
			return (table) => writeCsv(table, { delimiter: '\t', onEscaped });
		case 'jsonl':
			return writeJsonLines;
		case 'parquet':
			return writeParquet;
		case 'arrow':
		case 'arrow-stream':
			return (table) => writeArrow(table, format);
	}
}

function columnsOf(batch: TableBatch): OutputColumn[] {
	return batch.names.map((name, index) => ({
		name,
		type: (batch.columns[index] as Cells).type === 'number' ? 'double' : 'text',
		missingText: null,
	}));
}

function requireColumns(columns: readonly OutputColumn[], names: readonly string[]): void {
	if (columns.length === names.length && columns.every(({ name }, i) => name === names[i])) return;
	throw new CounterfoilError('SCHEMA_MISMATCH', 'The batches of a table do not have the same columns.');
}
