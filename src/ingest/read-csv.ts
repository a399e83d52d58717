import { isUtf8 } from 'node:buffer';
import { type BatchBuilder, type ColumnBuilder, createBatchBuilder } from './build-columns.ts';
import { emptyBatch } from './collect-chunks.ts';
import { bytesPerCodeUnit, decodeText } from './decode-text.ts';
import { type FoundTable, MAX_RECORD_BYTES } from './detect-dialect.ts';
import { followsBlankLine, looksLikeFooter, MAX_FOOTER_LINES, startsWithTotal } from './find-footer.ts';
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
import { frameOptionsOf } from './sample-text.ts';
import { findQuotedEmpties, type SplitOptions } from './split-fields.ts';
import type { ReadProgress, RejectedRow, RejectType, RepairLog, TableChunk } from './table-source.ts';

export interface ReadCsvOptions {
	readonly rowsPerBatch: number;
	/** @default 2 MiB */
	readonly maxRecordBytes?: number;
	/** @default true */
	readonly findFooter?: boolean;
}

/** Rejects are handed over when this many wait, so that a file of nothing else stays bounded. */
const REJECTS_PER_CHUNK = 10_000;
/** A batch of long texts ends early at this many bytes of text. */
const TEXT_BYTES_PER_BATCH = 128 * 1024 * 1024;

/**
 * Reads the rows of a delimited text. Every record that is no blank line or comment, and not below the table, is
 * either loaded or rejected. A row is rejected where its number of fields is not that of the header, its quotes are
 * malformed, its bytes are no text, or it is too long.
 */
export async function* readCsv(
	bytes: AsyncIterable<Buffer>,
	table: FoundTable,
	options: ReadCsvOptions,
	progress: ReadProgress,
	repairs: RepairLog,
): AsyncGenerator<TableChunk> {
	const { dialect, names } = table;
	const framer = createRecordFramer(
		frameOptionsOf(dialect, options.maxRecordBytes ?? MAX_RECORD_BYTES),
		table.firstLine,
	);
	const offsets = createOffsetMap(dialect.encoding, table.bomBytes);
	const builder = createBatchBuilder(names);
	let recordsToSkip = table.skipRecords;
	let rows = 0;
	let textBytes = 0;
	let firstRow = 0;
	let rejects: RejectedRow[] = [];
	const findsFooter = options.findFooter !== false;
	/** Rejects since the last row that may turn out to be below the table. */
	const footer: RejectedRow[] = [];
	/** The last row so far, which may turn out to be a total. */
	let last: string[] | null = null;
	let lastLine = 0;
	const quotedEmpties = new Map<readonly string[], readonly number[]>();
	let rest: Buffer = Buffer.alloc(0);

	function takeChunk(): TableChunk {
		const chunk = { batch: builder.take(rows), firstRow, rejects };
		firstRow += rows;
		rows = 0;
		textBytes = 0;
		rejects = [];
		return chunk;
	}

	function reject(rows: readonly RejectedRow[]): void {
		rejects.push(...rows);
		progress.rowsRejected += rows.length;
	}

	function noteFooter(lines: number, firstLine: number): void {
		const describe = (n: number): string =>
			`Lines after the last row that are not part of the table, from line ${firstLine}: ${n}.`;
		repairs.add('FOOTER_SKIPPED', lines, describe);
	}

	function* readPiece(text: Buffer, isEnd: boolean): Generator<TableChunk> {
		const { records, consumed } = framer.frame(text, isEnd);
		progress.blankLines = framer.blankLines();
		const from = Math.min(recordsToSkip, records.starts.length);
		recordsToSkip -= from;
		const picks = pickReadable(text.subarray(0, consumed), records, from, names.length, dialect.encoding);
		const parsed = parseRecords(text, records, picks, dialect);
		if (text.includes(0)) removeNuls(parsed, repairs);

		if (names.length > 1) placeQuotedEmpties(quotedEmpties, text, records, picks, parsed, dialect);
		const loaded: string[][] = [];
		for (let record = from, picked = 0; record < records.starts.length; record++) {
			const cells = picks[picked] === record ? parsed[picked++] : undefined;
			if (cells?.length === names.length) {
				if (footer.length > 0) reject(footer.splice(0));
				if (last !== null) loaded.push(last);
				last = cells;
				lastLine = records.lines[record] as number;
				continue;
			}
			const start = records.starts[record] as number;
			const found = describeReject(text, records, record, names, offsets.at(text, start));
			const mayBeFooter =
				findsFooter &&
				footer.length < MAX_FOOTER_LINES &&
				looksLikeFooter(
					found,
					records.fields[record] as number,
					names.length,
					footer.length > 0 || followsBlankLine(text, start),
				);
			if (mayBeFooter) {
				footer.push(found);
				continue;
			}
			reject([...footer.splice(0), found]);
			if (rejects.length < REJECTS_PER_CHUNK) continue;
			yield { batch: emptyBatch(names), firstRow, rejects };
			rejects = [];
		}
		if (isEnd && last !== null) {
			const hasOthers = progress.rowsLoaded + loaded.length > 0;
			if (findsFooter && table.mayEndInTotal && hasOthers && startsWithTotal(last)) noteFooter(1, lastLine);
			else loaded.push(last);
		}
		if (isEnd && footer.length > 0) noteFooter(footer.length, footer[0]?.line ?? 0);
		for (let start = 0; start < loaded.length; ) {
			const end = Math.min(loaded.length, start + options.rowsPerBatch - rows);
			addRows(builder, loaded, start, end, quotedEmpties);
			rows += end - start;
			progress.rowsLoaded += end - start;
			start = end;
			if (rows === options.rowsPerBatch) yield takeChunk();
		}
		const placesOfLast = last === null ? undefined : quotedEmpties.get(last);
		quotedEmpties.clear();
		if (last !== null && placesOfLast !== undefined) quotedEmpties.set(last, placesOfLast);
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
	repairs.add('COMMENT_SKIPPED', framer.commentLines(), (n) => `Lines of comment: ${n}.`);
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
function addRows(
	builder: BatchBuilder,
	rows: readonly string[][],
	start: number,
	end: number,
	quotedEmpties: ReadonlyMap<readonly string[], readonly number[]>,
): void {
	for (let c = 0; c < builder.columns.length; c++) {
		const column = builder.columns[c] as ColumnBuilder;
		for (let r = start; r < end; r++) {
			const cells = rows[r] as string[];
			const text = cells[c] as string;
			if (text === '' && quotedEmpties.size > 0 && quotedEmpties.get(cells)?.includes(c)) column.addQuotedEmpty();
			else column.addText(text);
		}
	}
}

/** Which cells of a parsed row are written `""`; the parser gives the same for them and for nothing. */
function placeQuotedEmpties(
	places: Map<readonly string[], readonly number[]>,
	text: Buffer,
	records: FramedRecords,
	picks: readonly number[],
	parsed: readonly string[][],
	options: SplitOptions,
): void {
	const { quotedEmpties, starts, ends } = records;
	for (let picked = 0, i = 0; picked < picks.length && i < quotedEmpties.length; picked++) {
		const record = picks[picked] as number;
		while ((quotedEmpties[i] ?? record) < record) i++;
		if (quotedEmpties[i] !== record) continue;
		const cells = parsed[picked] as string[];
		places.set(cells, findQuotedEmpties(text, starts[record] as number, ends[record] as number, options));
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
export function createOffsetMap(encoding: string, bomBytes: number): OffsetMap {
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
