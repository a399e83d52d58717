import { alignLevels, assertSameColumns, type QualityLevels, type QualityTable } from './quality-table.ts';

/** Shares of all rows, so that those of a column and its missing ones add up to 1. */
export type ColumnComparison = NumericComparison | LevelComparison;

interface ComparisonBase {
	readonly name: string;
	readonly realMissing: number;
	readonly syntheticMissing: number;
}

export interface NumericComparison extends ComparisonBase {
	readonly type: 'numeric';
	/** The edges are seconds since 1970, UTC. */
	readonly unit?: 'datetime';
	/** [bins + 1]; equal widths over the bulk of the real rows; what is beyond an end counts to its bin. */
	readonly edges: readonly number[];
	/** [bins] */
	readonly real: readonly number[];
	readonly synthetic: readonly number[];
}

export interface LevelComparison extends ComparisonBase {
	readonly type: 'categorical';
	/** The most frequent real levels, then `other levels` if there are more. */
	readonly levels: readonly string[];
	/** One per level. */
	readonly real: readonly number[];
	readonly synthetic: readonly number[];
}

export interface ComparisonOptions {
	/** @default 24 */
	readonly bins?: number;
	/** Levels listed before the others are one. @default 8 */
	readonly levels?: number;
}

/** Counts of `values` between `edges` (rising, equal widths); what is beyond an end counts to its bin. */
export function countInBins(values: Float64Array, edges: readonly number[]): Float64Array {
	const bins = edges.length - 1;
	const first = edges[0] as number;
	const width = ((edges[bins] as number) - first) / bins;
	const counts = new Float64Array(bins);
	for (const value of values) {
		if (Number.isNaN(value)) continue;
		const bin = Math.max(0, Math.min(bins - 1, Math.floor((value - first) / width)));
		counts[bin] = (counts[bin] as number) + 1;
	}
	return counts;
}

/**
 * Edges of equal width over the bulk of the values: from the 0.5 % to the 99.5 % quantile, but no farther out
 * than 1.5 times the distance between the 10 % and the 90 % quantile. A constant gets bins around it.
 */
export function bulkEdges(values: Float64Array, bins: number): number[] {
	const sorted = values.filter((value) => Number.isFinite(value)).sort();
	const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
	const bulk = at(0.9) - at(0.1);
	let first = Math.max(at(0.005), at(0.1) - 1.5 * bulk);
	let last = Math.min(at(0.995), at(0.9) + 1.5 * bulk);
	if (first === last) {
		first = at(0);
		last = at(1);
	}
	if (first === last) {
		first -= 0.5;
		last += 0.5;
	}
	const isWhole = sorted.every((value) => Number.isInteger(value));
	if (isWhole && last - first < bins) {
		const steps = last - first + 1;
		return Array.from({ length: steps + 1 }, (_, i) => first - 0.5 + i);
	}
	return Array.from({ length: bins + 1 }, (_, i) => first + ((last - first) * i) / bins);
}

function shares(counts: Iterable<number>, rows: number): number[] {
	return Array.from(counts, (count) => count / Math.max(1, rows));
}

function compareLevels(real: QualityLevels, synthetic: QualityLevels, most: number): LevelComparison {
	const aligned = alignLevels(real, synthetic);
	const names = [...new Set([...real.levels, ...synthetic.levels])];
	const count = (codes: Int32Array) => {
		const counts = new Float64Array(aligned.size + 1);
		for (const code of codes) counts[code] = (counts[code] as number) + 1;
		return counts;
	};
	const first = count(aligned.first);
	const second = count(aligned.second);
	const order = Array.from({ length: aligned.size }, (_, code) => code)
		.filter((code) => (first[code] as number) + (second[code] as number) > 0)
		.sort((a, b) => (first[b] as number) - (first[a] as number) || (second[b] as number) - (second[a] as number));
	const listed = order.slice(0, order.length > most + 1 ? most : order.length);
	const rest = order.slice(listed.length);
	const pick = (counts: Float64Array) => [
		...listed.map((code) => counts[code] as number),
		...(rest.length > 0 ? [rest.reduce((sum, code) => sum + (counts[code] as number), 0)] : []),
	];
	return {
		name: real.name,
		type: 'categorical',
		levels: [
			...listed.map((code) => names[code] ?? 'unlisted level'),
			...(rest.length > 0 ? [`${rest.length} other levels`] : []),
		],
		real: shares(pick(first), real.codes.length),
		synthetic: shares(pick(second), synthetic.codes.length),
		realMissing: (first[aligned.size] as number) / Math.max(1, real.codes.length),
		syntheticMissing: (second[aligned.size] as number) / Math.max(1, synthetic.codes.length),
	};
}

function missingShare(values: Float64Array): number {
	let missing = 0;
	for (const value of values) if (Number.isNaN(value)) missing++;
	return missing / Math.max(1, values.length);
}

/**
 * Histograms of a real and a synthetic table, column by column, for a report.
 *
 * @throws INTERNAL if the tables differ in their columns.
 */
export function compareColumns(
	real: QualityTable,
	synthetic: QualityTable,
	options: ComparisonOptions = {},
): ColumnComparison[] {
	const { bins = 24, levels = 8 } = options;
	assertSameColumns(real, synthetic);
	return real.columns.flatMap((column, i): ColumnComparison[] => {
		const other = synthetic.columns[i];
		if (column.type === 'categorical' && other?.type === 'categorical') return [compareLevels(column, other, levels)];
		if (column.type !== 'numeric' || other?.type !== 'numeric') return [];
		const edges = bulkEdges(column.values, bins);
		return [
			{
				name: column.name,
				type: 'numeric',
				...(column.isTime === true ? { unit: 'datetime' } : {}),
				edges,
				real: shares(countInBins(column.values, edges), real.rows),
				synthetic: shares(countInBins(other.values, edges), synthetic.rows),
				realMissing: missingShare(column.values),
				syntheticMissing: missingShare(other.values),
			},
		];
	});
}
