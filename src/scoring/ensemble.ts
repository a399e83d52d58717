import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';
import type { Random } from '../contracts/random.ts';
import { pickRows } from '../features/pick-rows.ts';
import { type FittedBaselines, fitBaselines, restoreBaselines } from './baselines/fit-baselines.ts';
import { type Calibration, fitCalibration, pValueOf, rankOf, scoreOf } from './calibration.ts';
import { joinStates, splitStates } from './join-states.ts';
import { DEFAULT_SETTINGS } from './options.ts';
import type { ScoredRows, Scorer } from './scorer.ts';
import { takeTensor } from './take-tensor.ts';

/**
 * The mean of the ranks that the score and the baselines give to a row, each rank within the detector's own stored
 * distribution over training rows: no figure depends on the batch.
 */
export interface Ensemble {
	readonly baselines: FittedBaselines;
	/** One per baseline: its scores of training rows. */
	readonly ranks: readonly Calibration[];
	/** The mean ranks of training rows. */
	readonly calibration: Calibration;
}

/** Rows that the baselines and the distributions are fitted on. */
const MOST_ROWS = 20_000;
/** Features times rows: the one-hot columns of a wide table fill the memory. */
const MOST_CELLS = 5e5;
/** Rows that no detector has seen the like of all have the highest rank: among them the surprise decides. */
const TIE_BREAK = 1e-9;
const HIGHEST_SURPRISE = 1e4;

/**
 * The training rows have their out-of-bag surprise. The baselines score rows that they were fitted on: a forest's trees
 * and the histograms hardly notice a single row of many, and for neighbours a row is not its own.
 */
export function fitEnsemble(
	scorer: Pick<Scorer, 'score'>,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	random: Random,
): Ensemble {
	const rows = Math.min(table.rows, MOST_ROWS, Math.max(1000, Math.floor(MOST_CELLS / specs.length)));
	const sample = rows < table.rows ? pickRows(table, random.fork('rows').sample(table.rows, rows).sort()) : table;
	const baselines = fitBaselines(sample, specs, random.fork('baselines'), rows);
	const ranks = baselines.score(sample).map((scores) => fitCalibration(scores, DEFAULT_SETTINGS.calibrationPoints));
	const means = meanRanks({ baselines, ranks }, sample, scorer.score(sample));
	return { baselines, ranks, calibration: fitCalibration(means, DEFAULT_SETTINGS.calibrationPoints) };
}

/** Mean rank of each row, 0 to 1, [rows]. */
function meanRanks(
	{ baselines, ranks }: Pick<Ensemble, 'baselines' | 'ranks'>,
	table: FeatureTable,
	{ score, surprise }: Pick<ScoredRows, 'score' | 'surprise'>,
): Float64Array {
	const others = baselines.score(table);
	return score.map((own, row) => {
		let sum = own;
		for (const [index, calibration] of ranks.entries()) {
			sum += scoreOf(calibration, rankOf(calibration, others[index]?.[row] as number));
		}
		return sum / (ranks.length + 1) + TIE_BREAK * Math.min(surprise[row] as number, HIGHEST_SURPRISE);
	});
}

/** What an ensemble makes of scored rows. */
export interface EnsembleScores {
	/** [rows]: mean rank, which orders the rows. */
	readonly order: Float64Array;
	/** [rows]: rank of the mean rank among those of training rows, and its conformal p-value. */
	readonly score: Float64Array;
	readonly pValue: Float64Array;
}

/** @param scored by the scorer of the same model. */
export function scoreEnsemble(
	ensemble: Ensemble,
	table: FeatureTable,
	scored: Pick<ScoredRows, 'score' | 'surprise'>,
): EnsembleScores {
	const order = meanRanks(ensemble, table, scored);
	const { calibration } = ensemble;
	const ranks = Array.from(order, (mean) => rankOf(calibration, mean));
	return {
		order,
		score: Float64Array.from(ranks, (rank) => scoreOf(calibration, rank)),
		pValue: Float64Array.from(ranks, (rank) => pValueOf(calibration, rank)),
	};
}

export function ensembleState({ baselines, ranks, calibration }: Ensemble): ModelState {
	const all = [...ranks, calibration];
	const tensors: Record<string, TensorData> = {};
	for (const [index, { surprises, below, upTo }] of all.entries()) {
		for (const [name, data] of Object.entries({ surprises, below, 'up-to': upTo })) {
			tensors[`${index}/${name}`] = { shape: [data.length], data };
		}
	}
	return joinStates({
		baselines: baselines.toState(),
		calibrations: { json: { rows: all.map(({ rows }) => rows) }, tensors },
	});
}

/** @throws CounterfoilError MODEL_INVALID */
export function readEnsemble(state: ModelState): Ensemble {
	const { baselines, calibrations } = splitStates(state, ['baselines', 'calibrations']);
	const all = (calibrations.json as { readonly rows: readonly number[] }).rows.map(
		(rows, index): Calibration => ({
			rows,
			surprises: takeTensor(calibrations, `${index}/surprises`, Float64Array),
			below: takeTensor(calibrations, `${index}/below`, Float64Array),
			upTo: takeTensor(calibrations, `${index}/up-to`, Float64Array),
		}),
	);
	return { baselines: restoreBaselines(baselines), ranks: all.slice(0, -1), calibration: all.at(-1) as Calibration };
}
