import type { FeatureColumn, FeatureSpec, FeatureTable, NumericFeature } from '../contracts/features.ts';
import { MISSING_LEVEL, UNSEEN_LEVEL } from '../contracts/features.ts';

/**
 * How a feature becomes coordinates: the numbers that densities and discriminators work on.
 *
 * `linear` has two: Z, standardised, for the marginal density, and V, the standardised signed logarithm of Z, for
 * the marginal density and the discriminators. Everything is measured on the training rows.
 */
export type FeatureCoordinates = LinearCoordinates | CyclicCoordinates | LevelCoordinates;

export interface LinearCoordinates {
	readonly kind: 'linear';
	readonly span: CoordinateSpan;
	/** Values are first mapped to [0, 1] by these two, which no range of finite numbers can overflow. */
	readonly min: number;
	readonly halfRange: number;
	/** Mean and standard deviation of the mapped values, then of the signed logarithm. */
	readonly mean: number;
	readonly std: number;
	readonly logMean: number;
	readonly logStd: number;
	readonly missing: Indicator | null;
}

export interface CyclicCoordinates {
	readonly kind: 'cyclic';
	readonly span: CoordinateSpan;
	readonly period: number;
	readonly missing: Indicator | null;
}

/** A categorical feature, or a numeric one with at most one present value (`constant`). */
export interface LevelCoordinates {
	readonly kind: 'levels';
	readonly span: CoordinateSpan;
	/** Number of levels that training rows can have, without missing and unseen. */
	readonly levels: number;
	/** Whether the source is a numeric column, and its one present value (null if it has none). */
	readonly constant: { readonly value: number | null } | null;
	/** One indicator for each of the first levels. */
	readonly indicators: readonly Indicator[];
	/** All the levels after those; null if there are none. */
	readonly rest: Indicator | null;
	readonly missing: Indicator | null;
}

/** A 0/1 coordinate, centred and scaled: on = (1 - share) * scale, off = -share * scale. */
export interface Indicator {
	readonly share: number;
	readonly scale: number;
}

/** Where the discriminators find a feature in an encoded row; width 0: not at all (constant or not scored). */
export interface CoordinateSpan {
	readonly start: number;
	readonly width: number;
}

export interface Coordinates {
	/** One per feature; null for features that are not scored. */
	readonly features: readonly (FeatureCoordinates | null)[];
	/** Width of an encoded row. */
	readonly width: number;
	/** Indices of the features that discriminators see. */
	readonly dependent: readonly number[];
}

/** Keeps coordinates of absurdly far values finite in float32 arithmetic. */
const FARTHEST = 1e12;
const CYCLE_SCALE = Math.SQRT2;

/** Measures the coordinates of every scored feature on the training rows. */
export function fitCoordinates(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	indicatorLevels: number,
): Coordinates {
	let width = 0;
	const features = specs.map((spec, index) => {
		if (!spec.scored) return null;
		const column = table.columns[index] as FeatureColumn;
		const fitted =
			column.type === 'numeric'
				? fitNumeric(column, table.rows, width, spec.type === 'numeric' ? spec.period : undefined)
				: fitLevels(column.codes, spec.type === 'categorical' ? spec.levels.length : 0, width, indicatorLevels, null);
		width += fitted.span.width;
		return fitted;
	});
	const dependent = features.flatMap((feature, index) => (feature !== null && feature.span.width > 0 ? [index] : []));
	return { features, width, dependent };
}

function fitNumeric(
	column: NumericFeature,
	rows: number,
	start: number,
	period: number | undefined,
): FeatureCoordinates {
	let min = Number.POSITIVE_INFINITY;
	let max = Number.NEGATIVE_INFINITY;
	let present = 0;
	for (const value of column.values) {
		if (Number.isNaN(value)) continue;
		present++;
		if (value < min) min = value;
		if (value > max) max = value;
	}
	const halfRange = max / 2 - min / 2;
	if (present === 0 || halfRange === 0) {
		const value = present === 0 ? null : min;
		const codes = codesOfConstant(column.values, value);
		return fitLevels(codes, value === null ? 0 : 1, start, 1, { value });
	}
	const missing = present < rows ? indicator((rows - present) / rows) : null;
	const flag = missing === null ? 0 : 1;
	if (period !== undefined) {
		return { kind: 'cyclic', span: { start, width: 2 + flag }, period, missing };
	}
	const unit = new Float64Array(present);
	let filled = 0;
	for (const value of column.values) {
		if (!Number.isNaN(value)) unit[filled++] = (value / 2 - min / 2) / halfRange;
	}
	const { mean, std } = meanAndStd(unit);
	for (let i = 0; i < present; i++) unit[i] = signedLog(((unit[i] as number) - mean) / std);
	const { mean: logMean, std: logStd } = meanAndStd(unit);
	return { kind: 'linear', span: { start, width: 1 + flag }, min, halfRange, mean, std, logMean, logStd, missing };
}

function fitLevels(
	codes: Int32Array,
	levels: number,
	start: number,
	indicatorLevels: number,
	constant: LevelCoordinates['constant'],
): LevelCoordinates {
	const counts = new Float64Array(levels);
	let missingCount = 0;
	let unseenCount = 0;
	for (const code of codes) {
		if (code >= 0) counts[code] = (counts[code] as number) + 1;
		else if (code === MISSING_LEVEL) missingCount++;
		else unseenCount++;
	}
	const rows = codes.length;
	const occurring = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
	const kinds = occurring + (missingCount > 0 ? 1 : 0) + (unseenCount > 0 ? 1 : 0);
	if (kinds < 2) {
		return { kind: 'levels', span: { start, width: 0 }, levels, constant, indicators: [], rest: null, missing: null };
	}
	const shown = Math.min(levels, indicatorLevels);
	const indicators = Array.from({ length: shown }, (_, level) => indicator((counts[level] as number) / rows));
	const restCount = counts.subarray(shown).reduce((sum, count) => sum + count, 0) + unseenCount;
	const rest = restCount > 0 ? indicator(restCount / rows) : null;
	const missing = missingCount > 0 ? indicator(missingCount / rows) : null;
	const width = shown + (rest === null ? 0 : 1) + (missing === null ? 0 : 1);
	return { kind: 'levels', span: { start, width }, levels, constant, indicators, rest, missing };
}

/**
 * Rare choices are not scaled to unit variance: one row in a thousand would become a coordinate of 30 and rule the
 * first layer.
 */
function indicator(share: number): Indicator {
	return { share, scale: 1 / Math.sqrt(Math.max(share * (1 - share), 0.05)) };
}

function meanAndStd(values: Float64Array): { mean: number; std: number } {
	let mean = 0;
	for (const value of values) mean += value;
	mean /= values.length;
	let squares = 0;
	for (const value of values) squares += (value - mean) ** 2;
	const std = Math.sqrt(squares / values.length);
	return { mean, std: std > 0 ? std : 1 };
}

export function signedLog(z: number): number {
	return z < 0 ? -Math.log1p(-z) : Math.log1p(z);
}

/** Z of a present value. */
export function standardise(coordinates: LinearCoordinates, value: number): number {
	const z = ((value / 2 - coordinates.min / 2) / coordinates.halfRange - coordinates.mean) / coordinates.std;
	return Math.min(Math.max(z, -FARTHEST), FARTHEST);
}

/** V of a Z. */
export function standardiseLog(coordinates: LinearCoordinates, z: number): number {
	return (signedLog(z) - coordinates.logMean) / coordinates.logStd;
}

/** Level codes of a numeric column that had one present value in training, or none. */
export function codesOfConstant(values: Float64Array, constant: number | null): Int32Array {
	const codes = new Int32Array(values.length);
	for (let row = 0; row < values.length; row++) {
		const value = values[row] as number;
		codes[row] = Number.isNaN(value) ? MISSING_LEVEL : value === constant ? 0 : UNSEEN_LEVEL;
	}
	return codes;
}

/**
 * Encodes rows for the discriminators.
 *
 * @param rowAt the table's row at each position; `count` positions are encoded.
 * @param target [count, stride], row-major; columns from `coordinates.width` on are left alone.
 */
export function encodeRows(
	coordinates: Coordinates,
	table: FeatureTable,
	rowAt: (position: number) => number,
	count: number,
	target: Float32Array,
	stride: number,
): void {
	for (const index of coordinates.dependent) {
		const feature = coordinates.features[index] as FeatureCoordinates;
		const column = table.columns[index] as FeatureColumn;
		for (let position = 0; position < count; position++) {
			const offset = position * stride + feature.span.start;
			if (column.type === 'numeric') encodeNumber(feature, column.values[rowAt(position)] as number, target, offset);
			else encodeLevel(feature as LevelCoordinates, column.codes[rowAt(position)] as number, target, offset);
		}
	}
}

function encodeNumber(feature: FeatureCoordinates, value: number, target: Float32Array, offset: number): void {
	if (feature.kind === 'levels') {
		const known = feature.constant?.value;
		encodeLevel(feature, Number.isNaN(value) ? MISSING_LEVEL : value === known ? 0 : UNSEEN_LEVEL, target, offset);
		return;
	}
	const isMissing = Number.isNaN(value);
	let at = offset;
	if (feature.kind === 'cyclic') {
		const angle = (2 * Math.PI * value) / feature.period;
		target[at++] = isMissing ? 0 : CYCLE_SCALE * Math.sin(angle);
		target[at++] = isMissing ? 0 : CYCLE_SCALE * Math.cos(angle);
	} else {
		target[at++] = isMissing ? 0 : standardiseLog(feature, standardise(feature, value));
	}
	if (feature.missing !== null) target[at] = indicate(feature.missing, isMissing);
}

/** A choice that training rows did not have is encoded as their mean (all zeros): the discriminators know nothing of it. */
function encodeLevel(feature: LevelCoordinates, code: number, target: Float32Array, offset: number): void {
	const { indicators, rest, missing } = feature;
	const shown = indicators.length;
	const isRest = code >= shown || code === UNSEEN_LEVEL;
	const isMissing = code === MISSING_LEVEL;
	const isKnown = isMissing ? missing !== null : isRest ? rest !== null : true;
	if (!isKnown) {
		target.fill(0, offset, offset + feature.span.width);
		return;
	}
	let at = offset;
	for (let level = 0; level < shown; level++) target[at++] = indicate(indicators[level] as Indicator, code === level);
	if (rest !== null) target[at++] = indicate(rest, isRest);
	if (missing !== null) target[at] = indicate(missing, isMissing);
}

/**
 * What `encodeRows` writes for a feature of levels.
 *
 * @param choice which coordinate is on; one beyond the last for what training rows did not have.
 */
export function levelCoordinates({ span, indicators, rest, missing }: LevelCoordinates, choice: number): Float32Array {
	const flags = [...indicators, rest, missing].filter((flag) => flag !== null);
	return Float32Array.from(flags, (flag, at) => (choice === span.width ? 0 : indicate(flag, at === choice)));
}

function indicate(indicator: Indicator, on: boolean): number {
	return ((on ? 1 : 0) - indicator.share) * indicator.scale;
}

/** Variance that a feature's coordinates have together; numbers count 1. The first layer is initialised by it. */
export function coordinateVariance(feature: FeatureCoordinates): number {
	const variance = (flag: Indicator | null) => (flag === null ? 0 : flag.share * (1 - flag.share) * flag.scale ** 2);
	if (feature.kind === 'linear') return 1 + variance(feature.missing);
	if (feature.kind === 'cyclic') return 2 + variance(feature.missing);
	return (
		feature.indicators.reduce((sum, flag) => sum + variance(flag), 0) +
		variance(feature.rest) +
		variance(feature.missing)
	);
}
