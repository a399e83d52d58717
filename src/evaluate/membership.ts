import type { Random } from '../contracts/random.ts';
import { findClosestRows } from './closest-rows.ts';
import { type DistanceRows, toDistanceRows } from './distance-rows.ts';
import type { QualityTable } from './quality-table.ts';
import { takeRows } from './take-rows.ts';

export interface Attack {
	/** Probability that a training row has a higher score than a held-out row, ties half: 0.5 is blind, 1 certain. */
	readonly auc: number;
	/** DeLong's. */
	readonly standardError: number;
	/** Training rows and held-out rows that were attacked. */
	readonly members: number;
	readonly nonMembers: number;
}

export interface MembershipInference {
	/** Score: minus the distance to the closest synthetic row. */
	readonly distance: Attack;
	/**
	 * Score: that distance against the distance to the closest row of a reference set of held-out rows, so that rows
	 * of dense regions are not taken for members (DOMIAS, van Breugel et al. 2023, with nearest neighbours as the
	 * density). Half of the held-out rows are the reference set.
	 */
	readonly densityRatio: Attack;
}

export interface MembershipOptions {
	/** Training rows and held-out rows that are attacked, at most. @default 2,500 */
	readonly sample?: number;
	/** Synthetic rows and rows of the reference set, at most. @default 30,000 */
	readonly references?: number;
}

/**
 * Plays an attacker who has the synthetic table and a record, and asks whether the record was in the training table.
 * Needs four held-out rows.
 */
export function attackMembership(
	tables: { readonly training: QualityTable; readonly heldOut: QualityTable; readonly synthetic: QualityTable },
	random: Random,
	{ sample = 2500, references = 30_000 }: MembershipOptions = {},
): MembershipInference {
	const { training, heldOut, synthetic } = tables;
	const order = random.fork('held out').permutation(heldOut.rows);
	const half = heldOut.rows >> 1;
	const nonMembers = Math.min(sample, half);
	const pick = (table: QualityTable, rows: number, label: string) =>
		takeRows(table, random.fork(label).sample(table.rows, Math.min(rows, table.rows)));
	const rows = toDistanceRows(
		{
			members: pick(training, sample, 'members'),
			nonMembers: takeRows(heldOut, order.slice(0, nonMembers)),
			reference: takeRows(heldOut, order.slice(half, half + references)),
			synthetic: pick(synthetic, references, 'synthetic'),
		},
		training,
	);
	const closeness = (from: DistanceRows) => findClosestRows(from, rows.synthetic).nearest;
	const members = closeness(rows.members);
	const others = closeness(rows.nonMembers);
	const against = (from: DistanceRows, distances: Float64Array) => {
		const calibration = findClosestRows(from, rows.reference).nearest;
		return distances.map((distance, i) => logRatio(calibration[i] as number, distance));
	};
	return {
		distance: measureAttack(
			members.map((distance) => -distance),
			others.map((distance) => -distance),
		),
		densityRatio: measureAttack(against(rows.members, members), against(rows.nonMembers, others)),
	};
}

/** Rows that both hold exactly tell nothing: log 1. */
function logRatio(first: number, second: number): number {
	const smallest = 1e-9;
	return Math.log((first + smallest) / (second + smallest));
}

/** Area under the ROC curve with the standard error of DeLong, DeLong and Clarke-Pearson (1988). */
export function measureAttack(members: Float64Array, nonMembers: Float64Array): Attack {
	const above = placements(members, nonMembers);
	const below = placements(nonMembers, members);
	const auc = above.reduce((sum, share) => sum + share, 0) / above.length;
	return {
		auc,
		standardError: Math.sqrt(varianceOfMean(above) + varianceOfMean(below)),
		members: members.length,
		nonMembers: nonMembers.length,
	};
}

/** For each value the share of the others that are smaller, equal ones half. */
function placements(values: Float64Array, others: Float64Array): Float64Array {
	const sorted = others.slice().sort();
	const order = Int32Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number));
	const shares = new Float64Array(values.length);
	let smaller = 0;
	let notLarger = 0;
	for (const i of order) {
		const value = values[i] as number;
		while (smaller < sorted.length && (sorted[smaller] as number) < value) smaller++;
		while (notLarger < sorted.length && (sorted[notLarger] as number) <= value) notLarger++;
		shares[i] = (smaller + notLarger) / 2 / sorted.length;
	}
	return shares;
}

function varianceOfMean(values: Float64Array): number {
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
	return squares / (values.length - 1) / values.length;
}
