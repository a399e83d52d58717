import type { Random } from '../contracts/random.ts';
import { type ClosestRows, findClosestRows, SAME_DISTANCE } from './closest-rows.ts';
import { countInBins } from './compare-columns.ts';
import { medianOf } from './coverage.ts';
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
	 * How much rather a synthetic row is closest to a training row than to a held-out row, if there were as many of
	 * both: 0.5 if the generator has not memorised; near 1 if it has.
	 */
	readonly share: number;
	/**
	 * Standard error of the share if nothing was memorised: how far it moves if the real rows are dealt to training
	 * and hold-out anew.
	 */
	readonly standardError: number;
	/** Synthetic rows looked at, and real rows that they were compared with. */
	readonly sampled: number;
	readonly training: number;
	readonly heldOut: number;
	/** Median distance to the closest record among equally many of both, 0 to 1. */
	readonly medianToTraining: number;
	readonly medianToHeldOut: number;
	/**
	 * 5 % quantile of the distance to the closest over that to the second closest record (NNDR): near 0 where
	 * synthetic rows sit on single real rows. A memorised table is lower towards training than towards held-out rows.
	 */
	readonly ratioToTraining: number;
	readonly ratioToHeldOut: number;
	/** The distances to the closest record among equally many of both: [bins + 1] edges, [bins] shares of the rows. */
	readonly distances: {
		readonly edges: readonly number[];
		readonly training: readonly number[];
		readonly heldOut: readonly number[];
	};
}

/** Distance to closest record against hold-out, in units of the training ranges. */
export function measureClosestRecord(
	tables: { readonly training: QualityTable; readonly heldOut: QualityTable; readonly synthetic: QualityTable },
	random: Random,
	options: ClosestRecordOptions = {},
): ClosestRecord {
	const most = options.references ?? 30_000;
	const pick = (table: QualityTable, rows: number, label: string) =>
		takeRows(table, random.fork(label).sample(table.rows, Math.min(rows, table.rows)));
	const synthetic = pick(tables.synthetic, options.sample ?? 5000, 'synthetic');
	const training = pick(tables.training, most, 'training');
	const heldOut = pick(tables.heldOut, most, 'held out');
	const equal = Math.min(training.rows, heldOut.rows);
	// A sample is in random order, so that its first rows are a sample too.
	const first = Int32Array.from({ length: equal }, (_, row) => row);
	const rows = toDistanceRows(
		{ synthetic, training, heldOut, fewTraining: takeRows(training, first), fewHeldOut: takeRows(heldOut, first) },
		tables.training,
	);
	const toTraining = findClosestRows(rows.synthetic, rows.training);
	const toHeldOut = findClosestRows(rows.synthetic, rows.heldOut);
	const toFewTraining = training.rows === equal ? toTraining : findClosestRows(rows.synthetic, rows.fewTraining);
	const toFewHeldOut = heldOut.rows === equal ? toHeldOut : findClosestRows(rows.synthetic, rows.fewHeldOut);
	return {
		...compareClosest(toTraining, toHeldOut, training.rows, heldOut.rows),
		sampled: synthetic.rows,
		training: training.rows,
		heldOut: heldOut.rows,
		medianToTraining: medianOf(toFewTraining.nearest),
		medianToHeldOut: medianOf(toFewHeldOut.nearest),
		ratioToTraining: ratioQuantile(toFewTraining),
		ratioToHeldOut: ratioQuantile(toFewHeldOut),
		distances: histogramOf(toFewTraining.nearest, toFewHeldOut.nearest),
	};
}

const BINS = 30;

function histogramOf(toTraining: Float64Array, toHeldOut: Float64Array): ClosestRecord['distances'] {
	const last = Math.max(1e-9, quantileOf(toTraining, 0.99), quantileOf(toHeldOut, 0.99));
	const edges = Array.from({ length: BINS + 1 }, (_, i) => (last * i) / BINS);
	const shares = (distances: Float64Array) =>
		Array.from(countInBins(distances, edges), (rows) => rows / distances.length);
	return { edges, training: shares(toTraining), heldOut: shares(toHeldOut) };
}

function quantileOf(values: Float64Array, share: number): number {
	return values.slice().sort()[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}

/**
 * Of n training and m held-out rows, let h be the part of the synthetic rows whose closest real row is held out;
 * equally close rows share a synthetic row. If nothing was memorised, the held-out rows are any m of the n + m: the
 * expected h is m / (n + m), and (1 - h) / ((1 - h) + h n / m) is 0.5. A sample of m training rows would do for that,
 * but would miss most of what was memorised where few rows are held out.
 *
 * h is a sum over real rows of the synthetic rows that each is closest to, for those that are held out, so that its
 * variance is that of a sum of m drawn without replacement: m n / (n + m) S^2, where S^2 is the variance of the
 * counts. Synthetic rows that crowd around few real rows make it larger than the binomial one.
 */
function compareClosest(
	toTraining: ClosestRows,
	toHeldOut: ClosestRows,
	n: number,
	m: number,
): Pick<ClosestRecord, 'share' | 'standardError'> {
	const sampled = toTraining.nearest.length;
	// [n + m]; part of the synthetic rows that each training row, each held-out row is closest to.
	const counts = new Float64Array(n + m);
	const add = (place: number, part: number) => {
		counts[place] = (counts[place] as number) + part / sampled;
	};
	let heldOut = 0;
	for (let i = 0; i < sampled; i++) {
		const gap = (toHeldOut.nearest[i] as number) - (toTraining.nearest[i] as number);
		const own = gap > -SAME_DISTANCE ? (toTraining.ties[i] as number) : 0;
		const other = gap < SAME_DISTANCE ? (toHeldOut.ties[i] as number) : 0;
		const part = other / (own + other);
		heldOut += part / sampled;
		add(toTraining.row[i] as number, 1 - part);
		add(n + (toHeldOut.row[i] as number), part);
	}
	const ratio = n / m;
	const mean = 1 / (n + m);
	const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
	const spread = Math.sqrt(((n * m) / (n + m)) * (squares / (n + m - 1)));
	return {
		share: (1 - heldOut) / (1 - heldOut + heldOut * ratio),
		// By the slope of the share at the expected h.
		standardError: (spread * (1 + ratio) ** 2) / (4 * ratio),
	};
}

/** Two equal real rows hide each other: 0 / 0 counts as 1, and so does a single real row. */
function ratioQuantile({ nearest, second }: ClosestRows): number {
	const ratios = nearest.map((distance, i) => {
		const next = second[i] as number;
		return next === 0 || !Number.isFinite(next) ? 1 : distance / next;
	});
	return quantileOf(ratios, 0.05);
}
