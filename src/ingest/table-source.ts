import type { ValueForm } from '../contracts/column-type.ts';
import type { RefusedFile } from '../contracts/pipeline.ts';
import type { RemoteFiles } from '../contracts/remote-files.ts';
import type { TableBatch } from '../contracts/table.ts';
import type { Compression } from './decompress.ts';
import type { SourceFormat } from './sniff-format.ts';

/** A table that is being read: what was found when it was opened, and its rows, batch by batch. */
export interface TableSource extends AsyncIterable<TableChunk> {
	readonly path: string;
	/** `mixed` where several files of different formats or compressions are one table. */
	readonly format: SourceFormat | 'mixed';
	readonly compression: Compression;
	/** Column names after repair: trimmed, none empty, all different. */
	readonly names: readonly string[];
	/** How the text is delimited; null for other formats. */
	readonly dialect: Dialect | null;
	/** What was changed in order to read the file. Complete once the iteration has ended. */
	repairs(): readonly Repair[];
	/** What the columns hold, one per name; null where the source does not tell. Complete once the iteration has ended. */
	forms(): readonly (ValueForm | null)[];
	/** What was read so far; final once the iteration has ended. */
	counts(): TableCounts;
	/** The bytes of the file, as stored, that were read so far. */
	prefix(): StoredPrefix;
	/** Releases the file if the iteration was not carried to its end. Safe to call twice. */
	close(): Promise<void>;
}

export interface TableChunk {
	/**
	 * `ROWS_PER_SHARD` rows; the last one fewer. Has no rows where only rejects are handed over, so
	 * that they do not pile up in memory.
	 */
	readonly batch: TableBatch;
	/** Number of the first row of the batch among the loaded rows, from 0. */
	readonly firstRow: number;
	/** Rows that could not be read, found since the last chunk. */
	readonly rejects: readonly RejectedRow[];
	/** Where reading can be taken up again after this chunk; absent where it cannot. */
	readonly mark?: ReadMark;
	/**
	 * Rows from this number on that were handed out before belong to a file that turned out not to be readable to
	 * its end: they are no part of the table. No batch has rows on both sides of it.
	 */
	readonly dropFrom?: number;
	/** The file that cannot be read, of `dropFrom`. */
	readonly refused?: RefusedFile;
}

/** How a file begins. */
export interface StoredPrefix {
	readonly bytes: number;
	/** SHA-256 in hex. */
	readonly sha256: string;
}

/** A place between two rows of a delimited text, and what was counted before it. Plain data. */
export interface ReadMark {
	/** Bytes of the text in UTF-8, without a byte order mark. */
	readonly textBytes: number;
	/** Byte of the (decompressed) file. */
	readonly byteOffset: number;
	/** Line of the next record, from 1. */
	readonly line: number;
	readonly blankLines: number;
	readonly commentLines: number;
	/** Cells that NUL was removed from. */
	readonly nulCells: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
}

export type RejectType =
	| 'DUPLICATE_KEY'
	| 'FIELD_TOO_LONG'
	| 'FILE_REJECTED'
	| 'INVALID_ENCODING'
	| 'MALFORMED'
	| 'MISSING_COLUMNS'
	| 'NOT_AN_OBJECT'
	| 'RECORD_TOO_LONG'
	| 'SCHEMA_LEVEL'
	| 'SCHEMA_NEW_COLUMN'
	| 'SCHEMA_QUARANTINED'
	| 'SCHEMA_REQUIRED'
	| 'SCHEMA_TYPE'
	| 'SCHEMA_VALUE'
	| 'TOO_MANY_COLUMNS'
	| 'UNCLOSED_QUOTE';

export interface RejectedRow {
	/** Path of the file, where the table has several. */
	readonly file?: string;
	/** Line on which the record starts, from 1; 0 for a file as a whole. */
	readonly line: number;
	/** Byte of the (decompressed) file at which the record starts, from 0. */
	readonly byteOffset: number;
	/** The first column that is missing, or null where the record as a whole is at fault. */
	readonly column: string | null;
	readonly errorType: RejectType;
	/** Says what is wrong without quoting the record. */
	readonly message: string;
	/** The start of the record as it was written, at most `RAW_TEXT_LIMIT` characters. */
	readonly rawText: string;
}

export const RAW_TEXT_LIMIT = 2_000;

export type RepairKind =
	| 'BINARY_AS_TEXT'
	| 'COLUMN_MISSING_IN_FILE'
	| 'COLUMN_NAME_DUPLICATE'
	| 'COLUMN_NAME_EMPTY'
	| 'COLUMN_RENAMED'
	| 'COMMENT_SKIPPED'
	| 'ENCODING_ASSUMED'
	| 'FILE_EMPTY'
	| 'FILE_REJECTED'
	| 'FOOTER_SKIPPED'
	| 'NUL_REMOVED'
	| 'PREAMBLE_SKIPPED'
	| 'TEXTS_LIKE_NUMBERS'
	| 'TRAILING_BYTES_IGNORED';

export interface Repair {
	readonly kind: RepairKind;
	/** Names, cells, lines or bytes that were changed or left out. */
	readonly count: number;
	readonly message: string;
}

export interface TableCounts {
	/** Always `rowsLoaded + rowsRejected`. */
	readonly rowsTotal: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
	/** Lines without any character between records; they are not rows. */
	readonly blankLines: number;
	/** Size of the file as stored. */
	readonly bytes: number;
	/** SHA-256 (hex) of the file as stored; null until it was read to the end. */
	readonly sha256: string | null;
}

/** Counts that a reader keeps up to date while it hands out rows. */
export interface ReadProgress {
	rowsLoaded: number;
	rowsRejected: number;
	blankLines: number;
}

/** A table of which the columns are known, and whose rows can be read, once. */
export interface OpenRows {
	readonly names: readonly string[];
	read(rowsPerBatch: number, progress: ReadProgress): AsyncGenerator<TableChunk>;
	/** Complete once all rows were read. */
	forms(): readonly (ValueForm | null)[];
}

export interface Dialect {
	/** Label of the WHATWG encoding standard: `utf-8`, `utf-16le`, `utf-16be`, `windows-1252`. */
	readonly encoding: string;
	/** One ASCII character. */
	readonly delimiter: string;
	/** One ASCII character; null where nothing is quoted. */
	readonly quote: string | null;
	/** What stands before a quote within quotes: the quote itself (doubling) or a backslash; null without quotes. */
	readonly escape: string | null;
	/** One ASCII character: a line that begins with it is no record. */
	readonly comment: string | null;
	/** White space between a delimiter and the field after it belongs to the delimiter. */
	readonly skipInitialSpace: boolean;
	/** Whether the first record names the columns. */
	readonly header: boolean;
}

export interface OpenTableOptions {
	/** One ASCII character. @default found from the text */
	readonly delimiter?: string;
	/** @default found from the text */
	readonly header?: boolean;
	/** Any label that TextDecoder knows. @default found from the bytes */
	readonly encoding?: string;
	/** One ASCII character, or null for none. @default found from the text */
	readonly quote?: string | null;
	/** One ASCII character. @default found from the text */
	readonly escape?: string;
	/** One ASCII character, or null for none. @default found from the text */
	readonly comment?: string | null;
	/** Lines before the header (or the first row) that are no part of the table. @default found from the text */
	readonly skipRows?: number;
	/** Whether lines after the last row, such as a total, are left out where they look like it. @default true */
	readonly findFooter?: boolean;
	/** @default found from the text */
	readonly skipInitialSpace?: boolean;
	/** @default 4,096 */
	readonly maxColumns?: number;
	/** Longest record in bytes of UTF-8. @default 2 MiB, as in DuckDB */
	readonly maxRecordBytes?: number;
	/** Longest field in bytes of UTF-8. @default as long as the record */
	readonly maxFieldBytes?: number;
	/** Names of all columns together, in bytes of UTF-8. @default 256 KiB */
	readonly maxHeaderBytes?: number;
	/** Largest decompressed size in bytes. @default 64 GiB */
	readonly maxDecompressedBytes?: number;
	/**
	 * Largest ratio of decompressed to stored bytes, looked at from 64 MiB on. Deflate cannot exceed
	 * 1,032; tables of text stay far below 200. @default 200
	 */
	readonly maxCompressionRatio?: number;
	/** Folders that files may be read from; links are followed first. @default any */
	readonly inputRoots?: readonly string[];
	/** The way to tables that are in no file system. @default none */
	readonly remote?: RemoteFiles;
	/** Rows of a batch. @default ROWS_PER_SHARD */
	readonly rowsPerBatch?: number;
	/** Where to go on, from a chunk of an earlier reading of the same text. @default the first row */
	readonly goOnFrom?: ReadMark;
	/** Called after each piece of the file with stored bytes. */
	readonly onProgress?: (bytesRead: number, bytesTotal: number) => void;
	/** Ends the reading with CANCELLED. */
	readonly signal?: AbortSignal;
}

/** Counts the repairs of one kind; the message is made once, from the final count. */
export interface RepairLog {
	add(kind: RepairKind, count: number, describe: (count: number) => string): void;
	list(): readonly Repair[];
}

export function createRepairLog(): RepairLog {
	const entries = new Map<RepairKind, { count: number; describe: (count: number) => string }>();
	return {
		add(kind, count, describe) {
			if (count === 0) return;
			const entry = entries.get(kind);
			if (entry === undefined) entries.set(kind, { count, describe });
			else entry.count += count;
		},
		list: () => Array.from(entries, ([kind, { count, describe }]) => ({ kind, count, message: describe(count) })),
	};
}
