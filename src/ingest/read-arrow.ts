import * as zlib from 'node:zlib';
import { CompressionType, compressionRegistry, type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { CounterfoilError } from '../contracts/errors.ts';
import { type CellAppender, createCellAppender } from './arrow-cells.ts';
import { isBigEndianSchema } from './arrow-endianness.ts';
import { createBatchBuilder } from './build-columns.ts';
import { MAX_COLUMNS } from './detect-dialect.ts';
import type { OpenSource } from './open-source.ts';
import { repairNames } from './repair-names.ts';
import type { ReadProgress, RepairLog, TableChunk } from './table-source.ts';

/** Arrow data of which the schema was read. */
export interface OpenArrow {
	readonly names: readonly string[];
	/** The rows, once; record batches are cut anew into batches of `rowsPerBatch`. */
	read(rowsPerBatch: number, progress: ReadProgress): AsyncGenerator<TableChunk>;
}

/** `ARROW1` and two bytes of padding. */
const FILE_HEADER_BYTES = 8;
const MAGIC = Buffer.from('ARROW1');
/** A record batch that claims more rows than this is damaged; writers keep far below. */
const MAX_BATCH_ROWS = 2 ** 31 - 1;
/** Rows of a batch that has no values at all (null columns only) cost nothing to claim. */
const MAX_EMPTY_ROWS = 100_000_000;
/** Largest decompressed buffer of one column of a record batch. */
const MAX_BUFFER_BYTES = 2 ** 30;

/**
 * Reads Arrow IPC, stream or file. A file is a stream between a magic number and a footer, and is read as one:
 * from the first byte to the last, compressed or not, one record batch in memory at a time.
 *
 * @throws ARROW_UNREADABLE, ARROW_COMPRESSION_UNSUPPORTED (LZ4); both also while the rows are read.
 */
export async function openArrow(
	source: OpenSource,
	maxColumns: number | undefined,
	repairs: RepairLog,
): Promise<OpenArrow> {
	const { path } = source;
	const isFile = source.format === 'arrow-file';
	registerZstd();
	const bytes = createTail(source.bytes(), isFile ? FILE_HEADER_BYTES : 0);

	async function guard<T>(action: () => Promise<T> | T, where = path): Promise<T> {
		try {
			return await action();
		} catch (error) {
			// The library ends the stream on an error of the source and then reports it as cut short.
			throw bytes.failure() ?? describeArrowError(error, where);
		}
	}

	if (isBigEndianSchema(source.head.subarray(isFile ? FILE_HEADER_BYTES : 0))) {
		throw unreadable(path, 'It is big-endian.', 'Write it on a little-endian machine.');
	}
	const { reader, schema } = await guard(async () => {
		const opened = await (await RecordBatchReader.from(bytes.stream)).open();
		return { reader: opened, schema: opened.schema as Schema | undefined };
	});
	if (schema === undefined) throw unreadable(path, 'It has no schema.');
	const limit = maxColumns ?? MAX_COLUMNS;
	if (schema.fields.length > limit)
		throw unreadable(path, `It has ${schema.fields.length} columns; the limit is ${limit}.`);
	if (schema.fields.length === 0)
		throw new CounterfoilError('TABLE_EMPTY', 'The file has no columns.', { where: path });
	const names = repairNames(
		schema.fields.map((field) => field.name ?? ''),
		repairs,
	);
	const appenders: CellAppender[] = [];
	for (const [index, field] of schema.fields.entries()) {
		appenders.push(await guard(() => createCellAppender(field.type), `${path}, column "${names[index]}"`));
	}

	async function* read(rowsPerBatch: number, progress: ReadProgress): AsyncGenerator<TableChunk> {
		const builder = createBatchBuilder(names);
		let rows = 0;
		let firstRow = 0;
		for (;;) {
			const next = await guard(() => reader.next());
			if (next.done) break;
			const batch = next.value as RecordBatch;
			await guard(() => requireSoundBatch(batch, appenders.length));
			for (let from = 0; from < batch.numRows; ) {
				const to = Math.min(batch.numRows, from + rowsPerBatch - rows);
				for (const [index, append] of appenders.entries()) {
					const data = batch.data.children[index] as (typeof batch.data.children)[number];
					const column = builder.columns[index] as (typeof builder.columns)[number];
					await guard(() => append(data, from, to, column), `${path}, column "${names[index]}"`);
				}
				rows += to - from;
				progress.rowsLoaded += to - from;
				from = to;
				if (rows < rowsPerBatch) continue;
				yield { batch: builder.take(rows), firstRow, rejects: [] };
				firstRow += rows;
				rows = 0;
			}
		}
		const end = await bytes.drain();
		if (isFile && !end.equals(MAGIC)) throw unreadable(path, 'It is cut short: its end is missing.');
		if (rows > 0) yield { batch: builder.take(rows), firstRow, rejects: [] };
	}

	return { names, read };
}

/** The bytes from `skip` on; knows the last ones, and what went wrong in getting them. */
function createTail(
	bytes: AsyncGenerator<Buffer>,
	skip: number,
): { stream: AsyncIterable<Uint8Array>; drain(): Promise<Buffer>; failure(): unknown } {
	let failure: unknown;
	let last: Buffer = Buffer.alloc(0);
	let toSkip = skip;

	async function next(): Promise<IteratorResult<Uint8Array>> {
		try {
			for (;;) {
				const { value, done } = await bytes.next();
				if (done) return { done: true, value: undefined };
				last = Buffer.concat([last, value.subarray(-MAGIC.length)]).subarray(-MAGIC.length);
				const kept = value.subarray(toSkip);
				toSkip = Math.max(0, toSkip - value.length);
				if (kept.length > 0) return { done: false, value: kept };
			}
		} catch (error) {
			failure = error;
			throw error;
		}
	}

	return {
		// Without `return`, so that the library does not end the bytes before the footer was seen.
		stream: { [Symbol.asyncIterator]: () => ({ next }) },
		async drain() {
			while (!(await next()).done);
			return last;
		},
		failure: () => failure,
	};
}

/** The lengths in a damaged file are not to be believed: they decide how long a loop runs. */
function requireSoundBatch(batch: RecordBatch, columns: number): void {
	const { children } = batch.data;
	const rows = batch.numRows;
	if (children.length !== columns) throw new TypeError('a record batch has another number of columns than the schema');
	if (!(rows >= 0 && rows <= MAX_BATCH_ROWS)) throw new TypeError('a record batch claims an impossible number of rows');
	if (children.some((child) => child.length !== rows))
		throw new TypeError('the columns of a record batch differ in length');
	if (rows > MAX_EMPTY_ROWS && batch.data.byteLength === 0)
		throw new TypeError('a record batch claims rows without values');
}

/** The library leaves codecs to its user; Node has zstd from 22.15 on. */
function registerZstd(): void {
	if (compressionRegistry.get(CompressionType.ZSTD) !== null) return;
	compressionRegistry.set(CompressionType.ZSTD, {
		decode: (data) => zlib.zstdDecompressSync(data, { maxOutputLength: MAX_BUFFER_BYTES }),
		encode: (data) => zlib.zstdCompressSync(data),
	});
}

function describeArrowError(error: unknown, where: string): CounterfoilError {
	if (error instanceof CounterfoilError) return error;
	const reason = error instanceof Error ? error.message : String(error);
	if (/codec not found/.test(reason)) {
		return new CounterfoilError(
			'ARROW_COMPRESSION_UNSUPPORTED',
			'The Arrow data is compressed with LZ4, which is not read.',
			{
				where,
				hint: 'Write it without compression or with zstd, e.g. pyarrow.feather.write_feather(table, path, compression="uncompressed").',
				cause: error,
			},
		);
	}
	const message = `It is cut short, damaged or of a type that is not supported (${reason.replace(/\.$/, '')}).`;
	return unreadable(where, message, undefined, error);
}

function unreadable(where: string, message: string, hint?: string, cause?: unknown): CounterfoilError {
	return new CounterfoilError('ARROW_UNREADABLE', `The Arrow data cannot be read. ${message}`, {
		where,
		hint: hint ?? 'Write the file again, with plain columns, or convert it to CSV.',
		cause,
	});
}
