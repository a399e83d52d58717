import type { Cells, TableBatch } from '../contracts/table.ts';
import { rawText } from './raw-text.ts';
import type { ReadProgress, RejectedRow, TableChunk } from './table-source.ts';

/**
 * Leaves out rows of formats without lines that have a text of more bytes than the limit; each is a reject, with the
 * number of its row, from 1, as its line.
 */
export async function* limitCells(
	chunks: AsyncIterable<TableChunk>,
	maxBytes: number,
	progress: ReadProgress,
): AsyncGenerator<TableChunk> {
	let dropped = 0;
	for await (const chunk of chunks) {
		const rejects = findLongCells(chunk, maxBytes);
		const firstRow = chunk.firstRow - dropped;
		if (rejects.length === 0) {
			yield dropped === 0 ? chunk : { ...chunk, firstRow };
			continue;
		}
		dropped += rejects.length;
		progress.rowsLoaded -= rejects.length;
		progress.rowsRejected += rejects.length;
		const left = new Set(rejects.map(({ line }) => line - 1 - chunk.firstRow));
		yield { ...chunk, firstRow, batch: withoutRows(chunk.batch, left), rejects: [...chunk.rejects, ...rejects] };
	}
}

function findLongCells({ batch, firstRow }: TableChunk, maxBytes: number): RejectedRow[] {
	const found = new Map<number, RejectedRow>();
	for (const [index, cells] of batch.columns.entries()) {
		if (cells.type === 'number') continue;
		const isLong = Uint8Array.from(cells.dictionary, (text) => (isLonger(text, maxBytes) ? 1 : 0));
		if (!isLong.includes(1)) continue;
		for (const [row, code] of cells.codes.entries()) {
			if (isLong[code] !== 1 || found.has(row)) continue;
			found.set(row, {
				line: firstRow + row + 1,
				byteOffset: 0,
				column: batch.names[index] as string,
				errorType: 'FIELD_TOO_LONG',
				message: 'A field is longer than the limit.',
				rawText: rawText(Buffer.from((cells.dictionary[code] as string).slice(0, maxBytes))),
			});
		}
	}
	return [...found.values()].sort((a, b) => a.line - b.line);
}

/** @param text of UTF-16, of which a unit takes 3 bytes of UTF-8 at most */
export function isLonger(text: string, maxBytes: number): boolean {
	return text.length > maxBytes || (3 * text.length > maxBytes && Buffer.byteLength(text) > maxBytes);
}

function withoutRows(batch: TableBatch, left: ReadonlySet<number>): TableBatch {
	const isKept = (_: number, row: number): boolean => !left.has(row);
	const columns = batch.columns.map(
		(cells): Cells =>
			cells.type === 'number'
				? { ...cells, values: cells.values.filter(isKept) }
				: { ...cells, codes: cells.codes.filter(isKept) },
	);
	return { ...batch, rows: batch.rows - left.size, columns };
}
