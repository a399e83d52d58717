import type { Cells } from '../contracts/table.ts';

/** Distinct texts with the number of cells that hold each, in order of first appearance. */
export interface LevelCounts {
	readonly texts: readonly string[];
	readonly counts: readonly number[];
	/** Cells without a value. */
	readonly empty: number;
}

export function countLevels(cells: Cells): LevelCounts {
	return cells.type === 'number' ? countNumbers(cells.values) : countCodes(cells.codes, cells.dictionary);
}

function countNumbers(values: Float64Array): LevelCounts {
	const seen = new Map<number, number>();
	let empty = 0;
	for (const value of values) {
		if (Number.isNaN(value)) empty++;
		else seen.set(value, (seen.get(value) ?? 0) + 1);
	}
	return { texts: Array.from(seen.keys(), String), counts: [...seen.values()], empty };
}

function countCodes(codes: Int32Array, dictionary: readonly string[]): LevelCounts {
	const counts = new Int32Array(dictionary.length);
	const order: number[] = [];
	let empty = 0;
	for (const code of codes) {
		if (code < 0) {
			empty++;
			continue;
		}
		if (counts[code] === 0) order.push(code);
		counts[code] = (counts[code] as number) + 1;
	}
	return {
		texts: order.map((code) => dictionary[code] as string),
		counts: order.map((code) => counts[code] as number),
		empty,
	};
}
