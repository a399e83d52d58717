import {
	type CategoricalSpec,
	type FeatureColumn,
	type FeatureSpec,
	type FeatureTable,
	MISSING_LEVEL,
	type NumericFeature,
	type NumericSpec,
	UNSEEN_LEVEL,
} from '../../contracts/features.ts';
import type { LevelCodec } from '../level-codec.ts';
import type { NumberTokens } from '../number-tokens.ts';
import { restoreTokenEncoder, type TokenEncoder } from '../token-encoder.ts';
import type { NoiseSource } from './noise-source.ts';
import { keepFrequent, noiseOnCounts, noisyCounts } from './noisy-counts.ts';
import { type ColumnAllowance, fitNoisyNumberTokens } from './noisy-number-tokens.ts';

/** The features of a table as far as noisy counts tell them. */
export interface PrivateEncoding {
	/** What of the given specs may be told: noisy ranges, and levels that many rows have. */
	readonly specs: readonly FeatureSpec[];
	readonly encoder: TokenEncoder;
	/** [rows, features] of the table. */
	readonly tokens: Int32Array;
}

/** Levels with a token of their own at most. */
const MOST_LEVELS = 200;
/** Standard deviations of the noise from which on cells are missing at all. */
const CLEARLY_MISSING = 3;
const QUANTILES = 101;
/** Where the line that ranges are looked for on ends. */
const HUGE = 2 ** 60;

/**
 * The token encoder of a table under differential privacy: the levels of a column, its range, its bins and how often each
 * token occurs, all from counts with Gaussian noise. A row adds one to one cell of each count.
 *
 * @param table training rows, as the specs have them
 * @param allowance what a row may give away through all columns together; it is split evenly
 */
export function fitPrivateEncoder(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	allowance: ColumnAllowance,
	noise: NoiseSource,
): PrivateEncoding {
	const each: ColumnAllowance = {
		zcdp: allowance.zcdp / specs.length,
		thresholdChance: allowance.thresholdChance / specs.length,
	};
	const fitted = specs.map((spec, feature) => {
		const column = table.columns[feature] as FeatureColumn;
		if (spec.type === 'numeric' && column.type === 'numeric') return fitNumbers(column.values, spec, each, noise);
		return fitLevels(column as Codes, spec as CategoricalSpec, each, noise);
	});
	const encoder = restoreTokenEncoder({ codecs: fitted.map(({ codec }) => codec) });
	const columns = fitted.map(({ recode }, feature) => recode(table.columns[feature] as FeatureColumn));
	return {
		specs: fitted.map(({ spec }) => spec),
		encoder,
		tokens: encoder.encode({ rows: table.rows, columns }),
	};
}

/**
 * The specs by which rows are read for a private encoder: infinite numbers do not become the largest of the table, which
 * other rows decide, but one that no column has.
 */
export function withoutRanges(specs: readonly FeatureSpec[]): FeatureSpec[] {
	return specs.map((spec) =>
		spec.type === 'numeric' ? { ...spec, min: -Number.MAX_VALUE, max: Number.MAX_VALUE, quantiles: [] } : spec,
	);
}

type Codes = Extract<FeatureColumn, { type: 'categorical' }>;

interface FittedColumn {
	readonly spec: FeatureSpec;
	readonly codec: NumberTokens | LevelCodec;
	/** The column in the terms of the new spec. */
	readonly recode: (column: FeatureColumn) => FeatureColumn;
}

function fitNumbers(
	values: Float64Array,
	spec: NumericSpec,
	allowance: ColumnAllowance,
	noise: NoiseSource,
): FittedColumn {
	const codec = fitNoisyNumberTokens(withoutHuge(values), spec, allowance, noise);
	const missingShare = codec.missing ? (codec.frequencies[codec.frequencies.length - 1] as number) : 0;
	return {
		codec,
		spec: { ...spec, missingShare, min: codec.min, max: codec.max, quantiles: quantilesOf(codec) },
		recode: (column) => ({ type: 'numeric', values: withoutHuge((column as NumericFeature).values) }),
	};
}

/** What is too large to be a number of anything, infinity above all, is missing. */
function withoutHuge(values: Float64Array): Float64Array {
	return values.map((value) => (Math.abs(value) < HUGE ? value : Number.NaN));
}

/** Of the numbers that the tokens stand for. */
function quantilesOf({ values, bins, frequencies, positions }: NumberTokens): number[] {
	const parts = [...values.map((value) => [value]), ...bins].map((points, token) => ({
		points,
		share: frequencies[token] as number,
		position: positions[token] as number,
	}));
	parts.sort((a, b) => a.position - b.position);
	const total = parts.reduce((sum, { share }) => sum + share, 0);
	let at = 0;
	let passed = 0;
	return Array.from({ length: parts.length === 0 ? 0 : QUANTILES }, (_, i) => {
		const wanted = (i / (QUANTILES - 1)) * total;
		while (at < parts.length - 1 && passed + (parts[at]?.share as number) < wanted) {
			passed += parts[at]?.share as number;
			at++;
		}
		const { points, share } = parts[at] as (typeof parts)[number];
		const within = share === 0 ? 0 : Math.min(1, (wanted - passed) / share);
		return points[Math.round(within * (points.length - 1))] as number;
	});
}

function fitLevels(
	{ codes }: Codes,
	spec: CategoricalSpec,
	{ zcdp, thresholdChance }: ColumnAllowance,
	noise: NoiseSource,
): FittedColumn {
	const deviation = noiseOnCounts(zcdp);
	const counts = new Map<number, number>();
	for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
	const [missingRows = 0] = noisyCounts([counts.get(MISSING_LEVEL) ?? 0], deviation, noise);
	const missing = missingRows > CLEARLY_MISSING * deviation;
	// Days of the week are known without looking at a row.
	const isKnown = spec.part === 'weekday';
	const found = [...counts].filter(([code]) => code >= 0).sort(([a], [b]) => a - b);
	const kept = isKnown
		? [
				...noisyCounts(
					spec.levels.map((_, code) => counts.get(code) ?? 0),
					deviation,
					noise,
				),
			].map((count, cell) => ({
				cell,
				count: Math.max(0, count),
			}))
		: keepFrequent(found, deviation, thresholdChance, noise).slice(0, MOST_LEVELS);
	const keptRows = kept.reduce((sum, { count }) => sum + count, 0);
	const shownMissing = missing ? missingRows : 0;
	const otherRows = Math.max(0, codes.length - keptRows - shownMissing);
	const levels = kept.map((_, code) => code);
	// Rows of a level that is not told share a token, which is decoded to one of those that are.
	const hasOther = !isKnown && kept.length > 0;
	const isEmpty = kept.length === 0;
	const rows = [...kept.map(({ count }) => count), ...(hasOther ? [otherRows] : [])];
	if (missing || isEmpty) rows.push(Math.max(0, missingRows));
	const total = rows.reduce((sum, count) => sum + count, 0);
	const places = new Map(kept.map(({ cell }, place) => [cell, place]));
	return {
		codec: {
			type: 'categorical',
			levels,
			rareLevels: hasOther ? levels : [],
			rareCounts: hasOther ? kept.map(({ count }) => count) : [],
			missing: missing || isEmpty,
			frequencies: rows.map((count) => (total === 0 ? 1 / rows.length : count / total)),
		},
		spec: {
			...spec,
			missingShare: isEmpty ? 1 : shownMissing / Math.max(1, total),
			levels: kept.map(({ cell }) => spec.levels[cell] as string),
			counts: kept.map(({ count }) => Math.round(count)),
		},
		recode: (column) => ({
			type: 'categorical',
			codes: (column as Codes).codes.map((code) => (code < 0 ? code : (places.get(code) ?? UNSEEN_LEVEL))),
		}),
	};
}
