import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../contracts/features.ts';

/** Evenly spaced values of each number in the training rows, sorted; null for other features. */
export type ValueRanks = readonly (Float64Array | null)[];

const POINTS = 1001;

export function fitValueRanks(table: FeatureTable, specs: readonly FeatureSpec[]): ValueRanks {
	return specs.map((spec, index) => {
		if (spec.type !== 'numeric' || !spec.scored) return null;
		const { values } = table.columns[index] as FeatureColumn & { type: 'numeric' };
		const sorted = values.filter((value) => !Number.isNaN(value)).sort();
		if (sorted.length <= POINTS) return sorted;
		const step = (sorted.length - 1) / (POINTS - 1);
		return Float64Array.from({ length: POINTS }, (_, i) => sorted[Math.round(i * step)] as number);
	});
}

/** Where a number stands among those of the training rows. */
export interface ValueRank {
	/** Share of the training rows' numbers that are smaller, and larger; 0 to 1. */
	readonly smaller: number;
	readonly larger: number;
}

export function rankValue(points: Float64Array, value: number): ValueRank | null {
	if (points.length === 0 || Number.isNaN(value)) return null;
	const { length } = points;
	const smaller = countBefore(points, (point) => point < value);
	const larger = length - countBefore(points, (point) => point <= value);
	return { smaller: smaller / length, larger: larger / length };
}

/** How many of the sorted points come first by a rule that holds for the smaller ones. */
function countBefore(points: Float64Array, isBefore: (point: number) => boolean): number {
	let from = 0;
	let to = points.length;
	while (from < to) {
		const middle = (from + to) >>> 1;
		if (isBefore(points[middle] as number)) from = middle + 1;
		else to = middle;
	}
	return from;
}

/** Share of the training rows within a twenty-fourth of the cycle on either side; 0 to 1. */
export function shareNearby(points: Float64Array, value: number, period: number): number | null {
	if (points.length === 0 || Number.isNaN(value)) return null;
	let near = 0;
	for (const point of points) {
		const apart = Math.abs(point - value) % period;
		if (Math.min(apart, period - apart) <= period / 24) near++;
	}
	return near / points.length;
}
