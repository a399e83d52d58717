/** Codes of a discrete column: 0 to `size` - 1, missing included. */
export interface Codes {
	readonly codes: Int32Array;
	readonly size: number;
}

const BINS = 10;

/**
 * The report's own binning: ten bins of equal width from the smallest to the largest value **of this
 * table** (numpy histogram_bin_edges and digitize); the largest value and missing ones share bin 10.
 */
export function binNumbers(values: Float64Array): Codes {
	let first = Number.POSITIVE_INFINITY;
	let last = Number.NEGATIVE_INFINITY;
	for (const value of values) {
		if (value < first) first = value;
		if (value > last) last = value;
	}
	if (first > last) {
		first = 0;
		last = 1;
	}
	if (first === last) {
		first -= 0.5;
		last += 0.5;
	}
	const step = (last - first) / BINS;
	const edges = Float64Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? last : i * step + first));
	const codes = new Int32Array(values.length);
	for (let row = 0; row < values.length; row++) {
		const value = values[row] as number;
		let bin = BINS;
		while (bin > 0 && value < (edges[bin] as number)) bin--;
		codes[row] = bin;
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
	let n = 0;
	let meanX = 0;
	let meanY = 0;
	for (let i = 0; i < first.length; i++) {
		const x = first[i] as number;
		const y = second[i] as number;
		if (Number.isNaN(x + y)) continue;
		n++;
		meanX += x;
		meanY += y;
	}
	if (n < 2) return Number.NaN;
	meanX /= n;
	meanY /= n;
	let xx = 0;
	let yy = 0;
	let xy = 0;
	let startX = Number.NaN;
	let startY = Number.NaN;
	let variesX = false;
	let variesY = false;
	for (let i = 0; i < first.length; i++) {
		const x = first[i] as number;
		const y = second[i] as number;
		if (Number.isNaN(x + y)) continue;
		if (Number.isNaN(startX)) {
			startX = x;
			startY = y;
		}
		variesX ||= x !== startX;
		variesY ||= y !== startY;
		xx += (x - meanX) ** 2;
		yy += (y - meanY) ** 2;
		xy += (x - meanX) * (y - meanY);
	}
	if (!variesX || !variesY) return Number.NaN;
	return Math.max(-1, Math.min(1, xy / Math.sqrt(xx) / Math.sqrt(yy)));
}

export interface Correlation {
	/** 1 - |difference| / 2; NaN where undefined. */
	readonly score: number;
	readonly real: number;
	readonly synthetic: number;
}

/** CorrelationSimilarity of SDMetrics with Pearson's r; undefined if any of the four columns is constant. */
export function correlationSimilarity(
	real: readonly [Float64Array, Float64Array],
	synthetic: readonly [Float64Array, Float64Array],
): Correlation {
	if ([...real, ...synthetic].some(isConstant)) {
		return { score: Number.NaN, real: Number.NaN, synthetic: Number.NaN };
	}
	const r = pearson(real[0], real[1]);
	const s = pearson(synthetic[0], synthetic[1]);
	return { score: 1 - Math.abs(r - s) / 2, real: r, synthetic: s };
}
