import type { Cells, TableBatch } from '../../src/contracts/table.ts';

export type CellInput = string | number | null;

/** Cells as the reader makes them: numbers only if every text is exactly what the number prints as. */
export function cellsOf(inputs: readonly CellInput[]): Cells {
	const texts = inputs.map((input) => (input === null ? null : String(input)));
	if (texts.every((text) => text === null || (text === String(Number(text)) && Number.isFinite(Number(text))))) {
		return { type: 'number', values: Float64Array.from(texts, (text) => (text === null ? Number.NaN : Number(text))) };
	}
	const dictionary = [...new Set(texts.filter((text) => text !== null))];
	const known = new Map(dictionary.map((text, code) => [text, code]));
	return {
		type: 'text',
		codes: Int32Array.from(texts, (text) => (text === null ? -1 : (known.get(text) ?? -1))),
		dictionary,
	};
}

export function tableOf(
	columns: ReadonlyMap<string, readonly CellInput[]> | Record<string, readonly CellInput[]>,
): TableBatch {
	const entries = columns instanceof Map ? [...columns] : Object.entries(columns as Record<string, CellInput[]>);
	return {
		rows: entries[0]?.[1].length ?? 0,
		names: entries.map(([name]) => name),
		columns: entries.map(([, cells]) => cellsOf(cells)),
	};
}

/** `count` cells made from their row numbers. */
export function cells(count: number, make: (row: number) => CellInput): CellInput[] {
	return Array.from({ length: count }, (_, row) => make(row));
}
