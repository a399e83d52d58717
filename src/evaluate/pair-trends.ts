import { extentOf } from './coverage.ts';
import type { QualityNumbers } from './quality-table.ts';

/** Codes of a discrete column: 0 to `size` - 1, missing included. */
export interface Codes {
	readonly codes: Int32Array;
	readonly size: number;
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
	return { codes, size: BINS + 1 };
}

export interface Contingency {
	/** 1 - half the sum over cells of |difference of shares|. */
	readonly score: number;
	/** Cramer's V of the real table without correction; NaN where a side has fewer than two codes. */
	readonly association: number;
}

/** Above so many cells the pairs are sorted instead of counted in a dense table. */
const DENSE_CELLS = 1 << 22;

function pairKeys(first: Codes, second: Codes): Float64Array {
	const keys = new Float64Array(first.codes.length);
	for (let row = 0; row < keys.length; row++) {
		keys[row] = (first.codes[row] as number) * second.size + (second.codes[row] as number);
	}
	return keys;
}

function marginOf({ codes, size }: Codes): { readonly counts: Float64Array; readonly used: number } {
	const counts = new Float64Array(size);
	for (const code of codes) counts[code] = (counts[code] as number) + 1;
	return { counts, used: counts.reduce((used, count) => used + (count > 0 ? 1 : 0), 0) };
}

/** Calls `visit` for every pair of codes that occurs, with its rows in both tables. */
function walkCells(
	real: Float64Array,
	synthetic: Float64Array,
	cells: number,
	visit: (key: number, realRows: number, syntheticRows: number) => void,
): void {
	if (cells <= DENSE_CELLS) {
		const realRows = new Int32Array(cells);
		const syntheticRows = new Int32Array(cells);
		for (const key of real) realRows[key] = (realRows[key] as number) + 1;
		for (const key of synthetic) syntheticRows[key] = (syntheticRows[key] as number) + 1;
		for (let key = 0; key < cells; key++) {
			const r = realRows[key] as number;
			const s = syntheticRows[key] as number;
			if (r + s > 0) visit(key, r, s);
		}
		return;
	}
	real.sort();
	synthetic.sort();
	for (let i = 0, j = 0; i < real.length || j < synthetic.length; ) {
		const key = Math.min(real[i] ?? Number.POSITIVE_INFINITY, synthetic[j] ?? Number.POSITIVE_INFINITY);
		const startReal = i;
		const startSynthetic = j;
		while (real[i] === key) i++;
		while (synthetic[j] === key) j++;
		visit(key, i - startReal, j - startSynthetic);
	}
}

/**
 * ContingencySimilarity of SDMetrics and the association by which its report decides whether the pair
 * counts. Missing is a code like any other. Both tables share codes and sizes.
 */
export function contingencySimilarity(real: readonly [Codes, Codes], synthetic: readonly [Codes, Codes]): Contingency {
	const [first, second] = real;
	const realKeys = pairKeys(first, second);
	const syntheticKeys = pairKeys(synthetic[0], synthetic[1]);
	const n = realKeys.length;
	const m = syntheticKeys.length;
	const rows = marginOf(first);
	const columns = marginOf(second);
	let variation = 0;
	let squares = 0;
	walkCells(realKeys, syntheticKeys, first.size * second.size, (key, realRows, syntheticRows) => {
		variation += Math.abs(realRows / n - syntheticRows / m);
		if (realRows === 0) return;
		const row = rows.counts[Math.floor(key / second.size)] as number;
		const column = columns.counts[key % second.size] as number;
		squares += realRows ** 2 / (row * column);
	});
	const degrees = Math.min(rows.used, columns.used) - 1;
	// chi^2 / n = sum of O^2 / (R C) - 1 (Cramer's V, with n the number of rows).
	const association = degrees < 1 ? Number.NaN : Math.sqrt(Math.max(0, squares - 1) / degrees);
	return { score: n === 0 || m === 0 ? Number.NaN : 1 - variation / 2, association };
}

function isConstant(values: Float64Array): boolean {
	let seen = Number.NaN;
	for (const value of values) {
		if (Number.isNaN(value)) continue;
		if (Number.isNaN(seen)) seen = value;
		else if (value !== seen) return false;
	}
	return !Number.isNaN(seen);
}

/** Pearson's r of the rows in which both are present; NaN for fewer than two or a constant side. */
export function pearson(first: Float64Array, second: Float64Array): number {
	const isPresent = (_: number, row: number) => !Number.isNaN(first[row]) && !Number.isNaN(second[row]);
	const x = deviations(first.filter(isPresent));
	const y = deviations(second.filter(isPresent));
	if (x === null || y === null || x.length < 2) return Number.NaN;
	let xy = 0;
	for (let i = 0; i < x.length; i++) xy += (x[i] as number) * (y[i] as number);
	return Math.max(-1, Math.min(1, xy));
}

/** Deviations from the mean at length 1, scaled first as scipy does, since squares overflow; null for a constant. */
function deviations(values: Float64Array): Float64Array | null {
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

function hasTwoRows([first, second]: readonly [Float64Array, Float64Array]): boolean {
	let rows = 0;
	for (let row = 0; row < first.length && rows < 2; row++) {
		if (!Number.isNaN(first[row]) && !Number.isNaN(second[row])) rows++;
	}
	return rows === 2;
}

/**
 * CorrelationSimilarity of SDMetrics with Pearson's r; undefined if any of the four columns is constant or a table
 * has fewer than two rows with both.
 */
export function correlationSimilarity(
	real: readonly [Float64Array, Float64Array],
	synthetic: readonly [Float64Array, Float64Array],
): Correlation {
	if ([...real, ...synthetic].some(isConstant) || !hasTwoRows(real) || !hasTwoRows(synthetic)) {
		return { score: Number.NaN, real: Number.NaN, synthetic: Number.NaN };
	}
	const r = pearson(real[0], real[1]);
	const s = pearson(synthetic[0], synthetic[1]);
	return { score: 1 - Math.abs(r - s) / 2, real: r, synthetic: s };
}
