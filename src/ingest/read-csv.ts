import { isUtf8 } from 'node:buffer';
import { type BatchBuilder, type ColumnBuilder, createBatchBuilder } from './build-columns.ts';
import { emptyBatch } from './collect-chunks.ts';
import { bytesPerCodeUnit, decodeText } from './decode-text.ts';
import { type FoundTable, MAX_RECORD_BYTES } from './detect-dialect.ts';
import {
	createRecordFramer,
	type FramedRecords,
	RECORD_BAD_QUOTE,
	RECORD_OK,
	RECORD_TOO_LONG,
	RECORD_UNCLOSED,
} from './frame-records.ts';
import { parseRecords } from './parse-records.ts';
import { rawText } from './raw-text.ts';
import type { ReadProgress, RejectedRow, RejectType, RepairLog, TableChunk } from './table-source.ts';

export interface ReadCsvOptions {
	readonly rowsPerBatch: number;
	/** @default 2 MiB */
	readonly maxRecordBytes?: number;
}

/** Rejects are handed over when this many wait, so that a file of nothing else stays bounded. */
const REJECTS_PER_CHUNK = 10_000;
/** A batch of long texts ends early at this many bytes of text. */
const TEXT_BYTES_PER_BATCH = 128 * 1024 * 1024;

/**
 * Reads the rows of a delimited text. Every record that is no blank line is either loaded or rejected. A
 * row is rejected where its number of fields is not that of the header, its quotes are malformed, its
 * bytes are no text, or it is too long.
 */
export async function* readCsv(
	bytes: AsyncIterable<Buffer>,
	table: FoundTable,
	options: ReadCsvOptions,
	progress: ReadProgress,
	repairs: RepairLog,
): AsyncGenerator<TableChunk> {
	const { dialect, names } = table;
	const maxRecordBytes = options.maxRecordBytes ?? MAX_RECORD_BYTES;
	const framer = createRecordFramer(
		{
			delimiter: dialect.delimiter.charCodeAt(0),
			quote: dialect.quote === null ? -1 : dialect.quote.charCodeAt(0),
			skipInitialSpace: dialect.skipInitialSpace,
			maxRecordBytes,
		},
		table.skipBytes > 0 ? 2 : 1,
	);
	const offsets = createOffsetMap(dialect.encoding, table.bomBytes);
	const builder = createBatchBuilder(names);
	let recordsToSkip = table.skipRecords;
	let rows = 0;
	let textBytes = 0;
	let firstRow = 0;
	let rejects: RejectedRow[] = [];
	let rest: Buffer = Buffer.alloc(0);

	function takeChunk(): TableChunk {
		const chunk = { batch: builder.take(rows), firstRow, rejects };
		firstRow += rows;
		rows = 0;
		textBytes = 0;
		rejects = [];
		return chunk;
	}

	function* readPiece(text: Buffer, isEnd: boolean): Generator<TableChunk> {
		const { records, consumed } = framer.frame(text, isEnd);
		progress.blankLines = framer.blankLines();
		const from = Math.min(recordsToSkip, records.starts.length);
		recordsToSkip -= from;
		const picks = pickReadable(text.subarray(0, consumed), records, from, names.length, dialect.encoding);
		const parsed = parseRecords(text, records, picks, dialect);
		if (text.includes(0)) removeNuls(parsed, repairs);

		const loaded = parsed.filter((cells) => cells.length === names.length);
		for (let record = from, picked = 0; record < records.starts.length; record++) {
			if (picks[picked] === record && parsed[picked++]?.length === names.length) continue;
			rejects.push(describeReject(text, records, record, names, offsets.at(text, records.starts[record] as number)));
			progress.rowsRejected++;
			if (rejects.length < REJECTS_PER_CHUNK) continue;
			yield { batch: emptyBatch(names), firstRow, rejects };
			rejects = [];
		}
		for (let start = 0; start < loaded.length; ) {
			const end = Math.min(loaded.length, start + options.rowsPerBatch - rows);
			addRows(builder, loaded, start, end);
			rows += end - start;
			progress.rowsLoaded += end - start;
			start = end;
			if (rows === options.rowsPerBatch) yield takeChunk();
		}
		textBytes += consumed;
		if (textBytes >= TEXT_BYTES_PER_BATCH && rows > 0) yield takeChunk();
		offsets.consume(text, consumed);
		rest = text.subarray(consumed);
	}

	let bytesToSkip = table.skipBytes;
	for await (const piece of decodeText(bytes, dialect.encoding, table.bomBytes)) {
		const text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
		if (text.length < bytesToSkip) {
			rest = text;
			continue;
		}
		if (bytesToSkip > 0) offsets.consume(text, bytesToSkip);
		yield* readPiece(text.subarray(bytesToSkip), false);
		bytesToSkip = 0;
	}
	yield* readPiece(rest, true);
	if (rows > 0 || rejects.length > 0) yield takeChunk();
}

/** The records that can be parsed: well-formed, of the right number of fields, valid text. */
function pickReadable(text: Buffer, records: FramedRecords, from: number, columns: number, encoding: string): number[] {
	const isValid = encoding === 'utf-8' ? isUtf8(text) : !text.includes(REPLACEMENT);
	const picks: number[] = [];
	for (let record = from; record < records.starts.length; record++) {
		if (records.states[record] !== RECORD_OK || records.fields[record] !== columns) continue;
		if (!isValid && !isValidText(recordBytes(text, records, record), encoding)) continue;
		picks.push(record);
	}
	return picks;
}

/** U+FFFD, which a decoder puts in the place of bytes that it cannot read. */
const REPLACEMENT = Buffer.from('\ufffd');

function isValidText(bytes: Buffer, encoding: string): boolean {
	return encoding === 'utf-8' ? isUtf8(bytes) : !bytes.includes(REPLACEMENT);
}

function recordBytes(text: Buffer, records: FramedRecords, record: number): Buffer {
	return text.subarray(records.starts[record], records.ends[record]);
}

/** Column by column, so that each column's loop stays in one state. */
function addRows(builder: BatchBuilder, rows: readonly string[][], start: number, end: number): void {
	for (let c = 0; c < builder.columns.length; c++) {
		const column = builder.columns[c] as ColumnBuilder;
		for (let r = start; r < end; r++) column.addText((rows[r] as string[])[c] as string);
	}
}

/** NUL has no place in a text column of PostgreSQL; it is left out of the cells. */
function removeNuls(rows: readonly string[][], repairs: RepairLog): void {
	let cells = 0;
	for (const row of rows) {
		for (let c = 0; c < row.length; c++) {
			const text = row[c] as string;
			if (!text.includes('\0')) continue;
			row[c] = text.replaceAll('\0', '');
			cells++;
		}
	}
	repairs.add('NUL_REMOVED', cells, (n) => `Cells from which NUL characters were removed: ${n}.`);
}

function describeReject(
	text: Buffer,
	records: FramedRecords,
	record: number,
	names: readonly string[],
	byteOffset: number,
): RejectedRow {
	const bytes = recordBytes(text, records, record);
	const fields = records.fields[record] as number;
	const [errorType, message, column] = explainReject(records.states[record] as number, fields, names);
	return {
		line: records.lines[record] as number,
		byteOffset,
		column,
		errorType,
		message,
		// A character has at most four bytes.
		rawText: rawText(bytes),
	};
}

function explainReject(state: number, fields: number, names: readonly string[]): [RejectType, string, string | null] {
	if (state === RECORD_UNCLOSED) return ['UNCLOSED_QUOTE', 'A quote is opened and not closed.', null];
	if (state === RECORD_BAD_QUOTE) {
		return ['MALFORMED', 'A closing quote is followed by something other than a delimiter.', null];
	}
	if (state === RECORD_TOO_LONG) return ['RECORD_TOO_LONG', 'The record is longer than the limit.', null];
	if (fields < names.length) {
		return ['MISSING_COLUMNS', `${fields} of ${names.length} fields are there.`, names[fields] as string];
	}
	if (fields > names.length) return ['TOO_MANY_COLUMNS', `${fields} fields for ${names.length} columns.`, null];
	return ['INVALID_ENCODING', 'The bytes are not text in the encoding of the file.', null];
}

/** Maps positions in the UTF-8 text to bytes of the file. */
interface OffsetMap {
	/** Positions of one text are to be asked for in ascending order. */
	at(text: Buffer, position: number): number;
	/** The next text starts at this position of the last one. */
	consume(text: Buffer, position: number): void;
}

/**
 * For encodings of fixed width the UTF-16 code units are counted; for the others, apart from UTF-8, the
 * offset is the one in the text after conversion to UTF-8.
 */
function createOffsetMap(encoding: string, bomBytes: number): OffsetMap {
	const width = bytesPerCodeUnit(encoding);
	let base = bomBytes;
	let position = 0;
	let offset = 0;
	function at(text: Buffer, to: number): number {
		offset += width === null ? to - position : text.toString('utf8', position, to).length * width;
		position = to;
		return base + offset;
	}
	return {
		at,
		consume(text, to) {
			base = at(text, to);
			position = 0;
			offset = 0;
		},
	};
}
