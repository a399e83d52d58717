import { createCollectorOf } from './collect-chunks.ts';
import { type CsvColumn, createCsvColumn } from './csv-column.ts';
import { decodeText } from './decode-text.ts';
import { describeReject } from './describe-reject.ts';
import { type FoundTable, MAX_RECORD_BYTES } from './detect-dialect.ts';
import { looksLikeFooter, MAX_FOOTER_LINES, startsWithTotal } from './find-footer.ts';
import { createRecordFramer } from './frame-records.ts';
import { isValidText, loadRecords, type TextRow } from './load-records.ts';
import { createOffsetMap } from './map-offsets.ts';
import { markLongFields } from './mark-long-fields.ts';
import { frameOptionsOf } from './sample-text.ts';
import { CELLS_STRIDE, createPlainScanner, MOST_PLAIN, type PlainRecords } from './scan-plain-records.ts';
import type { ReadMark, ReadProgress, RejectedRow, RepairLog, TableChunk } from './table-source.ts';

export interface ReadCsvOptions {
	readonly rowsPerBatch: number;
	/** @default 2 MiB */
	readonly maxRecordBytes?: number;
	/** @default as long as the record */
	readonly maxFieldBytes?: number;
	/** @default true */
	readonly findFooter?: boolean;
	/** Every record goes through the reference reader; for tests. @default false */
	readonly onlyReference?: boolean;
	/** Where to go on, from a chunk of an earlier reading of the same file. @default the first row */
	readonly goOnFrom?: ReadMark;
}

/** Records that the reference reader takes at a time before the fast one has another go. */
const RECORDS_AT_ONCE = 64;

/** A row that waits for the next: the last one of a table may turn out to be its total. */
interface HeldRow extends TextRow {
	/** Where it starts. */
	readonly mark: LinePlace;
}

type LinePlace = Omit<ReadMark, 'nulCells' | 'rowsLoaded' | 'rowsRejected'>;

/**
 * Reads the rows of a delimited text. Every record that is no blank line or comment, and not below the table, is
 * either loaded or rejected. A row is rejected where its number of fields is not that of the header, its quotes are
 * malformed, its bytes are no text, or it is too long.
 *
 * Runs of plain records go from their bytes into the columns; all others are cut by the framer and parsed by
 * csv-parse. Chunks do not depend on where the text is cut into pieces, so reading can go on from each of them.
 */
export async function* readCsv(
	bytes: AsyncIterable<Buffer>,
	table: FoundTable,
	options: ReadCsvOptions,
	progress: ReadProgress,
	repairs: RepairLog,
): AsyncGenerator<TableChunk> {
	const { dialect, names } = table;
	const begin = options.goOnFrom ?? beginOf(table);
	Object.assign(progress, { rowsLoaded: begin.rowsLoaded, rowsRejected: begin.rowsRejected });
	const frameOptions = frameOptionsOf(dialect, options.maxRecordBytes ?? MAX_RECORD_BYTES);
	const framer = createRecordFramer(frameOptions, begin);
	const maxFieldBytes = Math.min(options.maxFieldBytes ?? frameOptions.maxRecordBytes, frameOptions.maxRecordBytes);
	// A record that is no longer than a field may be has none that is too long.
	const scanPlain = createPlainScanner({ ...frameOptions, maxRecordBytes: maxFieldBytes, columns: names.length });
	const offsets = createOffsetMap(dialect.encoding, begin.byteOffset);
	const collector = createCollectorOf(createCsvColumn, names, options.rowsPerBatch, progress);
	const findsFooter = options.findFooter !== false;
	let recordsToSkip = options.goOnFrom === undefined ? table.skipRecords : 0;
	let nulCells = begin.nulCells;
	/** Rejects since the last row that may turn out to be below the table. */
	let footer: RejectedRow[] = [];
	let held: HeldRow | null = null;
	/** Plain records ahead that are not valid text. */
	let unreadable = 0;
	/** Bytes of text before the piece at hand, and before the rows that are not collected yet. */
	let pieceStart = begin.textBytes;
	let collected = begin.textBytes;

	/** Where the row after the collected ones starts. */
	function endRows(rows: number, next: LinePlace): TableChunk | null {
		collector.endRows(rows, next.textBytes - collected);
		collected = next.textBytes;
		const chunk = collector.take();
		if (chunk === null) return null;
		const { rowsLoaded, rowsRejected } = progress;
		return { ...chunk, mark: { ...next, nulCells, rowsLoaded, rowsRejected } };
	}

	/** A row has come, so what was taken for a footer is none, and the row before it is no total. */
	function* release(next: LinePlace): Generator<TableChunk> {
		for (const reject of footer) collector.reject(reject);
		footer = [];
		if (held === null) return;
		addRow(collector.columns, held);
		nulCells += held.nulCells;
		held = null;
		const chunk = endRows(1, next);
		if (chunk !== null) yield chunk;
	}

	function placeOf(text: Buffer, start: number, lines: Omit<LinePlace, 'textBytes' | 'byteOffset'>): LinePlace {
		const { line, blankLines, commentLines } = lines;
		return { textBytes: pieceStart + start, byteOffset: offsets.at(text, start), line, blankLines, commentLines };
	}

	/** @returns the place after the plain records that begin at `from`. */
	function* readPlain(text: Buffer, from: number): Generator<TableChunk, number> {
		for (let at = from; ; ) {
			const plain = scanPlain(text, at);
			if (plain.count === 0 || !(yield* addPlain(text, at, plain))) return at;
			at = plain.starts[plain.count] as number;
			if (plain.count < MOST_PLAIN) return at;
		}
	}

	/** @returns false if they are no valid text, and nothing was added. */
	function* addPlain(text: Buffer, from: number, plain: PlainRecords): Generator<TableChunk, boolean> {
		const { count, starts } = plain;
		const end = starts[count] as number;
		const run = text.subarray(from, end);
		if (run.includes(0) || !isValidText(run, dialect.encoding)) {
			unreadable = count;
			return false;
		}
		const lines = framer.counts();
		const placeAt = (row: number) => placeOf(text, starts[row] as number, { ...lines, line: lines.line + row });
		yield* release(placeAt(0));
		const last = count - 1;
		for (let row = 0; row < last; ) {
			const rows = rowsThatFit(starts, row, last, collector.room(), collector.textRoom());
			addPlainRows(collector.columns, text, plain, row, rows);
			row += rows;
			const chunk = endRows(rows, placeAt(row));
			if (chunk !== null) yield chunk;
		}
		held = { ...textsOf(text, plain, last, names.length), mark: placeAt(last) };
		framer.pass(count);
		return true;
	}

	/** @returns the place after the records that were read. */
	function* readByReference(text: Buffer, isEnd: boolean, from: number): Generator<TableChunk, number> {
		const most = recordsToSkip > 0 ? recordsToSkip : Math.max(RECORDS_AT_ONCE, unreadable);
		const { records, consumed } = framer.frame(text, isEnd, from, most);
		unreadable = 0;
		markLongFields(text, records, dialect, maxFieldBytes);
		const first = Math.min(recordsToSkip, records.starts.length);
		recordsToSkip -= first;
		const rows = loadRecords(text, records, first, names.length, dialect.encoding, dialect);
		for (const [i, row] of rows.entries()) {
			const record = first + i;
			const mark = placeOf(text, records.starts[record] as number, {
				line: records.lines[record] as number,
				blankLines: records.blankLines[record] as number,
				commentLines: records.commentLines[record] as number,
			});
			if (row !== null) {
				yield* release(mark);
				held = { ...row, mark };
				continue;
			}
			const reject = describeReject(text, records, record, names, mark.byteOffset);
			const isSetOff = footer.length > 0 || (records.isSetOff[record] as boolean);
			if (
				findsFooter &&
				footer.length < MAX_FOOTER_LINES &&
				looksLikeFooter(reject, records.fields[record] as number, names.length, isSetOff)
			) {
				footer.push(reject);
				continue;
			}
			for (const one of [...footer, reject]) collector.reject(one);
			footer = [];
			const chunk = collector.take();
			if (chunk !== null) yield chunk;
		}
		return consumed;
	}

	/** @returns the place up to which the piece is done with. */
	function* readPiece(text: Buffer, isEnd: boolean, from: number): Generator<TableChunk, number> {
		for (let at = from; ; ) {
			const start = at;
			const mayBePlain = !options.onlyReference && recordsToSkip === 0 && !framer.isWithinRecord();
			if (mayBePlain) at = yield* readPlain(text, at);
			at = yield* readByReference(text, isEnd, at);
			if (at === start) return at;
		}
	}

	let rest: Buffer = Buffer.alloc(0);
	/** Bytes of text that were read before, and bytes before the first record. */
	let bytesToDrop = begin.textBytes;
	let bytesToSkip = options.goOnFrom === undefined ? table.skipBytes : 0;
	for await (const decoded of decodeText(bytes, dialect.encoding, table.bomBytes)) {
		const piece = decoded.subarray(Math.min(bytesToDrop, decoded.length));
		bytesToDrop -= decoded.length - piece.length;
		const text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
		if (text.length < bytesToSkip) {
			rest = text;
			continue;
		}
		const end = yield* readPiece(text, false, bytesToSkip);
		bytesToSkip = 0;
		offsets.consume(text, end);
		pieceStart += end;
		rest = text.subarray(end);
	}
	yield* readPiece(rest, true, 0);
	yield* endTable();

	function* endTable(): Generator<TableChunk> {
		const { line, ...counts } = framer.counts();
		if (held !== null) {
			const isTotal = findsFooter && table.mayEndInTotal && progress.rowsLoaded > 0 && startsWithTotal(held.cells);
			if (isTotal) noteFooter(repairs, 1, held.mark.line);
			else {
				addRow(collector.columns, held);
				nulCells += held.nulCells;
				collector.endRows(1, 0);
			}
		}
		if (footer[0] !== undefined) noteFooter(repairs, footer.length, footer[0].line);
		progress.blankLines = counts.blankLines;
		repairs.add('NUL_REMOVED', nulCells, (n) => `Cells from which NUL characters were removed: ${n}.`);
		repairs.add('COMMENT_SKIPPED', counts.commentLines, (n) => `Lines of comment: ${n}.`);
		const chunk = collector.take(true);
		if (chunk !== null) yield chunk;
	}
}

function beginOf({ bomBytes, firstLine }: FoundTable): ReadMark {
	return {
		textBytes: 0,
		byteOffset: bomBytes,
		line: firstLine,
		blankLines: 0,
		commentLines: 0,
		nulCells: 0,
		rowsLoaded: 0,
		rowsRejected: 0,
	};
}

/** How many rows from one on a batch still takes; the one that exceeds the bytes is its last. */
function rowsThatFit(starts: Int32Array, first: number, end: number, rows: number, bytes: number): number {
	const most = Math.min(end, first + rows);
	const limit = (starts[first] as number) + bytes;
	let next = first + 1;
	if ((starts[most] as number) < limit) return most - first;
	while (next < most && (starts[next] as number) < limit) next++;
	return next - first;
}

/** Column by column, so that each column's loop stays in one state. */
function addPlainRows(
	columns: readonly CsvColumn[],
	text: Buffer,
	{ cells }: PlainRecords,
	first: number,
	rows: number,
): void {
	for (let c = 0; c < columns.length; c++) {
		(columns[c] as CsvColumn).addCells(text, cells, c * CELLS_STRIDE + 2 * first, rows);
	}
}

function textsOf(text: Buffer, { cells }: PlainRecords, row: number, columns: number): TextRow {
	const texts: string[] = [];
	const quotedEmpties: number[] = [];
	for (let c = 0; c < columns; c++) {
		const at = c * CELLS_STRIDE + 2 * row;
		const [start, end] = [cells[at] as number, cells[at + 1] as number];
		if (end < start) quotedEmpties.push(c);
		texts.push(end < start ? '' : text.toString('utf8', start, end));
	}
	return { cells: texts, quotedEmpties, nulCells: 0 };
}

function addRow(columns: readonly CsvColumn[], { cells, quotedEmpties }: TextRow): void {
	for (let c = 0; c < columns.length; c++) {
		const column = columns[c] as CsvColumn;
		if (quotedEmpties.includes(c)) column.addQuotedEmpty();
		else column.addText(cells[c] as string);
	}
}

function noteFooter(repairs: RepairLog, lines: number, firstLine: number): void {
	const describe = (n: number): string =>
		`Lines after the last row that are not part of the table, from line ${firstLine}: ${n}.`;
	repairs.add('FOOTER_SKIPPED', lines, describe);
}
