import { type Cells, cellText, type TableBatch } from '../contracts/table.ts';

interface Part {
	readonly batch: TableBatch;
	/** Rows to take, in this order. */
	readonly rows: ArrayLike<number>;
}

/**
 * The picked rows of several batches of one table, in one batch, with no more texts than they have. A column
 * that is text in any of the batches is text.
 */
export function joinBatches(parts: readonly Part[]): TableBatch {
	const first = parts[0];
	if (first === undefined) return { rows: 0, names: [], columns: [] };
	const rows = parts.reduce((sum, part) => sum + part.rows.length, 0);
	const columns = first.batch.names.map((_, index) =>
		joinCells(
			parts.map((part) => ({ cells: part.batch.columns[index] as Cells, rows: part.rows })),
			rows,
		),
	);
	return { rows, names: first.batch.names, columns };
}

/** The numbers of all rows of a batch. */
export function allRows({ rows }: TableBatch): ArrayLike<number> {
	return Int32Array.from({ length: rows }, (_, row) => row);
}

function joinCells(parts: readonly { cells: Cells; rows: ArrayLike<number> }[], rows: number): Cells {
	if (parts.every((part) => part.cells.type === 'number')) {
		const values = new Float64Array(rows);
		let at = 0;
		for (const { cells, rows: picked } of parts) {
			if (cells.type !== 'number') continue;
			for (let i = 0; i < picked.length; i++) values[at++] = cells.values[picked[i] as number] as number;
		}
		return { type: 'number', values };
	}
	const codes = new Int32Array(rows);
	const dictionary: string[] = [];
	const codeOf = new Map<string, number>();
	const intern = (text: string): number => {
		let code = codeOf.get(text);
		if (code === undefined) {
			code = dictionary.push(text) - 1;
			codeOf.set(text, code);
		}
		return code;
	};
	let at = 0;
	for (const { cells, rows: picked } of parts) {
		for (let i = 0; i < picked.length; i++) {
			const text = cellText(cells, picked[i] as number);
			codes[at++] = text === null ? -1 : intern(text);
		}
	}
	return { type: 'text', codes, dictionary };
}
