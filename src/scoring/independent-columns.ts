import type { FeatureColumn, FeatureTable } from '../contracts/features.ts';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../contracts/features.ts';
import type { Coordinates, CyclicCoordinates, LevelCoordinates, LinearCoordinates } from './coordinates.ts';
import { codesOfConstant, standardise, standardiseLog } from './coordinates.ts';
import type { GridDensity, KernelSettings } from './kernel-density.ts';
import { densitySurprise, fitCircularDensity, fitDensity } from './kernel-density.ts';
import type { ReferenceDensity } from './reference-density.ts';

/** The distribution of one feature by itself. */
export type MarginalDensity =
	| {
			readonly kind: 'numeric';
			/** Densities of Z and V, or one of the position on the cycle. Their mean surprise counts. */
			readonly grids: readonly GridDensity[];
			/** -log of the smoothed shares of missing and of present values. */
			readonly missing: number;
			readonly present: number;
	  }
	| {
			readonly kind: 'levels';
			/** -log of the smoothed share of each level, [levels]. */
			readonly levels: Float64Array;
			readonly missing: number;
			readonly unseen: number;
	  };

export interface MarginalSettings extends KernelSettings {
	/** Pseudo-count of each level. */
	readonly smoothing: number;
}

/** Circumference at which a uniform distribution on a circle has standard deviation 1, as Z has. */
const CIRCLE = Math.sqrt(12);

/**
 * Fits the distribution of each scored feature. The shapes of numbers come from the kept rows, in grids that reach
 * over all rows. The shares of levels and of missing values come from all rows: trimming can take every row of a
 * level that has 3 %, and it would then count as never seen.
 *
 * @param kept row numbers.
 */
export function fitMarginals(
	table: FeatureTable,
	coordinates: Coordinates,
	kept: Int32Array,
	settings: MarginalSettings,
): (MarginalDensity | null)[] {
	return coordinates.features.map((feature, index) => {
		if (feature === null) return null;
		const column = table.columns[index] as FeatureColumn;
		if (feature.kind === 'levels') return fitLevels(levelCodes(feature, column), feature.levels, settings.smoothing);
		return fitNumeric((column as { values: Float64Array }).values, feature, kept, settings);
	});
}

function fitNumeric(
	values: Float64Array,
	feature: LinearCoordinates | CyclicCoordinates,
	kept: Int32Array,
	settings: MarginalSettings,
): MarginalDensity {
	const isPresent = (row: number) => !Number.isNaN(values[row] as number);
	const presentRows = Int32Array.from(values.keys()).filter(isPresent);
	const missingRows = values.length - presentRows.length;
	const total = values.length + 2 * settings.smoothing;
	const shares = {
		missing: -Math.log((missingRows + settings.smoothing) / total),
		present: -Math.log((presentRows.length + settings.smoothing) / total),
	};
	const keptPresent = kept.filter(isPresent);
	// Where every present value was trimmed away, the shape comes from all the rows.
	const present = keptPresent.length > 0 ? keptPresent : presentRows;
	if (feature.kind === 'cyclic') {
		const positions = Float64Array.from(present, (row) => positionOnCircle(feature, values[row] as number));
		return { kind: 'numeric', grids: [fitCircularDensity(positions, CIRCLE, settings)], ...shares };
	}
	const z = Float64Array.from(present, (row) => standardise(feature, values[row] as number));
	const v = z.map((position) => standardiseLog(feature, position));
	const lowest = standardise(feature, feature.min);
	const highest = lowest + 1 / feature.std;
	const grids = [
		fitDensity(z, lowest, highest, 1, settings),
		fitDensity(v, standardiseLog(feature, lowest), standardiseLog(feature, highest), 1, settings),
	];
	return { kind: 'numeric', grids, ...shares };
}

function fitLevels(codes: Int32Array, levels: number, smoothing: number): MarginalDensity {
	const counts = new Float64Array(levels);
	let missing = 0;
	let unseen = 0;
	for (const code of codes) {
		if (code >= 0) counts[code] = (counts[code] as number) + 1;
		else if (code === MISSING_LEVEL) missing++;
		else unseen++;
	}
	const total = codes.length + smoothing * (levels + 2);
	const surprise = (count: number) => -Math.log((count + smoothing) / total);
	return { kind: 'levels', levels: counts.map(surprise), missing: surprise(missing), unseen: surprise(unseen) };
}

function levelCodes(feature: LevelCoordinates, column: FeatureColumn): Int32Array {
	if (column.type === 'categorical') return column.codes;
	return codesOfConstant(column.values, feature.constant?.value ?? null);
}

function positionOnCircle(feature: CyclicCoordinates, value: number): number {
	const turns = value / feature.period;
	return (turns - Math.floor(turns)) * CIRCLE;
}

/** The independent-columns reference: log q is the sum of the log densities of the features. */
export function independentColumns(
	coordinates: Coordinates,
	marginals: readonly (MarginalDensity | null)[],
): ReferenceDensity {
	const width = marginals.length;
	return {
		name: 'independent-columns',
		surprise(table) {
			const out = new Float64Array(table.rows * width);
			for (let index = 0; index < width; index++) {
				const marginal = marginals[index];
				const feature = coordinates.features[index];
				if (!marginal || !feature) continue;
				const column = table.columns[index] as FeatureColumn;
				if (marginal.kind === 'levels') {
					const codes = levelCodes(feature as LevelCoordinates, column);
					for (let row = 0; row < table.rows; row++) {
						out[row * width + index] = levelSurprise(marginal, codes[row] as number);
					}
				} else {
					const { values } = column as { values: Float64Array };
					for (let row = 0; row < table.rows; row++) {
						const value = values[row] as number;
						out[row * width + index] = Number.isNaN(value)
							? marginal.missing
							: marginal.present + numericSurprise(feature as LinearCoordinates, marginal.grids, value);
					}
				}
			}
			return out;
		},
	};
}

function levelSurprise(marginal: MarginalDensity & { kind: 'levels' }, code: number): number {
	if (code === MISSING_LEVEL) return marginal.missing;
	if (code === UNSEEN_LEVEL || code >= marginal.levels.length) return marginal.unseen;
	return marginal.levels[code] as number;
}

function numericSurprise(
	feature: LinearCoordinates | CyclicCoordinates,
	grids: readonly GridDensity[],
	value: number,
): number {
	if (feature.kind === 'cyclic') return densitySurprise(grids[0] as GridDensity, positionOnCircle(feature, value));
	const z = standardise(feature, value);
	const onZ = densitySurprise(grids[0] as GridDensity, z);
	const onV = densitySurprise(grids[1] as GridDensity, standardiseLog(feature, z));
	return (onZ + onV) / 2;
}
