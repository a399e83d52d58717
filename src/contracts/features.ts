/**
 * The table as the models see it: numbers and level codes, nothing else. src/features makes it from the
 * cells of a batch and turns generated ones back into cells.
 */
export type FeatureColumn = NumericFeature | CategoricalFeature;

export interface NumericFeature {
	readonly type: 'numeric';
	/** [rows]; finite, or NaN where missing. */
	readonly values: Float64Array;
}

export interface CategoricalFeature {
	readonly type: 'categorical';
	/** [rows]; index into the levels of its spec, `MISSING_LEVEL` or `UNSEEN_LEVEL`. */
	readonly codes: Int32Array;
}

export const MISSING_LEVEL = -1;
/** A level that did not occur in the rows that the spec was fitted on. */
export const UNSEEN_LEVEL = -2;

export interface FeatureTable {
	readonly rows: number;
	/** One per spec, in the order of the specs. */
	readonly columns: readonly FeatureColumn[];
}

/** What a feature of an entity's own past is about. */
export interface HistoryMark {
	readonly entity: string;
	readonly fact: HistoryFact;
	/** Length of the window; absent where there is none. */
	readonly days?: number;
	/** Columns of the table's history; the feature is their sum. */
	readonly columns: readonly string[];
}

/**
 * - `rows`: earlier rows of the entity, in the window or in all
 * - `gap`: seconds since its last row
 * - `burst`: rows in the window against its usual rate, in standard deviations
 * - `habit`, `habit-ratio`: a number against the entity's running mean, in shrunken deviations, as it is and on the
 *   signed logarithm
 * - `usual-low`, `usual-high`: what is usual for the entity, in the unit of the column
 * - `newness`: -log of the smoothed share of the entity's earlier rows with the same level
 * - `uses`: earlier rows of the entity with the same level
 * - `unlike`: how far its rows of the window, this one included, were from habits
 * - `distance`, `speed`: from its usual place; since its last row, per hour
 */
export type HistoryFact =
	| 'rows'
	| 'gap'
	| 'burst'
	| 'habit'
	| 'habit-ratio'
	| 'usual-low'
	| 'usual-high'
	| 'newness'
	| 'uses'
	| 'unlike'
	| 'distance'
	| 'speed';

/**
 * What one feature is. A column gives one feature, a datetime up to three: `day` (whole days since
 * 1970-01-01 UTC), `time-of-day` (seconds, absent if every time is midnight) and `weekday` (levels
 * Monday to Sunday).
 */
export type FeatureSpec = NumericSpec | CategoricalSpec;

interface SpecBase {
	/** Name for people: the column, or `created_at (weekday)`. */
	readonly name: string;
	/** The source column. */
	readonly column: string;
	readonly part: 'value' | 'day' | 'time-of-day' | 'weekday' | 'history';
	/** Whether the anomaly score looks at it. The day of an event time is left out: it only ever grows. */
	readonly scored: boolean;
	/** Share of training rows in which it is missing. */
	readonly missingShare: number;
	/** Parts of datetime columns only: how the cells are written, as in the column's profile. */
	readonly dateFormat?: string;
	/** Part `history` only, which is always numeric. */
	readonly history?: HistoryMark;
}

export interface NumericSpec extends SpecBase {
	readonly type: 'numeric';
	/** Digits after the decimal point that values are rounded to when decoded; 0 for integers. */
	readonly decimals: number;
	/** Smallest and largest finite training value. */
	readonly min: number;
	readonly max: number;
	/** 101 quantiles of the training values. */
	readonly quantiles: readonly number[];
	/** Length of the cycle, 86,400 for a time of day; absent where there is none. */
	readonly period?: number;
}

export interface CategoricalSpec extends SpecBase {
	readonly type: 'categorical';
	/** As they are most often written; most frequent first, weekdays in their own order; at most 10,000. */
	readonly levels: readonly string[];
	/** Training rows of each level. */
	readonly counts: readonly number[];
	/** Booleans only: a cell is the same level in upper and lower case. */
	readonly ignoreCase?: true;
}

/** A run of neighbouring columns of the encoded matrix. */
export interface EncodedSpan {
	/** First column of the matrix. */
	readonly start: number;
	readonly width: number;
	/** `tanh`: one value in [-1, 1]; `softmax`: a one-hot choice. */
	readonly activation: 'tanh' | 'softmax';
	/** Index of the feature it encodes. */
	readonly feature: number;
	/** `offset`: position within a mode; `mode`: which mode (or missing); `level`: which level (or missing, or rare). */
	readonly role: 'offset' | 'mode' | 'level';
	/** Softmax only: share of training rows with each choice, [width], sums to 1. */
	readonly frequencies: readonly number[];
}

/** The encoded matrix described once; whoever walks the matrix walks the spans. */
export interface EncodedLayout {
	/** Columns of the matrix. */
	readonly width: number;
	readonly spans: readonly EncodedSpan[];
}

/** One choice of one softmax span that generated rows must have. */
export interface SpanCondition {
	/** Index into `EncodedLayout.spans`. */
	readonly span: number;
	readonly choice: number;
}
