import type { FileHandle } from 'node:fs/promises';
import { Message, type RecordBatch, RecordBatchReader, type Schema } from 'apache-arrow';
import { type FileBlock, Footer } from 'apache-arrow/ipc/metadata/file';
import { CounterfoilError } from '../contracts/errors.ts';
import { type CellAppender, createCellAppender, formOf } from './arrow-cells.ts';
import { registerArrowCodecs } from './arrow-codecs.ts';
import { isBigEndianFooter, isBigEndianStream } from './arrow-endianness.ts';
import { createBatchBuilder } from './build-columns.ts';
import { checkArrowData } from './check-arrow-data.ts';
import { MAX_COLUMNS } from './detect-dialect.ts';
import type { OpenSource } from './open-source.ts';
import { readExactly } from './read-exactly.ts';
import { repairNames } from './repair-names.ts';
import type { OpenRows, ReadProgress, RepairLog, TableChunk } from './table-source.ts';

/** What a cell takes of ours at least. */
const BYTES_PER_CELL = 8;

/** Length of the footer (4 bytes) and `ARROW1`. */
const FOOTER_TAIL_BYTES = 10;

export interface OpenArrowOptions {
	readonly maxColumns?: number;
	readonly maxDecompressedBytes?: number;
}

/**
 * Reads Arrow IPC, stream or file, one record batch in memory at a time.
 *
 * @throws ARROW_UNREADABLE, ARROW_COMPRESSION_UNSUPPORTED (LZ4 without its package), INPUT_TOO_LARGE; all also while the
 * rows are read.
 */
export async function openArrow(source: OpenSource, options: OpenArrowOptions, repairs: RepairLog): Promise<OpenRows> {
	const { path } = source;
	registerArrowCodecs();
	const input = source.format === 'arrow-file' ? await openFileInput(source) : openStreamInput(source);

	async function guard<T>(action: () => Promise<T> | T, where = path): Promise<T> {
		try {
			return await action();
		} catch (error) {
			// The library takes an error of its source for the end of the stream and then finds it cut short.
			throw input.failure() ?? describeArrowError(error, where);
		}
	}

	if (input.isBigEndian) throw unreadable(path, 'It is big-endian.', 'Write it on a little-endian machine.');
	const { reader, schema } = await guard(async () => {
		const opened = await (await input.createReader()).open();
		return { reader: opened, schema: opened.schema as Schema | undefined };
	});
	if (schema === undefined) throw unreadable(path, 'It has no schema.');
	const limit = options.maxColumns ?? MAX_COLUMNS;
	const maxBytes = options.maxDecompressedBytes ?? 64 * 1024 ** 3;
	if (schema.fields.length > limit)
		throw unreadable(
			path,
			`It has ${schema.fields.length} columns; the limit is ${limit}.`,
			'Leave out columns that are not needed, or allow more with --limit columns=10000.',
		);
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
		let bytes = 0;
		for (;;) {
			const next = await guard(() => reader.next());
			if (next.done) break;
			const batch = next.value as RecordBatch;
			await guard(() => checkBatch(batch, appenders.length));
			// A column of nothing has no bytes in the file, and takes some of ours.
			bytes += Math.max(batch.data.byteLength, batch.numRows * appenders.length * BYTES_PER_CELL);
			if (bytes > maxBytes) throw tooLarge(path, maxBytes);
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
		await input.drain();
		if (rows > 0) yield { batch: builder.take(rows), firstRow, rejects: [] };
	}

	const forms = schema.fields.map((field) => formOf(field.type));
	return { names, read, forms: () => forms };
}

/** Where the library gets its bytes from. */
interface ArrowInput {
	readonly isBigEndian: boolean;
	createReader(): Promise<RecordBatchReader>;
	/** Reads what follows the last record batch, so that the hash is whole. */
	drain(): Promise<void>;
	/** What went wrong in getting the bytes. */
	failure(): unknown;
}

/**
 * A file is read as the stream that it holds: the schema of its footer, then the blocks that the footer lists,
 * dictionaries first. The library's own reader of files goes on without end where a footer is damaged.
 */
async function openFileInput(source: OpenSource): Promise<ArrowInput> {
	const file = await source.asFile();
	const { size } = await file.stat();
	const footerBytes = await readFooter(file, size, source.path);
	let footer: Footer;
	let blocks: FileBlock[];
	try {
		footer = Footer.decode(footerBytes);
		blocks = [...footer.dictionaryBatches(), ...footer.recordBatches()];
	} catch (error) {
		throw describeArrowError(error, source.path);
	}
	const lengths = blocks.map((block) => block.metaDataLength + block.bodyLength);
	const isInside = blocks.every((block, i) => block.offset >= 0 && block.offset + (lengths[i] as number) <= size);
	// No block twice: a small file must not become a large table.
	if (!isInside || lengths.reduce((sum, length) => sum + length, 0) > size) {
		throw unreadable(source.path, 'Its footer is damaged.');
	}

	async function* readBlocks(): AsyncGenerator<Uint8Array> {
		yield frameMessage(Message.encode(Message.from(footer.schema)));
		for (const [i, block] of blocks.entries()) yield readExactly(file, block.offset, lengths[i] as number);
	}

	return {
		isBigEndian: isBigEndianFooter(footerBytes),
		createReader: () => RecordBatchReader.from(readBlocks()),
		drain: () => Promise.resolve(),
		failure: () => undefined,
	};
}

async function readFooter(file: FileHandle, size: number, path: string): Promise<Buffer> {
	if (size <= FOOTER_TAIL_BYTES) throw unreadable(path, 'It is cut short: its end is missing.');
	const tail = await readExactly(file, size - FOOTER_TAIL_BYTES, FOOTER_TAIL_BYTES);
	if (tail.toString('latin1', 4) !== 'ARROW1') throw unreadable(path, 'It is cut short: its end is missing.');
	const length = tail.readInt32LE(0);
	if (length <= 0 || length > size - FOOTER_TAIL_BYTES) throw unreadable(path, 'Its footer is damaged.');
	return readExactly(file, size - FOOTER_TAIL_BYTES - length, length);
}

/** The encapsulated form of a message: continuation marker, length of the metadata, metadata padded to 8 bytes. */
function frameMessage(metadata: Uint8Array): Buffer {
	const padded = Math.ceil(metadata.length / 8) * 8;
	const framed = Buffer.alloc(8 + padded);
	framed.writeInt32LE(-1, 0);
	framed.writeInt32LE(padded, 4);
	framed.set(metadata, 8);
	return framed;
}

function openStreamInput(source: OpenSource): ArrowInput {
	const bytes = source.bytes();
	let failure: unknown;
	async function next(): Promise<IteratorResult<Uint8Array>> {
		try {
			return await bytes.next();
		} catch (error) {
			failure = error;
			throw error;
		}
	}
	return {
		isBigEndian: isBigEndianStream(source.head),
		// Without `return`, so that the library does not end the bytes at the end of the stream.
		createReader: () => RecordBatchReader.from({ [Symbol.asyncIterator]: () => ({ next }) }),
		async drain() {
			while (!(await next()).done);
		},
		failure: () => failure,
	};
}

function checkBatch(batch: RecordBatch, columns: number): void {
	const { children } = batch.data;
	if (children.length !== columns) throw new TypeError('a record batch has another number of columns than the schema');
	if (children.some((child) => child.length !== batch.numRows)) {
		throw new TypeError('the columns of a record batch differ in length');
	}
	for (const child of children) checkArrowData(child);
}

function describeArrowError(error: unknown, where: string): CounterfoilError {
	if (error instanceof CounterfoilError) {
		if (error.where !== undefined) return error;
		const { code, message, hint, cause } = error;
		return new CounterfoilError(code, message, { where, ...(hint === undefined ? {} : { hint }), cause });
	}
	const reason = error instanceof Error ? error.message : String(error);
	const message = `It is cut short, damaged or of a type that is not supported (${reason.replace(/\.$/, '')}).`;
	return unreadable(where, message, undefined, error);
}

function tooLarge(where: string, maxBytes: number): CounterfoilError {
	return new CounterfoilError('INPUT_TOO_LARGE', `The file holds more than ${maxBytes} bytes.`, {
		where,
		hint: 'If the file is to be trusted, allow more with --limit decompressed=100GiB.',
	});
}

function unreadable(where: string, message: string, hint?: string, cause?: unknown): CounterfoilError {
	return new CounterfoilError('ARROW_UNREADABLE', `The Arrow data cannot be read. ${message}`, {
		where,
		hint: hint ?? 'Write the file again, with plain columns, or convert it to CSV.',
		cause,
	});
}
