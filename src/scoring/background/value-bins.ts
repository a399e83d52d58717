import type { FeatureColumn, FeatureSpec } from '../../contracts/features.ts';
import { MISSING_LEVEL } from '../../contracts/features.ts';

/**
 * How the values of a feature are told apart when rows are counted: one byte each. Numbers fall into bins that hold
 * about 5 % of the training rows, times of day into hours, levels are themselves.
 */
export type ValueBins =
	/** Values below `edges[0]` are bin 0, from `edges[i]` on bin i + 1. */
	| { readonly kind: 'numbers'; readonly edges: readonly number[] }
	| { readonly kind: 'cycle'; readonly period: number }
	| { readonly kind: 'levels'; readonly levels: number };

const BINS = 20;
export const CYCLE_BINS = 24;
/** Levels with a bin of their own, the most frequent first; the others are one. */
const OWN_LEVELS = 250;
export const RARE_BIN = 253;
export const MISSING_BIN = 254;
const UNSEEN_BIN = 255;

/** @param column values of the training rows. */
export function fitValueBins(spec: FeatureSpec, column: FeatureColumn): ValueBins {
	if (spec.type === 'categorical') return { kind: 'levels', levels: Math.min(spec.levels.length, OWN_LEVELS) };
	if (spec.period !== undefined) return { kind: 'cycle', period: spec.period };
	const sorted = (column as { values: Float64Array }).values.filter((value) => !Number.isNaN(value)).sort();
	const edges = new Set<number>();
	for (let bin = 1; bin < BINS; bin++) edges.add(sorted[Math.floor((bin * sorted.length) / BINS)] ?? Number.NaN);
	// Where one value fills several bins it is a bin of its own.
	const [lowest] = sorted;
	return { kind: 'numbers', edges: [...edges].filter((edge) => edge > (lowest ?? Number.NaN)) };
}

/** The bin of each row, [rows]. */
export function binValues(bins: ValueBins, column: FeatureColumn): Uint8Array {
	if (column.type === 'categorical') {
		const { levels } = bins as { levels: number };
		return Uint8Array.from(column.codes, (code) => {
			if (code >= 0) return code < levels ? code : RARE_BIN;
			return code === MISSING_LEVEL ? MISSING_BIN : UNSEEN_BIN;
		});
	}
	return Uint8Array.from(column.values, (value) => {
		if (Number.isNaN(value)) return MISSING_BIN;
		if (bins.kind === 'cycle') {
			const turns = value / bins.period;
			return Math.min(CYCLE_BINS - 1, Math.floor((turns - Math.floor(turns)) * CYCLE_BINS));
		}
		return countUpTo((bins as { edges: readonly number[] }).edges, value);
	});
}

/** Neighbouring bins of a number that count as like it. */
export interface BinRange {
	readonly from: number;
	/** Included; below `from` where the range goes past the end of a cycle. */
	readonly to: number;
}

/** The bin of a value with `reach` bins on each side. */
export function rangeAround(bins: ValueBins, bin: number, reach: number): BinRange {
	if (bins.kind === 'levels' || bin >= RARE_BIN) return { from: bin, to: bin };
	if (bins.kind === 'cycle') {
		return { from: (bin - reach + CYCLE_BINS) % CYCLE_BINS, to: (bin + reach) % CYCLE_BINS };
	}
	return { from: Math.max(0, bin - reach), to: Math.min(bins.edges.length, bin + reach) };
}

export function isInRange(bin: number, { from, to }: BinRange): boolean {
	return from <= to ? bin >= from && bin <= to : bin < CYCLE_BINS && (bin >= from || bin <= to);
}

function countUpTo(sorted: readonly number[], value: number): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((sorted[middle] as number) <= value) low = middle + 1;
		else high = middle;
	}
	return low;
}
