import { SEVERITY_THRESHOLDS } from './options.ts';

/**
 * The distribution of surprise over the training rows: some of its values, sorted, and how many rows lie below and
 * up to each. The upper half of the points are the most surprising rows themselves.
 */
export interface Calibration {
	readonly rows: number;
	/** [points], ascending, distinct. */
	readonly surprises: Float64Array;
	/** [points]: rows with a smaller surprise, and rows with at most this one. */
	readonly below: Float64Array;
	readonly upTo: Float64Array;
}

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** Surprises closer than this are the same: it is wider than the rounding of another backend or machine. */
const SAME = 1e-5;

/**
 * @param surprises of the training rows, out-of-bag.
 * @param maxPoints of more values, the upper half is kept exactly and the rest by evenly spaced quantiles.
 */
export function fitCalibration(surprises: Float64Array, maxPoints: number): Calibration {
	const sorted = surprises.slice().sort();
	const rows = sorted.length;
	const starts: number[] = [];
	let first = Number.NEGATIVE_INFINITY;
	for (let i = 0; i < rows; i++) {
		const value = sorted[i] as number;
		if (value - first <= SAME) continue;
		starts.push(i);
		first = value;
	}
	const distinct = starts.length;
	const exact = Math.floor(maxPoints / 2);
	const coarse = maxPoints - exact;
	const picked =
		distinct <= maxPoints
			? starts.map((_, i) => i)
			: Array.from({ length: maxPoints }, (_, i) =>
					i < coarse ? Math.floor((i * (distinct - exact)) / coarse) : distinct - maxPoints + i,
				);
	const endOf = (group: number) => (group + 1 < distinct ? (starts[group + 1] as number) : rows);
	return {
		rows,
		surprises: Float64Array.from(picked, (group) => sorted[starts[group] as number] as number),
		below: Float64Array.from(picked, (group) => starts[group] as number),
		upTo: Float64Array.from(picked, endOf),
	};
}

/** Rows of the calibration distribution that are less surprising than a row, and those at most as surprising. */
export interface Rank {
	readonly below: number;
	readonly upTo: number;
}

export function rankOf({ rows, surprises, below, upTo }: Calibration, surprise: number): Rank {
	// First point at or above the row, equality taken with tolerance.
	let low = 0;
	let high = surprises.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((surprises[middle] as number) < surprise - SAME) low = middle + 1;
		else high = middle;
	}
	if (low === surprises.length) return { below: rows, upTo: rows };
	if ((surprises[low] as number) <= surprise + SAME) {
		return { below: below[low] as number, upTo: upTo[low] as number };
	}
	if (low === 0) return { below: 0, upTo: 0 };
	// Between two points: all rows up to the lower one, and a proportional part of those in the gap.
	const from = surprises[low - 1] as number;
	const to = surprises[low] as number;
	const done = upTo[low - 1] as number;
	const between = Math.floor((((below[low] as number) - done) * (surprise - from)) / (to - from));
	return { below: done + between, upTo: done + between };
}

/** Share of the calibration rows that are less surprising, half of the equal ones included: 0 to 1. */
export function scoreOf(calibration: Calibration, rank: Rank): number {
	return (rank.below + rank.upTo) / (2 * calibration.rows);
}

/** Conformal p-value: (1 + calibration rows at least as surprising) / (rows + 1) (Vovk et al. 2005). */
export function pValueOf(calibration: Calibration, rank: Rank): number {
	return (1 + calibration.rows - rank.below) / (calibration.rows + 1);
}

/** @param score as `scoreOf` gives it; fixed thresholds .95, .99, .999. */
export function severity(score: number): Severity {
	if (score >= SEVERITY_THRESHOLDS.critical) return 'critical';
	if (score >= SEVERITY_THRESHOLDS.high) return 'high';
	return score >= SEVERITY_THRESHOLDS.medium ? 'medium' : 'low';
}
