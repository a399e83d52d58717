import {
	type CategoricalFeature,
	type FeatureColumn,
	type FeatureTable,
	MISSING_LEVEL,
	type NumericFeature,
} from '../contracts/features.ts';

/** How the values of one feature become at most 256 bins; plain data. The last bin is "missing". */
export type FeatureBins = NumericBins | CategoricalBins;

export interface NumericBins {
	readonly type: 'numeric';
	/** Rising; bin b holds the values above `edges[b - 1]` and up to `edges[b]`, the one after the edges the rest. */
	readonly edges: Float64Array;
}

export interface CategoricalBins {
	readonly type: 'categorical';
	/** Codes with a bin of their own, most frequent first; the bin after them is for all other levels. */
	readonly levels: Int32Array;
}

/** A table of bins. */
export interface BinnedTable {
	readonly rows: number;
	/** One per feature, [rows] each. */
	readonly columns: readonly Uint8Array[];
}

/** Bins of values, without the one for missing. */
const VALUE_BINS = 255;

/** Bins of a feature, with the one for missing, which is the last. */
export function countBins(bins: FeatureBins): number {
	return bins.type === 'numeric' ? bins.edges.length + 2 : bins.levels.length + 2;
}

export function fitFeatureBins(table: FeatureTable, maxBins: number = VALUE_BINS): FeatureBins[] {
	const most = Math.min(VALUE_BINS, maxBins);
	return table.columns.map((column) => (column.type === 'numeric' ? fitEdges(column, most) : fitLevels(column, most)));
}

/**
 * Edges between neighbouring distinct values, so that each bin has about as many rows as any other; a value with more
 * rows than that has a bin of its own.
 */
function fitEdges({ values }: NumericFeature, maxBins: number): NumericBins {
	const sorted = values.filter((value) => !Number.isNaN(value)).sort();
	let distinct = sorted.length > 0 ? 1 : 0;
	for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++;
	const edges: number[] = [];
	let inBin = 0;
	let binsLeft = maxBins;
	let rowsLeft = sorted.length;
	for (let i = 0; i < sorted.length; ) {
		let end = i + 1;
		while (end < sorted.length && sorted[end] === sorted[i]) end++;
		const count = end - i;
		const share = rowsLeft / binsLeft;
		const cut = () => {
			edges.push(between(sorted[i - 1] as number, sorted[i] as number));
			rowsLeft -= inBin;
			inBin = 0;
			binsLeft--;
		};
		const isFull = distinct <= maxBins || inBin >= share || count >= share;
		if (inBin > 0 && isFull && binsLeft > 1) cut();
		inBin += count;
		i = end;
	}
	return { type: 'numeric', edges: Float64Array.from(edges) };
}

/** A number from `low`, included, to `high`, excluded: the middle, unless it is rounded away. */
function between(low: number, high: number): number {
	const middle = low + (high - low) / 2;
	return middle < high ? middle : low;
}

function fitLevels({ codes }: CategoricalFeature, maxBins: number): CategoricalBins {
	const counts = new Map<number, number>();
	for (const code of codes) if (code >= 0) counts.set(code, (counts.get(code) ?? 0) + 1);
	const ordered = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
	return { type: 'categorical', levels: Int32Array.from(ordered.slice(0, maxBins - 1), ([code]) => code) };
}

export function binTable(table: FeatureTable, bins: readonly FeatureBins[]): BinnedTable {
	return { rows: table.rows, columns: bins.map((of, feature) => binColumn(table.columns[feature], of)) };
}

function binColumn(column: FeatureColumn | undefined, bins: FeatureBins): Uint8Array {
	if (column?.type === 'numeric' && bins.type === 'numeric') return binNumbers(column.values, bins.edges);
	if (column?.type === 'categorical' && bins.type === 'categorical') return binLevels(column.codes, bins.levels);
	throw new TypeError('The table does not have the features that the bins were made for.');
}

function binNumbers(values: Float64Array, edges: Float64Array): Uint8Array {
	const binned = new Uint8Array(values.length);
	for (let row = 0; row < values.length; row++) {
		const value = values[row] as number;
		// First edge that is not below the value; NaN compares false and would end at bin 0.
		let low = 0;
		let high = edges.length;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if ((edges[middle] as number) < value) low = middle + 1;
			else high = middle;
		}
		binned[row] = Number.isNaN(value) ? edges.length + 1 : low;
	}
	return binned;
}

function binLevels(codes: Int32Array, levels: Int32Array): Uint8Array {
	const binOf = new Map<number, number>();
	levels.forEach((code, bin) => {
		binOf.set(code, bin);
	});
	binOf.set(MISSING_LEVEL, levels.length + 1);
	const binned = new Uint8Array(codes.length);
	for (let row = 0; row < codes.length; row++) binned[row] = binOf.get(codes[row] as number) ?? levels.length;
	return binned;
}
