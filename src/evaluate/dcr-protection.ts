import { findClosestRows, SAME_DISTANCE } from './closest-rows.ts';
import { medianOf } from './coverage.ts';
import { toDistanceRows } from './distance-rows.ts';
import type { QualityTable } from './quality-table.ts';

/**
 * Distance to the closest record as SDMetrics has it: of each row of `table` to `reference`, whose ranges are the
 * units.
 *
 * @returns [rows], 0 to 1.
 */
export function distancesToClosest(table: QualityTable, reference: QualityTable): Float64Array {
	const rows = toDistanceRows({ table, reference }, reference);
	return findClosestRows(rows.table, rows.reference).nearest;
}

/**
 * DCROverfittingProtection of SDMetrics: 1 if no more than half of the synthetic rows are closer to a training row
 * than to a held-out row, 0 if all are. Ties count for the generator, and a larger training table counts against it:
 * `measureClosestRecord` has neither flaw.
 */
export function dcrOverfittingProtection(
	training: QualityTable,
	synthetic: QualityTable,
	heldOut: QualityTable,
): number {
	if (Math.min(training.rows, synthetic.rows, heldOut.rows) === 0) return Number.NaN;
	const toTraining = distancesToClosest(synthetic, training);
	const toHeldOut = distancesToClosest(synthetic, heldOut);
	let closer = 0;
	for (let row = 0; row < synthetic.rows; row++) {
		if ((toTraining[row] as number) < (toHeldOut[row] as number) - SAME_DISTANCE) closer++;
	}
	return Math.min(1, 2 * (1 - closer / synthetic.rows));
}

/**
 * DCRBaselineProtection of SDMetrics for a given table of random rows: median distance of the synthetic rows to their
 * closest real one, in units of that of the random rows, at most 1; NaN if the latter is 0.
 */
export function dcrBaselineProtection(real: QualityTable, synthetic: QualityTable, random: QualityTable): number {
	const median = (table: QualityTable) => medianOf(distancesToClosest(table, real));
	const baseline = median(random);
	return baseline === 0 ? Number.NaN : Math.min(1, median(synthetic) / baseline);
}
