import type { Cells, TableBatch } from '../contracts/table.ts';

/** Some rows of a batch; the dictionaries of its texts hold only what these rows do. */
export function pickBatchRows(batch: TableBatch, rows: ArrayLike<number>): TableBatch {
	return { rows: rows.length, names: batch.names, columns: batch.columns.map((cells) => pickCells(cells, rows)) };
}

export function pickCells(cells: Cells, rows: ArrayLike<number>): Cells {
	if (cells.type === 'number') {
		return { type: 'number', values: Float64Array.from(rows, (row) => cells.values[row] as number) };
	}
	return compactTexts(
		Int32Array.from(rows, (row) => cells.codes[row] as number),
		cells.dictionary,
	);
}

/** Text cells whose dictionary has only what they hold. */
export function compactTexts(codes: Int32Array, dictionary: readonly string[]): Cells {
	const renumbered = new Map<number, number>();
	const next = codes.map((code) => {
		if (code < 0) return -1;
		const known = renumbered.get(code);
		if (known !== undefined) return known;
		renumbered.set(code, renumbered.size);
		return renumbered.size - 1;
	});
	return { type: 'text', codes: next, dictionary: [...renumbered.keys()].map((code) => dictionary[code] as string) };
}
