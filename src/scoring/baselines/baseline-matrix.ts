import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { ModelState } from '../../contracts/model-state.ts';
import { type Coordinates, encodeRows, fitCoordinates, standardise } from '../coordinates.ts';

/** Rows as the baselines see them. */
export interface BaselineMatrix {
	readonly rows: number;
	readonly width: number;
	/** [rows, width], row-major; finite. */
	readonly values: Float64Array;
	/** What the columns of `values` stand for, in order; a feature without a column is not listed. */
	readonly features: readonly BaselineFeature[];
}

export type BaselineFeature =
	| { readonly kind: 'numbers'; readonly start: number; readonly width: number }
	/** `codes` [rows]: level codes as in the table, for whoever counts levels instead of looking at coordinates. */
	| { readonly kind: 'levels'; readonly start: number; readonly width: number; readonly codes: Int32Array };

/** A detector that was fitted on some rows; higher scores are more anomalous. */
export interface FittedBaseline {
	/** [rows] */
	score(matrix: BaselineMatrix): Float64Array;
	/** All that it takes to make it again. */
	toState(): ModelState;
}

/** Levels of a categorical feature with a column of their own; the rarer ones share one. */
const INDICATOR_LEVELS = 12;

/**
 * Measures on the rows to fit on how rows become coordinates: the same as for the discriminators, but for the
 * numbers, which are standardised only.
 *
 * - numbers: standardised; missing is the mean, with a column that tells it if any are missing; a time of day is
 *   the sine and cosine of its angle.
 * - levels: one-hot of the 12 most frequent, the rest as one, missing as one, each centred and scaled.
 * - left out: what is not scored, and what is constant.
 */
export function fitBaselineCoordinates(table: FeatureTable, specs: readonly FeatureSpec[]): Coordinates {
	return fitCoordinates(table, specs, INDICATOR_LEVELS);
}

/**
 * @param isPrepared numbers as the standardised signed logarithm of the standardised value, as the
 * discriminators have them: long tails no longer rule the ranges that an isolation tree cuts.
 */
export function encodeForBaselines(coordinates: Coordinates, table: FeatureTable, isPrepared: boolean): BaselineMatrix {
	const { width } = coordinates;
	const { rows } = table;
	const encoded = new Float32Array(rows * width);
	encodeRows(coordinates, table, (position) => position, rows, encoded, width);
	const values = Float64Array.from(encoded);
	const features = coordinates.dependent.map((index): BaselineFeature => {
		const feature = coordinates.features[index] as NonNullable<Coordinates['features'][number]>;
		const column = table.columns[index] as FeatureColumn;
		if (column.type === 'categorical') return { kind: 'levels', ...feature.span, codes: column.codes };
		if (feature.kind === 'linear' && !isPrepared) {
			for (let row = 0; row < rows; row++) {
				const value = column.values[row] as number;
				values[row * width + feature.span.start] = Number.isNaN(value) ? 0 : standardise(feature, value);
			}
		}
		return { kind: 'numbers', ...feature.span };
	});
	return { rows, width, values, features };
}

/** The rows at `positions`, in that order. */
export function pickMatrixRows(matrix: BaselineMatrix, positions: Int32Array): BaselineMatrix {
	const { width } = matrix;
	const values = new Float64Array(positions.length * width);
	for (let i = 0; i < positions.length; i++) {
		const from = (positions[i] as number) * width;
		values.set(matrix.values.subarray(from, from + width), i * width);
	}
	const features = matrix.features.map(
		(feature): BaselineFeature =>
			feature.kind === 'numbers'
				? feature
				: { ...feature, codes: positions.map((position) => feature.codes[position] as number) },
	);
	return { rows: positions.length, width, values, features };
}
