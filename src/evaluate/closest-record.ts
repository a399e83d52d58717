import type { Random } from '../contracts/random.ts';
import { type ClosestRows, findClosestRows } from './closest-rows.ts';
import { medianOf } from './coverage.ts';
import { SAME_DISTANCE } from './dcr-protection.ts';
import { toDistanceRows } from './distance-rows.ts';
import type { QualityTable } from './quality-table.ts';
import { takeRows } from './take-rows.ts';

export interface ClosestRecordOptions {
	/** Synthetic rows that are looked at. @default 5,000 */
	readonly sample?: number;
	/** Most rows of each reference. @default 30,000 */
	readonly references?: number;
}

export interface ClosestRecord {
	/**
	 * Share of synthetic rows that are closer to training than to held-out rows, ties counted half. 0.5 if
	 * the generator has not memorised; near 1 if it has.
	 */
	readonly share: number;
	/**
	 * Standard error of the share if nothing was memorised: how far it moves if the real rows are dealt to the two
	 * references anew.
	 */
	readonly standardError: number;
	/** Synthetic rows looked at, and rows of each reference. */
	readonly sampled: number;
	readonly references: number;
	/** Median distance to the closest record, 0 to 1. */
	readonly medianToTraining: number;
	readonly medianToHeldOut: number;
	/**
	 * 5 % quantile of the distance to the closest over that to the second closest record (NNDR): near 0 where
	 * synthetic rows sit on single real rows. A memorised table is lower towards training than towards held-out rows.
	 */
	readonly ratioToTraining: number;
	readonly ratioToHeldOut: number;
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
	const references = Math.min(options.references ?? 30_000, training.rows, heldOut.rows);
	const sampled = Math.min(options.sample ?? 5000, synthetic.rows);
	const pick = (table: QualityTable, rows: number, label: string) =>
		takeRows(table, random.fork(label).sample(table.rows, rows));
	const rows = toDistanceRows(
		{
			synthetic: pick(synthetic, sampled, 'synthetic'),
			training: pick(training, references, 'training'),
			heldOut: pick(heldOut, references, 'held out'),
		},
		training,
	);
	const toTraining = findClosestRows(rows.synthetic, rows.training);
	const toHeldOut = findClosestRows(rows.synthetic, rows.heldOut);
	return {
		...compareClosest(toTraining, toHeldOut, references),
		sampled,
		references,
		medianToTraining: medianOf(toTraining.nearest),
		medianToHeldOut: medianOf(toHeldOut.nearest),
		ratioToTraining: ratioQuantile(toTraining),
		ratioToHeldOut: ratioQuantile(toHeldOut),
	};
}

/**
 * The share is a sum over the 2m real rows: each counts for the synthetic rows that it is closest to, if it is a
 * training row. If nothing was memorised, the m training rows are any m of the 2m, so that the variance is that of
 * the sum of a sample without replacement: m S^2 / 2, where S^2 is the variance of the counts. Synthetic rows that
 * crowd around few real rows make it larger than the binomial one.
 */
function compareClosest(
	toTraining: ClosestRows,
	toHeldOut: ClosestRows,
	references: number,
): Pick<ClosestRecord, 'share' | 'standardError'> {
	const sampled = toTraining.nearest.length;
	// [2, references]; synthetic rows that a training row, a held-out row is closest to.
	const counts = new Float64Array(2 * references);
	const add = (place: number, weight: number) => {
		counts[place] = (counts[place] as number) + weight / sampled;
	};
	let closer = 0;
	for (let i = 0; i < sampled; i++) {
		const gap = (toHeldOut.nearest[i] as number) - (toTraining.nearest[i] as number);
		const weight = Math.abs(gap) < SAME_DISTANCE ? 0.5 : gap > 0 ? 1 : 0;
		closer += weight;
		add(toTraining.row[i] as number, weight);
		add(references + (toHeldOut.row[i] as number), 1 - weight);
	}
	const mean = 1 / counts.length;
	const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
	return {
		share: closer / sampled,
		standardError: Math.sqrt((references * squares) / (counts.length - 1) / 2),
	};
}

/** Two equal real rows hide each other: 0 / 0 counts as 1, and so does a single real row. */
function ratioQuantile({ nearest, second }: ClosestRows): number {
	const ratios = nearest.map((distance, i) => {
		const next = second[i] as number;
		return next === 0 || !Number.isFinite(next) ? 1 : distance / next;
	});
	ratios.sort();
	return ratios[Math.floor(0.05 * (ratios.length - 1))] ?? Number.NaN;
}
