import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { ModelState } from '../../contracts/model-state.ts';
import type { Random } from '../../contracts/random.ts';
import type { Coordinates } from '../coordinates.ts';
import { joinStates, splitStates } from '../join-states.ts';
import { encodeForBaselines, type FittedBaseline, fitBaselineCoordinates } from './baseline-matrix.ts';
import { fitHistogramScore, restoreHistogramScore } from './histogram-score.ts';
import { fitIsolationForest, fitTrimmedForest, restoreIsolationForest } from './isolation-forest.ts';
import { fitNearestNeighbours, restoreNearestNeighbours } from './nearest-neighbours.ts';

/** In the order of the scores that `FittedBaselines.score` gives. */
export const BASELINE_NAMES = [
	'isolation forest',
	'isolation forest, prepared',
	'histograms',
	'nearest neighbours',
] as const;

export interface FittedBaselines {
	/** [BASELINE_NAMES.length][rows]; higher = more anomalous. A row's scores depend on the row only. */
	score(table: FeatureTable): Float64Array[];
	toState(): ModelState;
}

/** Products that looking for neighbours may take in all; a few seconds. */
const NEIGHBOUR_PRODUCTS = 1e9;
const FEWEST_REFERENCE_ROWS = 250;
const MOST_REFERENCE_ROWS = 2000;

/**
 * Fits the detectors that people use instead of this program, to stand beside its score.
 *
 * @param table rows to fit on, anomalies and all, as for our own score; 20,000 settle all that more would.
 * @param rowsToScore rows that will be scored; the more, the fewer the rows that neighbours are looked for among.
 */
export function fitBaselines(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	random: Random,
	rowsToScore: number,
): FittedBaselines {
	const coordinates = fitBaselineCoordinates(table, specs);
	const plain = encodeForBaselines(coordinates, table, false);
	const prepared = encodeForBaselines(coordinates, table, true);
	const affordable = Math.floor(NEIGHBOUR_PRODUCTS / Math.max(1, rowsToScore * plain.width));
	const referenceRows = Math.min(MOST_REFERENCE_ROWS, Math.max(FEWEST_REFERENCE_ROWS, affordable));
	return openBaselines(coordinates, [
		fitIsolationForest(plain, random.fork('isolation forest')),
		fitTrimmedForest(prepared, random.fork('prepared isolation forest')),
		fitHistogramScore(plain),
		fitNearestNeighbours(plain, random.fork('nearest neighbours'), { referenceRows }),
	]);
}

/** In the order of BASELINE_NAMES. */
type Detectors = readonly [FittedBaseline, FittedBaseline, FittedBaseline, FittedBaseline];

/** The detectors as they were when `toState` was called. @throws CounterfoilError MODEL_INVALID */
export function restoreBaselines(state: ModelState): FittedBaselines {
	const { forest, prepared, histograms, neighbours } = splitState(state);
	return openBaselines((state.json as { readonly coordinates: Coordinates }).coordinates, [
		restoreIsolationForest(forest),
		restoreIsolationForest(prepared),
		restoreHistogramScore(histograms),
		restoreNearestNeighbours(neighbours),
	]);
}

function openBaselines(coordinates: Coordinates, detectors: Detectors): FittedBaselines {
	const [forest, prepared, histograms, neighbours] = detectors;
	return {
		score: (rows) => {
			const matrix = encodeForBaselines(coordinates, rows, false);
			return [
				forest.score(matrix),
				prepared.score(encodeForBaselines(coordinates, rows, true)),
				histograms.score(matrix),
				neighbours.score(matrix),
			];
		},
		toState: () => {
			const parts = joinStates({
				forest: forest.toState(),
				prepared: prepared.toState(),
				histograms: histograms.toState(),
				neighbours: neighbours.toState(),
			});
			return { json: { coordinates, parts: parts.json }, tensors: parts.tensors };
		},
	};
}

function splitState(state: ModelState) {
	const { parts } = state.json as { readonly parts: unknown };
	return splitStates({ json: parts, tensors: state.tensors }, ['forest', 'prepared', 'histograms', 'neighbours']);
}
