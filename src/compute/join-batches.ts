import type { Cells, TableBatch } from '../contracts/table.ts';

/** The picked rows of several batches of one table, in one batch. */
export function joinBatches(
	parts: readonly { readonly batch: TableBatch; readonly rows: ArrayLike<number> }[],
): TableBatch {
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
			const row = picked[i] as number;
			if (cells.type === 'text') {
				const code = cells.codes[row] as number;
				codes[at++] = code < 0 ? -1 : intern(cells.dictionary[code] as string);
			} else {
				const value = cells.values[row] as number;
				codes[at++] = Number.isNaN(value) ? -1 : intern(String(value));
			}
		}
	}
	return { type: 'text', codes, dictionary };
}
