import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { Random } from '../../contracts/random.ts';
import { DAY_MS } from '../../features/date-format.ts';
import { pickRows } from '../../features/pick-rows.ts';
import { fitCalibration } from '../../scoring/calibration.ts';
import type { RiskRows } from '../fill-risk.ts';
import { fitBoostedTrees } from '../fit-boosted-trees.ts';
import type { TreeOptions } from '../tree-options.ts';
import { assembleHead, type FraudHead } from './fraud-head.ts';
import { type HeadFeatures, joinRisk, riskSpecs } from './head-features.ts';
import { type HeadRowLimits, type HeadRows, pickHeadRows } from './pick-head-rows.ts';
import { type KnownLabels, replayRisk } from './replay-risk.ts';

/** Rows in order of time, labelled and not, and what was known of them. */
export interface HeadTraining {
	/** Without the risk features. */
	readonly features: HeadFeatures;
	/** Columns whose values' rate of confirmed fraud is looked at; none: no risk features. */
	readonly entities: readonly string[];
	/** Column that says when a record happened; null: none does. */
	readonly time: string | null;
	/** Times and entities of the rows. */
	readonly rows: RiskRows;
	/** What `fillRisk` gives: as it was known at the time of each row. */
	readonly risk: readonly Float64Array[];
	/** [rows] */
	readonly known: KnownLabels;
}

export interface FitHeadOptions {
	readonly random: Random;
	/** @default HEAD_TREES */
	readonly trees?: TreeOptions;
	/** @default HEAD_ROWS */
	readonly limits?: HeadRowLimits;
	readonly signal?: AbortSignal;
}

/** Chosen on development seeds of the simulated month (docs/learning.md). */
export const HEAD_TREES: TreeOptions = { rounds: 100, learningRate: 0.05, maxLeaves: 8 };
export const HEAD_ROWS: HeadRowLimits = { legitimate: 15_000, unknown: 8_000, unknownWeight: 0.02 };
/** Every second row sees the risk features as if labels were known so soon. */
const REPLAYED_AFTER_MS = DAY_MS / 24;
/** Rows that the distribution of the head's output is kept of. */
const CALIBRATED_ROWS = 20_000;
const CALIBRATION_POINTS = 4_096;

/**
 * Boosted trees over what the unsupervised model says of a row, its features, and what was known of its entities.
 *
 * @returns null without a fraud and something else to tell it from.
 * @throws CounterfoilError CANCELLED
 */
export function fitFraudHead(training: HeadTraining, options: FitHeadOptions): FraudHead | null {
	const { features, entities, time, known } = training;
	const { random, trees = HEAD_TREES, limits = HEAD_ROWS, signal } = options;
	const { table, specs, labels, weights } = pickTraining(training, limits, random.fork('rows'));
	if (!labels.includes(1) || !labels.includes(0)) return null;
	const model = fitBoostedTrees(
		table,
		specs,
		{ type: 'binary', labels },
		{ ...trees, weights, random: random.fork('trees'), ...(signal === undefined ? {} : { signal }) },
	);
	const sample = random.fork('calibration').sample(known.length, Math.min(known.length, CALIBRATED_ROWS)).sort();
	const judged = joinRisk(
		pickRows(features.table, sample),
		training.risk.map((column) => Float64Array.from(sample, (row) => column[row] as number)),
	);
	const calibration = fitCalibration(model.logOdds(judged), CALIBRATION_POINTS);
	return assembleHead({ entities, time, specs, trees: model, calibration });
}

/** The rows that a head is trained on, with all that it sees of them. */
export interface PickedTraining extends Pick<HeadRows, 'labels' | 'weights'> {
	readonly specs: readonly FeatureSpec[];
	readonly table: FeatureTable;
}

export function pickTraining(training: HeadTraining, limits: HeadRowLimits, random: Random): PickedTraining {
	const { features, entities, known } = training;
	const { rows, labels, weights } = pickHeadRows(known, limits, random);
	const table = joinRisk(pickRows(features.table, rows), trainedRisk(training, rows));
	return { specs: [...features.specs, ...riskSpecs(entities)], table, labels, weights };
}

/** Of rows whose label is known every second one is replayed. */
function trainedRisk({ entities, rows: all, risk, known }: HeadTraining, rows: Int32Array): Float64Array[] {
	const replayed = replayRisk(entities, all, known, REPLAYED_AFTER_MS);
	return risk.map((own, column) =>
		Float64Array.from(rows, (row, i) => {
			const from = known[row] !== -1 && i % 2 === 0 ? (replayed[column] as Float64Array) : own;
			return from[row] as number;
		}),
	);
}
