import { extentOf } from './coverage.ts';
import type { QualityNumbers } from './quality-table.ts';

/** Codes of a discrete column: 0 to `size` - 1, missing included. */
export interface Codes {
	readonly codes: Int32Array;
	readonly size: number;
	/** [size]; rows of each code. */
	readonly counts: Float64Array;
	/** Codes that occur. */
	readonly used: number;
}

const BINS = 10;

const NANOSECONDS = 1e9;

/** The unit in which SDMetrics counts: of instants it has nanoseconds, by which its bins are rounded. */
function inItsUnit({ values, isTime }: QualityNumbers): Float64Array {
	return isTime === true ? values.map((value) => value * NANOSECONDS) : values;
}

/**
 * Edges of numpy's `histogram_bin_edges` with ten bins, a constant getting bins around it; null where the values are
 * too large for ten bins around them, and SDMetrics has no score.
 */
function histogramEdges(values: Float64Array): Float64Array | null {
	let { min: first, max: last } = extentOf(values);
	if (Number.isNaN(first)) {
		first = 0;
		last = 1;
	}
	if (first === last) {
		first -= 0.5;
		last += 0.5;
	}
	const step = (last - first) / BINS;
	const edges = Float64Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? last : i * step + first));
	return edges.every((edge, i) => i === 0 || edge > (edges[i - 1] as number)) ? edges : null;
}

/**
 * The report's own binning: ten bins of equal width from the smallest to the largest value **of this
 * table** (numpy histogram_bin_edges and digitize); the largest value and missing ones share bin 10.
 */
export function binNumbers(column: QualityNumbers): Codes | null {
	const values = inItsUnit(column);
	const edges = histogramEdges(values);
	return edges === null ? null : binByEdges(values, edges.subarray(1));
}

/** The binning of the metric by itself: in both tables ten bins of the **real** range, open at the ends. */
export function binBothByReal(
	real: Float64Array,
	synthetic: Float64Array,
): readonly [real: Codes, synthetic: Codes] | null {
	const edges = histogramEdges(real)?.subarray(1, BINS);
	return edges === undefined ? null : [binByEdges(real, edges), binByEdges(synthetic, edges)];
}

/** How many of the rising edges a value has reached; `BINS` for NaN. */
function binByEdges(values: Float64Array, edges: Float64Array): Codes {
	const codes = new Int32Array(values.length);
	for (let row = 0; row < values.length; row++) {
		const value = values[row] as number;
		let bin = edges.length;
		while (bin > 0 && value < (edges[bin - 1] as number)) bin--;
		codes[row] = Number.isNaN(value) ? BINS : bin;
	}
	return countCodes(codes, BINS + 1);
}

export interface Contingency {
	/** 1 - half the sum over cells of |difference of shares|. */
	readonly score: number;
	/** Cramer's V of the real table without correction; NaN where a side has fewer than two codes. */
	readonly association: number;
}

/** Codes with how many rows have each. */
export function countCodes(codes: Int32Array, size: number): Codes {
	const counts = new Float64Array(size);
	for (const code of codes) counts[code] = (counts[code] as number) + 1;
	return { codes, size, counts, used: counts.reduce((used, count) => used + (count > 0 ? 1 : 0), 0) };
}

/** Calls `visit` for every pair of codes that occurs, with its rows in both tables. */
type VisitCell = (first: number, second: number, realRows: number, syntheticRows: number) => void;

type Pair = readonly [Codes, Codes];

function countCells([first, second]: Pair, cells: number): Int32Array {
	const rows = new Int32Array(cells);
	const { size } = second;
	for (let row = 0; row < first.codes.length; row++) {
		const cell = (first.codes[row] as number) * size + (second.codes[row] as number);
		rows[cell] = (rows[cell] as number) + 1;
	}
	return rows;
}

function sortedKeys([first, second]: Pair): Float64Array {
	return Float64Array.from(first.codes, (code, row) => code * second.size + (second.codes[row] as number)).sort();
}

function walkCells(real: Pair, synthetic: Pair, visit: VisitCell): void {
	const [{ size: height }, { size: width }] = real;
	const rows = real[0].codes.length + synthetic[0].codes.length;
	// A table of cells that is much larger than the rows costs more than sorting them.
	if (height * width <= Math.max(1 << 16, 16 * rows)) {
		const realRows = countCells(real, height * width);
		const syntheticRows = countCells(synthetic, height * width);
		for (let first = 0, cell = 0; first < height; first++) {
			for (let second = 0; second < width; second++, cell++) {
				const r = realRows[cell] as number;
				const s = syntheticRows[cell] as number;
				if (r + s > 0) visit(first, second, r, s);
			}
		}
		return;
	}
	const a = sortedKeys(real);
	const b = sortedKeys(synthetic);
	for (let i = 0, j = 0; i < a.length || j < b.length; ) {
		const key = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
		const startReal = i;
		const startSynthetic = j;
		while (a[i] === key) i++;
		while (b[j] === key) j++;
		visit(Math.floor(key / width), key % width, i - startReal, j - startSynthetic);
	}
}

/**
 * ContingencySimilarity of SDMetrics and the association by which its report decides whether the pair
 * counts. Missing is a code like any other. Both tables share codes and sizes.
 */
export function contingencySimilarity(real: Pair, synthetic: Pair): Contingency {
	const [rows, columns] = real;
	const n = rows.codes.length;
	const m = synthetic[0].codes.length;
	let variation = 0;
	let squares = 0;
	walkCells(real, synthetic, (first, second, realRows, syntheticRows) => {
		variation += Math.abs(realRows / n - syntheticRows / m);
		if (realRows > 0) squares += realRows ** 2 / ((rows.counts[first] as number) * (columns.counts[second] as number));
	});
	const degrees = Math.min(rows.used, columns.used) - 1;
	// chi^2 / n = sum of O^2 / (R C) - 1 (Cramer's V, with n the number of rows).
	const association = degrees < 1 ? Number.NaN : Math.sqrt(Math.max(0, squares - 1) / degrees);
	return { score: n === 0 || m === 0 ? Number.NaN : 1 - variation / 2, association };
}

/** A column of numbers, with what every pair that it is in needs. */
export interface Numbers {
	readonly values: Float64Array;
	/** All present values are the same. */
	readonly isConstant: boolean;
	/** Deviations from the mean, together of length 1; null where a value is missing or all are the same. */
	readonly unit: Float64Array | null;
}

export function prepareNumbers(values: Float64Array): Numbers {
	const { min, max } = extentOf(values);
	const isComplete = !values.some(Number.isNaN);
	return { values, isConstant: min === max, unit: isComplete ? unitDeviations(values.slice()) : null };
}

/** Pearson's r of the rows in which both are present; NaN for fewer than two or a constant side. */
function pearson(first: Numbers, second: Numbers): number {
	const [x, y] = first.unit !== null && second.unit !== null ? [first.unit, second.unit] : commonRows(first, second);
	if (x === null || y === null || x.length < 2) return Number.NaN;
	let xy = 0;
	for (let i = 0; i < x.length; i++) xy += (x[i] as number) * (y[i] as number);
	return Math.max(-1, Math.min(1, xy));
}

function commonRows(first: Numbers, second: Numbers): [Float64Array | null, Float64Array | null] {
	const x = new Float64Array(first.values.length);
	const y = new Float64Array(first.values.length);
	let rows = 0;
	for (let row = 0; row < x.length; row++) {
		const a = first.values[row] as number;
		const b = second.values[row] as number;
		if (Number.isNaN(a) || Number.isNaN(b)) continue;
		x[rows] = a;
		y[rows++] = b;
	}
	return [unitDeviations(x.subarray(0, rows)), unitDeviations(y.subarray(0, rows))];
}

/** In place; scaled first as scipy does, since squares overflow; null for a constant. */
function unitDeviations(values: Float64Array): Float64Array | null {
	if (values.every((value) => value === values[0])) return null;
	let mean = 0;
	for (const value of values) mean += value;
	mean /= values.length;
	let largest = 0;
	for (let i = 0; i < values.length; i++) {
		const deviation = (values[i] as number) - mean;
		values[i] = deviation;
		largest = Math.max(largest, Math.abs(deviation));
	}
	let squares = 0;
	for (const deviation of values) squares += (deviation / largest) ** 2;
	const norm = largest * Math.sqrt(squares);
	for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / norm;
	return values;
}

export interface Correlation {
	/** 1 - |difference| / 2; NaN where undefined. */
	readonly score: number;
	readonly real: number;
	readonly synthetic: number;
}

function hasTwoRows([first, second]: readonly [Numbers, Numbers]): boolean {
	let rows = 0;
	for (let row = 0; row < first.values.length && rows < 2; row++) {
		if (!Number.isNaN(first.values[row]) && !Number.isNaN(second.values[row])) rows++;
	}
	return rows === 2;
}

/**
 * CorrelationSimilarity of SDMetrics with Pearson's r; undefined if any of the four columns is constant or a table
 * has fewer than two rows with both.
 */
export function correlationSimilarity(
	real: readonly [Numbers, Numbers],
	synthetic: readonly [Numbers, Numbers],
): Correlation {
	const isUndefined =
		[...real, ...synthetic].some(({ isConstant }) => isConstant) || !hasTwoRows(real) || !hasTwoRows(synthetic);
	if (isUndefined) return { score: Number.NaN, real: Number.NaN, synthetic: Number.NaN };
	const r = pearson(real[0], real[1]);
	const s = pearson(synthetic[0], synthetic[1]);
	return { score: 1 - Math.abs(r - s) / 2, real: r, synthetic: s };
}
