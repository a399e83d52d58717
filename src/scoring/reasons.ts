import { type CategoricalSpec, type FeatureSpec, MISSING_LEVEL, type NumericSpec } from '../contracts/features.ts';

/** A cell as it is shown; null where it is missing. */
export type CellValue = string | number | null;

/** How usual a value is among the training rows: shares from 0 to 1, those that make sense for its kind. */
export interface ValueFrequency {
	/** Levels and missing cells: share of the rows with this very value. */
	readonly seen?: number | null;
	/** Numbers: shares of the rows with a smaller and with a larger one. */
	readonly smaller?: number;
	readonly larger?: number;
	/** Times of day: share of the rows within an hour of it. */
	readonly near?: number | null;
}

/** What one feature adds to the surprise of a row. */
export interface FeatureReason extends ValueFrequency {
	readonly kind?: undefined;
	/** The source column. */
	readonly column: string;
	/** The feature: the column, or a part of it, such as `created_at (weekday)`. */
	readonly feature: string;
	/** As the caller gave it; null where missing. */
	readonly value: CellValue;
	/** marginal + dependence, in nats. */
	readonly contribution: number;
	/** How rare the value is by itself. */
	readonly marginal: number;
	/** How badly it goes with the row's other values. */
	readonly dependence: number;
	/** What is usual, in words. */
	readonly typical: string;
	/** What is unusual about the value, in a sentence; absent where nothing is. */
	readonly text?: string;
}

/** All the other features together, so that the reasons add up to the surprise. */
export interface RestReason {
	readonly kind?: undefined;
	readonly column: null;
	readonly contribution: number;
}

/** Values that do not occur together in the training rows. Its part of the surprise is in those of the columns. */
export interface GroupReason {
	readonly kind: 'together';
	readonly column: null;
	readonly contribution: 0;
	/** The features, two or three. */
	readonly features: readonly string[];
	/** `channel "online" was never seen with device "pos_terminal" (...)`. */
	readonly text: string;
	/** Of `rows` training rows, how many have these values, and how many would if they went together freely. */
	readonly observed: number;
	readonly expected: number;
	readonly rows: number;
	/** What the discriminators hold against the values together, in nats. */
	readonly surprise: number;
}

/** The normal training row that is most like the row. */
export interface NearestReason {
	readonly kind: 'nearest';
	readonly column: null;
	readonly contribution: 0;
	/** As the training rows were numbered. */
	readonly rowNumber: number;
}

/** The fewest values that would have to be others for the row to be a normal one. */
export interface ChangeReason {
	readonly kind: 'change';
	readonly column: null;
	readonly contribution: 0;
	/** The features that change. */
	readonly features: readonly string[];
	/** Share of the training rows that the changed row would be more surprising than. */
	readonly score: number;
	/** `With amount 42 instead of 925.38 it would be normal (more surprising than 61 % of the training rows)`. */
	readonly text: string;
}

/**
 * What labels have taught about a value of the row; it stands behind the reasons of the surprise, and moves the rank of
 * the row, not its surprise.
 */
export interface LearntReason {
	readonly kind: 'learnt';
	/** Null where it is about the row as a whole. */
	readonly column: string | null;
	readonly feature: string;
	readonly value: CellValue;
	readonly contribution: 0;
	/** What it adds to the log-odds of fraud. */
	readonly logOdds: number;
	readonly text: string;
}

/** The contributions of all entries add up to the surprise; the entries with a `kind` say more and add 0. */
export type Reason = FeatureReason | RestReason | GroupReason | NearestReason | ChangeReason;

export interface RowReasons {
	readonly specs: readonly FeatureSpec[];
	/** [features]: the row's contributions and their marginal part, as `Scorer.score` gives them. */
	readonly contributions: Float64Array;
	readonly marginal: Float64Array;
	/** [features]: the row's values, as they are to be shown. */
	readonly values: readonly CellValue[];
	/** How usual the value of a feature is, asked for those that are named. */
	readonly frequencyOf?: (feature: number) => ValueFrequency;
	/** [features]: `describeTypical` of each spec, worked out once for many rows. @default worked out here */
	readonly typical?: readonly string[];
	/** Features named one by one. @default 5 */
	readonly top?: number;
}

/** The features that add most to the surprise of a row, most first, then the rest of them in one. */
export function describeReasons({
	specs,
	contributions,
	marginal,
	values,
	frequencyOf = () => ({}),
	typical,
	top = 5,
}: RowReasons): (FeatureReason | RestReason)[] {
	const order = specs.flatMap((spec, index) => (spec.scored ? [index] : []));
	order.sort((a, b) => (contributions[b] as number) - (contributions[a] as number) || a - b);
	const named = order.slice(0, top).map((index): FeatureReason => {
		const spec = specs[index] as FeatureSpec;
		const contribution = contributions[index] as number;
		return {
			column: spec.column,
			feature: spec.name,
			value: values[index] ?? null,
			contribution,
			marginal: marginal[index] as number,
			dependence: contribution - (marginal[index] as number),
			typical: typical?.[index] ?? describeTypical(spec),
			...withoutNull(frequencyOf(index)),
		};
	});
	const rest = order.slice(top).reduce((sum, index) => sum + (contributions[index] as number), 0);
	return [...named, { column: null, contribution: rest }];
}

function withoutNull(frequency: ValueFrequency): ValueFrequency {
	return Object.fromEntries(Object.entries(frequency).filter(([, share]) => share !== null && share !== undefined));
}

/**
 * Share of the training rows with a level, 0 for one that they do not have; null where the cell is missing.
 *
 * @param present training rows in which the feature is not missing
 */
export function shareOfLevel(spec: CategoricalSpec, present: number, code: number): number | null {
	if (code === MISSING_LEVEL) return null;
	return present === 0 ? 0 : ((spec.counts[code] ?? 0) / present) * (1 - spec.missingShare);
}

/**
 * What values of a feature are usual.
 *
 * @example
 * 'between 12.5 and 80.1 in 90 % of rows'
 * '"groceries" (31 %), "fuel" (12 %), "travel" (8.2 %)'
 * 'one of 962 values, none above 0.6 %'
 */
export function describeTypical(spec: FeatureSpec): string {
	const usual = spec.type === 'numeric' ? describeRange(spec) : describeLevels(spec);
	if (spec.missingShare < 0.0005) return usual;
	return `${usual}; missing in ${percent(spec.missingShare)} of rows`;
}

function describeRange(spec: NumericSpec): string {
	const from = formatNumber(spec, spec.quantiles[5] ?? spec.min);
	const to = formatNumber(spec, spec.quantiles[95] ?? spec.max);
	if (spec.min === spec.max) return `always ${from}`;
	return from === to ? `${from} in more than 90 % of rows` : `between ${from} and ${to} in 90 % of rows`;
}

export function formatNumber(spec: NumericSpec, value: number): string {
	if (!Number.isFinite(value)) return 'nothing';
	if (spec.part === 'day') return new Date(Math.round(value) * 86_400_000).toISOString().slice(0, 10);
	if (spec.part === 'time-of-day') {
		const minutes = Math.floor(value / 60);
		return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
	}
	return String(spec.decimals > 4 ? Number(value.toPrecision(4)) : Number(value.toFixed(spec.decimals)));
}

const LEVELS_NAMED = 3;
const LONGEST_LEVEL = 40;
/** Where not even the most frequent level has this share, no level is usual. */
const LEAST_USUAL = 0.02;

function describeLevels(spec: CategoricalSpec): string {
	const present = spec.counts.reduce((sum, count) => sum + count, 0);
	if (present === 0) return 'no value';
	const total = present / Math.max(1 - spec.missingShare, 1e-9);
	const named = mostFrequent(spec.counts, LEVELS_NAMED).map((index) => {
		const level = spec.levels[index] as string;
		const short = level.length > LONGEST_LEVEL ? `${level.slice(0, LONGEST_LEVEL - 1)}…` : level;
		return { short, share: (spec.counts[index] as number) / total };
	});
	const most = named[0]?.share ?? 0;
	// Of the values that are there: an otherwise empty column may well have one usual value.
	if ((most * total) / present < LEAST_USUAL) return `one of ${spec.levels.length} values, none above ${percent(most)}`;
	return named.map(({ short, share }) => `"${short}" (${percent(share)})`).join(', ');
}

/** Indices of the largest counts, largest first; weekdays are not stored in that order. */
function mostFrequent(counts: readonly number[], limit: number): number[] {
	return counts
		.map((_, index) => index)
		.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
		.slice(0, limit);
}

function percent(share: number): string {
	const value = share * 100;
	if (value < 0.1) return 'less than 0.1 %';
	return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}
