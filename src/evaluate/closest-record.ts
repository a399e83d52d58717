import type { Random } from '../contracts/random.ts';
import { type AlignedTables, alignTables } from './aligned-rows.ts';
import type { QualityColumn, QualityTable } from './quality-table.ts';

export interface ClosestRecordOptions {
	/** Synthetic rows that are looked at. @default 1,000 */
	readonly sample?: number;
	/** Most rows of each reference. @default 10,000 */
	readonly references?: number;
}

export interface ClosestRecord {
	/**
	 * Share of synthetic rows that are closer to training than to held-out rows, ties counted half. 0.5 if
	 * the generator has not memorised; near 1 if it has.
	 */
	readonly share: number;
	/** Standard error of the share if it were 0.5. */
	readonly standardError: number;
	/** Synthetic rows looked at, and rows of each reference. */
	readonly sampled: number;
	readonly references: number;
	/** Median distance to the closest record, 0 to 1. */
	readonly medianToTraining: number;
	readonly medianToHeldOut: number;
}

export function takeRows(table: QualityTable, rows: Int32Array): QualityTable {
	const columns = table.columns.map((column): QualityColumn => {
		if (column.type === 'numeric') {
			return { ...column, values: Float64Array.from(rows, (row) => column.values[row] as number) };
		}
		return { ...column, codes: Int32Array.from(rows, (row) => column.codes[row] as number) };
	});
	return { rows: rows.length, columns };
}

/** 1 / (largest - smallest) of each numeric column; Infinity where it is constant. */
function inverseRanges(table: QualityTable): Float64Array {
	const inverse: number[] = [];
	for (const column of table.columns) {
		if (column.type !== 'numeric') continue;
		let min = Number.POSITIVE_INFINITY;
		let max = Number.NEGATIVE_INFINITY;
		for (const value of column.values) {
			if (value < min) min = value;
			if (value > max) max = value;
		}
		inverse.push(1 / Math.max(0, max - min));
	}
	return Float64Array.from(inverse);
}

/**
 * For each row of `first` the distance to its closest row of `second`: mean over the columns of
 * min(|a - b| / range, 1) for numbers, 0 or 1 for levels; missing is at 0 from missing and 1 from a value.
 */
function closestDistances({ first, second, numbers, levels }: AlignedTables, inverse: Float64Array): Float64Array {
	const closest = new Float64Array(first.rows);
	const width = numbers + levels;
	for (let i = 0; i < first.rows; i++) {
		let best = Number.POSITIVE_INFINITY;
		for (let j = 0; j < second.rows; j++) {
			let distance = 0;
			for (let k = 0; k < levels && distance < best; k++) {
				if (first.codes[i * levels + k] !== second.codes[j * levels + k]) distance++;
			}
			for (let k = 0; k < numbers && distance < best; k++) {
				const a = first.values[i * numbers + k] as number;
				const b = second.values[j * numbers + k] as number;
				if (a === b) continue;
				const gap = Math.abs(a - b) * (inverse[k] as number);
				if (gap < 1) distance += gap;
				else if (!Number.isNaN(a) || !Number.isNaN(b)) distance++;
			}
			if (distance < best) best = distance;
		}
		closest[i] = best / width;
	}
	return closest;
}

function median(values: Float64Array): number {
	const sorted = values.slice().sort();
	const middle = sorted.length >> 1;
	if (sorted.length % 2 === 1) return sorted[middle] as number;
	return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/**
 * Distance to closest record against hold-out: both references have the same number of rows and the same
 * ranges, so that only memory makes the training rows closer.
 */
export function measureClosestRecord(
	tables: { readonly training: QualityTable; readonly heldOut: QualityTable; readonly synthetic: QualityTable },
	random: Random,
	options: ClosestRecordOptions = {},
): ClosestRecord {
	const { training, heldOut, synthetic } = tables;
	const references = Math.min(options.references ?? 10_000, training.rows, heldOut.rows);
	const sampled = Math.min(options.sample ?? 1000, synthetic.rows);
	const pick = (table: QualityTable, rows: number, label: string) =>
		takeRows(table, random.fork(label).sample(table.rows, rows));
	const picked = pick(synthetic, sampled, 'synthetic');
	const inverse = inverseRanges(training);
	const toTraining = closestDistances(alignTables(picked, pick(training, references, 'training')), inverse);
	const toHeldOut = closestDistances(alignTables(picked, pick(heldOut, references, 'held out')), inverse);
	let closer = 0;
	for (let i = 0; i < sampled; i++) {
		const gap = (toHeldOut[i] as number) - (toTraining[i] as number);
		// Sums of the same terms in another order differ in the last digits.
		closer += Math.abs(gap) < 1e-12 ? 0.5 : gap > 0 ? 1 : 0;
	}
	return {
		share: closer / sampled,
		standardError: 0.5 / Math.sqrt(sampled),
		sampled,
		references,
		medianToTraining: median(toTraining),
		medianToHeldOut: median(toHeldOut),
	};
}
