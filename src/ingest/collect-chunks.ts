import type { Cells, TableBatch } from '../contracts/table.ts';
import { type ColumnBuilder, createColumnBuilder } from './build-columns.ts';
import type { ReadProgress, RejectedRow, TableChunk } from './table-source.ts';

/** Collects rows and rejects into the chunks that a reader hands out. */
export interface ChunkCollector<Column = ColumnBuilder> {
	/** One per name; before `endRows` each gets a cell for every row. */
	readonly columns: readonly Column[];
	/** Rows that fit into the batch. */
	room(): number;
	/** Bytes of text that fit into it; the row that exceeds them is its last. */
	textRoom(): number;
	endRows(rows: number, textBytes: number): void;
	reject(row: RejectedRow): void;
	/** What is full, or at the end whatever is left; null where there is nothing to hand out. */
	take(isEnd?: boolean): TableChunk | null;
}

/** Rejects are handed over when this many wait, so that a file of nothing else stays bounded. */
const REJECTS_PER_CHUNK = 10_000;
/** A batch of long texts ends early at this many bytes of text. */
const TEXT_BYTES_PER_BATCH = 128 * 1024 * 1024;

export function createChunkCollector(
	names: readonly string[],
	rowsPerBatch: number,
	progress: ReadProgress,
): ChunkCollector {
	return createCollectorOf(createColumnBuilder, names, rowsPerBatch, progress);
}

/** @param createColumn makes what the cells of a column are collected in. */
export function createCollectorOf<Column extends { take(): Cells }>(
	createColumn: () => Column,
	names: readonly string[],
	rowsPerBatch: number,
	progress: ReadProgress,
): ChunkCollector<Column> {
	const columns = names.map(createColumn);
	let rows = 0;
	let bytes = 0;
	let firstRow = progress.rowsLoaded;
	let rejects: RejectedRow[] = [];
	return {
		columns,
		room: () => rowsPerBatch - rows,
		textRoom: () => TEXT_BYTES_PER_BATCH - bytes,
		endRows(count, textBytes) {
			rows += count;
			bytes += textBytes;
			progress.rowsLoaded += count;
		},
		reject(row) {
			rejects.push(row);
			progress.rowsRejected++;
		},
		take(isEnd = false) {
			const isFull = rows >= rowsPerBatch || bytes >= TEXT_BYTES_PER_BATCH;
			const isDue = isEnd ? rows > 0 || rejects.length > 0 : isFull || rejects.length >= REJECTS_PER_CHUNK;
			if (!isDue) return null;
			const batch =
				isFull || isEnd ? { rows, names, columns: columns.map((column) => column.take()) } : emptyBatch(names);
			const chunk = { batch, firstRow, rejects };
			firstRow += batch.rows;
			if (batch.rows > 0) rows = bytes = 0;
			rejects = [];
			return chunk;
		},
	};
}

export function emptyBatch(names: readonly string[]): TableBatch {
	return { rows: 0, names, columns: names.map(() => ({ type: 'number', values: new Float64Array(0) })) };
}
