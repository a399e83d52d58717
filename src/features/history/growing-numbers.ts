/** A matrix of numbers with a row per entity, which grows as entities appear. */
export interface GrowingNumbers {
	/** [at least rows, width], row-major; replaced by a longer array when it grows. */
	values: Float64Array;
	readonly width: number;
	readonly initial: number;
}

const FIRST_ROWS = 256;

/** @param initial what the cells of a new row hold */
export function createGrowingNumbers(width: number, initial = 0): GrowingNumbers {
	return { values: new Float64Array(FIRST_ROWS * width).fill(initial), width, initial };
}

/** Makes room for `rows` rows. */
export function growTo(numbers: GrowingNumbers, rows: number): void {
	const needed = rows * numbers.width;
	if (needed <= numbers.values.length) return;
	const longer = new Float64Array(Math.max(needed, 2 * numbers.values.length)).fill(numbers.initial);
	longer.set(numbers.values);
	numbers.values = longer;
}

/** The first `rows` rows. */
export function takeRows(numbers: GrowingNumbers, rows: number): Float64Array {
	growTo(numbers, rows);
	return numbers.values.slice(0, rows * numbers.width);
}

export function restoreGrowingNumbers(values: Float64Array, width: number, initial = 0): GrowingNumbers {
	return { values: values.slice(), width, initial };
}
