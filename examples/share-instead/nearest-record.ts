export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** Of each column of numbers the difference between its largest and its smallest value. */
export function rangesOf(records: readonly Row[], numbers: readonly string[]): ReadonlyMap<string, number> {
	return new Map(
		numbers.map((column) => {
			const values = records.map((record) => record[column]).filter((cell) => typeof cell === 'number');
			return [column, Math.max(Math.max(...values) - Math.min(...values), Number.EPSILON)];
		}),
	);
}

/**
 * Finds the record that is nearest to a row. The distance is the mean over the columns: of numbers the difference in
 * units of the column's range, of all else 0 where equal and 1 where not.
 */
export function createNearest(records: readonly Row[], ranges: ReadonlyMap<string, number>) {
	const columns = Object.keys(records[0] ?? {});
	const apart = (column: string, a: Cell, b: Cell) => {
		const range = ranges.get(column);
		if (range === undefined || typeof a !== 'number' || typeof b !== 'number') return String(a) === String(b) ? 0 : 1;
		return Math.min(1, Math.abs(a - b) / range);
	};
	return (row: Row): { readonly index: number; readonly distance: number } => {
		let index = -1;
		let least = Number.POSITIVE_INFINITY;
		for (const [candidate, record] of records.entries()) {
			let sum = 0;
			for (const column of columns) {
				sum += apart(column, row[column] ?? null, record[column] ?? null);
				if (sum >= least) break;
			}
			if (sum < least) {
				least = sum;
				index = candidate;
			}
		}
		return { index, distance: least / columns.length };
	};
}
