import type { Random } from '../contracts/random.ts';
import { type ClosestRecord, measureClosestRecord } from './closest-record.ts';
import { type CopyCheck, checkCopies, countPairs } from './copies.ts';
import { type ColumnCoverage, measureCoverage } from './coverage.ts';
import { type Diagnostics, measureDiagnostics } from './diagnostics.ts';
import { type ColumnDisclosure, surveyDisclosure } from './disclosure-survey.ts';
import { drawIndependentColumns } from './independent-columns.ts';
import { attackMembership, type MembershipInference } from './membership.ts';
import { findNearCopies, type NearCopyCheck } from './near-copies.ts';
import { measureQuality, type Quality } from './quality.ts';
import type { QualityTable } from './quality-table.ts';
import { type BoundedScore, FEWEST_HELD_OUT, judgeRelease, type ReleaseJudgement } from './release-gate.ts';
import { takeRows } from './take-rows.ts';

export interface MeasuredTables {
	/** Real rows that the generator has seen. */
	readonly training: QualityTable;
	/** Real rows that it has not. */
	readonly heldOut: QualityTable;
	readonly synthetic: QualityTable;
}

export interface TableMeasurements {
	readonly rows: { readonly training: number; readonly heldOut: number; readonly synthetic: number };
	/** Against held-out rows; of a table with too few of them, against the training rows and without a ceiling. */
	readonly quality: MeasuredQuality;
	/** Against the training rows: what a copy would score best in. Null with too few held-out rows. */
	readonly againstTraining: MeasuredQuality | null;
	readonly diagnostics: { readonly synthetic: Diagnostics; readonly ceiling: Diagnostics | null };
	readonly coverage: readonly ColumnCoverage[];
	/** Null with too few held-out rows. */
	readonly privacy: PrivacyMeasurements | null;
	readonly release: ReleaseJudgement;
}

export interface MeasuredQuality {
	/** Rows of each compared table. */
	readonly rows: number;
	readonly synthetic: Quality;
	/** Each column drawn by itself: right shapes, no relations. */
	readonly floor: Quality;
	/** Standard deviation of the floor's scores over draws; NaN of one draw. */
	readonly floorSpread: { readonly thresholded: number; readonly allPairs: number };
	/** Real rows in place of the synthetic ones. */
	readonly ceiling: Quality | null;
}

export interface PrivacyMeasurements {
	readonly copies: CopyCheck;
	readonly closestRecord: ClosestRecord;
	/** The closest-record share of independent columns: their values are those of training rows, their rows are not. */
	readonly closestRecordFloor: number;
	readonly nearCopies: NearCopyCheck;
	readonly membership: MembershipInference;
	readonly disclosure: readonly ColumnDisclosure[];
}

/** Draws of the floor, for its spread. */
const FLOOR_DRAWS = 5;
/** Independent rows whose closest records are looked for. */
const FLOOR_ROWS = 2500;
/** Pairs of columns from which on two draws must do. */
const MANY_PAIRS = 10_000;

export interface MeasureOptions {
	/** Called between the steps, the longest of which takes some seconds. */
	readonly onStep?: () => void;
	/** Whether the synthetic rows are meant to be like the real ones; else the gate leaves quality out. @default true */
	readonly isComparable?: boolean;
	/**
	 * Whose columns, drawn one by one, the gate takes for the floor: those of a private generator are narrower than real
	 * ones, which the gate is not to hold against it. @default 'training'
	 */
	readonly gateFloor?: 'training' | 'synthetic';
}

/**
 * Everything that is measured about a synthetic table, each figure beside its floor and its ceiling, and whether the
 * table may be handed out. About 20 s of CPU for 30,000 rows of 15 columns in each table.
 *
 * @throws INTERNAL if the tables differ in their columns.
 */
export function measureTable(
	tables: MeasuredTables,
	random: Random,
	{ onStep = () => undefined, isComparable = true, gateFloor = 'training' }: MeasureOptions = {},
): TableMeasurements {
	const { training, heldOut, synthetic } = tables;
	const isJudgeable = heldOut.rows >= FEWEST_HELD_OUT;
	const reference = isJudgeable ? heldOut : training;
	// Figures of tables of different sizes cannot be compared: all are cut to one size.
	const rows = Math.min(synthetic.rows, training.rows);
	const pairs = (training.columns.length * (training.columns.length - 1)) / 2;
	const draws = pairs > MANY_PAIRS ? 2 : FLOOR_DRAWS;
	const quality = measureBetween(reference, synthetic, isJudgeable ? training : null, training, rows, draws, random);
	onStep();
	const smaller = Math.min(synthetic.rows, heldOut.rows);
	const againstTraining = isJudgeable
		? measureBetween(training, synthetic, heldOut, training, smaller, 1, random.fork('against training'))
		: null;
	onStep();
	const judged =
		gateFloor === 'training'
			? quality
			: measureBetween(reference, synthetic, isJudgeable ? training : null, synthetic, rows, draws, random);
	const privacy = isJudgeable ? measurePrivacy(tables, quality.synthetic, random, onStep) : null;
	return {
		rows: { training: training.rows, heldOut: heldOut.rows, synthetic: synthetic.rows },
		quality,
		againstTraining,
		diagnostics: {
			synthetic: measureDiagnostics(training, synthetic),
			ceiling: isJudgeable ? measureDiagnostics(training, heldOut) : null,
		},
		coverage: measureCoverage(training, cutTo(synthetic, training.rows, random.fork('coverage'))),
		privacy,
		release: judge(heldOut.rows, isComparable ? { ...judged, floorOf: gateFloor } : null, privacy, training),
	};
}

function cutTo(table: QualityTable, rows: number, random: Random): QualityTable {
	return table.rows <= rows ? table : takeRows(table, random.sample(table.rows, rows));
}

function measureBetween(
	reference: QualityTable,
	synthetic: QualityTable,
	other: QualityTable | null,
	training: QualityTable,
	rows: number,
	draws: number,
	random: Random,
): MeasuredQuality {
	const floors = Array.from({ length: draws }, (_, draw) =>
		measureQuality(reference, drawIndependentColumns(training, rows, random.fork(`floor ${draw}`))),
	);
	return {
		rows,
		synthetic: measureQuality(reference, cutTo(synthetic, rows, random.fork('synthetic'))),
		floor: floors[0] as Quality,
		floorSpread: {
			thresholded: spreadOf(floors.map(({ thresholded }) => thresholded.overall)),
			allPairs: spreadOf(floors.map(({ allPairs }) => allPairs.overall)),
		},
		ceiling: other === null ? null : measureQuality(reference, cutTo(other, rows, random.fork('ceiling'))),
	};
}

function spreadOf(values: readonly number[]): number {
	const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
	return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

function measurePrivacy(
	tables: MeasuredTables,
	quality: Quality,
	random: Random,
	onStep: () => void,
): PrivacyMeasurements {
	const { training, heldOut, synthetic } = tables;
	const copies = checkCopies(training, heldOut, synthetic);
	const closestRecord = measureClosestRecord(tables, random.fork('closest'));
	const closestRecordFloor = shareOfIndependent(tables, random);
	onStep();
	const nearCopies = findNearCopies(tables, random.fork('near copies'));
	onStep();
	const membership = attackMembership(tables, random.fork('membership'));
	onStep();
	const disclosure = surveyDisclosure(tables, quality.pairs, random.fork('disclosure'));
	return { copies, closestRecord, closestRecordFloor, nearCopies, membership, disclosure };
}

/**
 * Whether a table of whatever rows repeats more of the training rows than honest ones do; its quality is not looked at,
 * since there are no real rows to compare special ones with.
 */
export function judgeCopies(tables: MeasuredTables, random: Random): ReleaseJudgement {
	const { training, heldOut, synthetic } = tables;
	if (heldOut.rows < FEWEST_HELD_OUT) return judge(heldOut.rows, null, null, training);
	const copies = checkCopies(training, heldOut, synthetic);
	const closestRecord = measureClosestRecord(tables, random);
	const closestRecordFloor = shareOfIndependent(tables, random);
	return judge(heldOut.rows, null, { copies, closestRecord, closestRecordFloor }, training);
}

/** The closest-record share of independent columns. */
function shareOfIndependent({ training, heldOut, synthetic }: MeasuredTables, random: Random): number {
	const independent = drawIndependentColumns(training, Math.min(FLOOR_ROWS, synthetic.rows), random.fork('floor'));
	return measureClosestRecord({ training, heldOut, synthetic: independent }, random.fork('closest')).share;
}

function judge(
	heldOutRows: number,
	quality: (MeasuredQuality & { readonly floorOf: 'training' | 'synthetic' }) | null,
	privacy: Pick<PrivacyMeasurements, 'copies' | 'closestRecord' | 'closestRecordFloor'> | null,
	training: QualityTable,
): ReleaseJudgement {
	const bounded = (measured: MeasuredQuality, mode: 'thresholded' | 'allPairs'): BoundedScore => {
		// Without a related pair the score is that of the shapes alone, which independent columns have right.
		const score = (of: Quality | null) =>
			of === null || Number.isNaN(of[mode].pairTrends) ? Number.NaN : of[mode].overall;
		return {
			synthetic: score(measured.synthetic),
			floor: score(measured.floor),
			floorSpread: measured.floorSpread[mode],
			ceiling: score(measured.ceiling),
		};
	};
	const none = { copies: 0, rows: 0, share: Number.NaN };
	return judgeRelease({
		heldOutRows,
		quality:
			quality === null
				? null
				: {
						thresholded: bounded(quality, 'thresholded'),
						allPairs: bounded(quality, 'allPairs'),
						floorOf: quality.floorOf,
					},
		closestRecord:
			privacy === null
				? { share: Number.NaN, standardError: Number.NaN, floor: Number.NaN, sampled: 0, training: 0, heldOut: 0 }
				: { ...privacy.closestRecord, floor: privacy.closestRecordFloor },
		uniqueCopies: {
			...(privacy?.copies.unique ?? { synthetic: none, heldOut: none }),
			trainingPairs: countPairs(training),
		},
	});
}
