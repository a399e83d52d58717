import type { ModelState, TensorData } from '../../contracts/model-state.ts';
import { takeTensor } from '../take-tensor.ts';
import type { BaselineMatrix, FittedBaseline } from './baseline-matrix.ts';

/** Bins, the mass added to each density, and how far outside a value still counts to the last bin: PyOD's defaults. */
const BINS = 10;
const ALPHA = 0.1;
const TOLERANCE = 0.5;
/** A level counts as a bin this wide: a 0/1 column of one level has it so in ten bins. */
const LEVEL_WIDTH = 0.1;

interface Histogram {
	readonly column: number;
	/** [BINS + 1] */
	readonly edges: Float64Array;
	/** [BINS]; minus log2 of the density. */
	readonly surprise: Float64Array;
	readonly highest: number;
}

/**
 * Histogram-based outlier score (HBOS, Goldstein and Dengel 2012), as PyOD computes it: minus the sum over
 * columns of log2(density + 0.1), with ten bins of equal width per column of numbers. Levels are counted
 * one by one, however many there are. Unlike there, a value on an edge is looked up in the bin that it was
 * counted in.
 */
export function fitHistogramScore(matrix: BaselineMatrix): FittedBaseline {
	const histograms = matrix.features.flatMap((feature) =>
		feature.kind === 'levels'
			? []
			: Array.from({ length: feature.width }, (_, i) => fitHistogram(matrix, feature.start + i)),
	);
	const levels = matrix.features.map((feature) => (feature.kind === 'levels' ? countLevels(feature.codes) : null));
	return openHistograms(histograms, levels);
}

/** Minus log2 of the density of each level of a feature by its code; null for numbers. */
type LevelSurprises = ReadonlyMap<number, number> | null;

interface StoredHistograms {
	readonly columns: readonly number[];
	/** Per feature, pairs of code and surprise. */
	readonly levels: readonly (readonly (readonly [number, number])[] | null)[];
}

/** Histograms as they were when `toState` was called. @throws CounterfoilError MODEL_INVALID */
export function restoreHistogramScore(state: ModelState): FittedBaseline {
	const { columns, levels } = state.json as StoredHistograms;
	const edges = takeTensor(state, 'edges', Float64Array);
	const surprises = takeTensor(state, 'surprises', Float64Array);
	const histograms = columns.map((column, at): Histogram => {
		const surprise = surprises.subarray(at * BINS, (at + 1) * BINS);
		return {
			column,
			edges: edges.subarray(at * (BINS + 1), (at + 1) * (BINS + 1)),
			surprise,
			highest: highestOf(surprise),
		};
	});
	return openHistograms(
		histograms,
		levels.map((pairs) => (pairs === null ? null : new Map(pairs))),
	);
}

function openHistograms(histograms: readonly Histogram[], levels: readonly LevelSurprises[]): FittedBaseline {
	const rarest = -Math.log2(ALPHA);
	return {
		toState: () => {
			const json: StoredHistograms = {
				columns: histograms.map(({ column }) => column),
				levels: levels.map((known) => (known === null ? null : [...known])),
			};
			const together = (pick: (histogram: Histogram) => Float64Array, width: number): TensorData => ({
				shape: [histograms.length, width],
				data: Float64Array.from(histograms.flatMap((histogram) => [...pick(histogram)])),
			});
			const edges = together((histogram) => histogram.edges, BINS + 1);
			return { json, tensors: { edges, surprises: together(({ surprise }) => surprise, BINS) } };
		},
		score: ({ rows, width, values, features }) => {
			const scores = new Float64Array(rows);
			for (const histogram of histograms) addHistogram(histogram, values, width, scores);
			for (let i = 0; i < features.length; i++) {
				const feature = features[i];
				const known = levels[i];
				if (feature?.kind !== 'levels' || !known) continue;
				for (let row = 0; row < rows; row++) {
					scores[row] = (scores[row] as number) + (known.get(feature.codes[row] as number) ?? rarest);
				}
			}
			return scores;
		},
	};
}

/** Minus log2 of the density of each level that occurs, missing and unseen among them. */
function countLevels(codes: Int32Array): Map<number, number> {
	const counts = new Map<number, number>();
	for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
	for (const [code, count] of counts) counts.set(code, -Math.log2(count / codes.length / LEVEL_WIDTH + ALPHA));
	return counts;
}

function fitHistogram({ rows, width, values }: BaselineMatrix, column: number): Histogram {
	let low = Number.POSITIVE_INFINITY;
	let high = Number.NEGATIVE_INFINITY;
	for (let at = column; at < values.length; at += width) {
		const value = values[at] as number;
		if (value < low) low = value;
		if (value > high) high = value;
	}
	// As numpy.histogram does for a column of one value.
	if (low === high) {
		low -= 0.5;
		high += 0.5;
	}
	const binWidth = (high - low) / BINS;
	const edges = Float64Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? high : low + i * binWidth));
	const surprise = new Float64Array(BINS);
	for (let at = column; at < values.length; at += width) {
		const bin = Math.min(BINS, edgesUpTo(edges, values[at] as number)) - 1;
		surprise[bin] = (surprise[bin] as number) + 1;
	}
	for (let bin = 0; bin < BINS; bin++) {
		surprise[bin] = -Math.log2((surprise[bin] as number) / rows / binWidth + ALPHA);
	}
	return { column, edges, surprise, highest: highestOf(surprise) };
}

function highestOf(surprise: Float64Array): number {
	return surprise.reduce((a, b) => Math.max(a, b));
}

/** Edges that are not above the value: 0 left of all bins, BINS + 1 from the last edge on. */
function edgesUpTo(edges: Float64Array, value: number): number {
	let count = 0;
	while (count <= BINS && (edges[count] as number) <= value) count++;
	return count;
}

function addHistogram(histogram: Histogram, values: Float64Array, width: number, scores: Float64Array): void {
	const { column, edges, surprise, highest } = histogram;
	const first = edges[0] as number;
	const last = edges[BINS] as number;
	const reach = ((last - first) / BINS) * TOLERANCE;
	for (let row = 0, at = column; row < scores.length; row++, at += width) {
		const value = values[at] as number;
		const isFar = value < first - reach || value > last + reach;
		const bin = Math.min(BINS - 1, Math.max(0, edgesUpTo(edges, value) - 1));
		scores[row] = (scores[row] as number) + (isFar ? highest : (surprise[bin] as number));
	}
}
