import type { FeatureSpec, NumericSpec } from '../contracts/features.ts';
import type { ImpossibleGroup } from './background/impossible-groups.ts';
import type { CountedValue, TrainingCounts } from './background/training-counts.ts';
import { CYCLE_BINS, MISSING_BIN } from './background/value-bins.ts';
import { type CellValue, formatNumber, type GroupReason, type ValueFrequency } from './reasons.ts';

const LONGEST_VALUE = 40;
/** Share of the training rows up to which a tail of the numbers, or the levels as rare as one, are called unusual. */
const UNUSUAL = 0.05;
const UNUSUAL_LEVEL = 0.02;
/** Nats from which it is worth a sentence that a value does not go with the others. */
const NOTABLE = 1;

/** @param values [features]: of the row, as they are to be shown. */
export function describeGroup(
	specs: readonly FeatureSpec[],
	counts: TrainingCounts,
	{ values: counted, rows, observed, expected, surprise, isOwn }: ImpossibleGroup,
	values: readonly CellValue[],
): GroupReason {
	// Levels first: "groceries was never seen with an amount of ..." reads better than the other way round.
	const order = (value: CountedValue) =>
		value.range.from === MISSING_BIN ? 2 : specs[value.feature]?.type === 'categorical' ? 0 : 1;
	const [first = '', ...others] = [...counted]
		.sort((a, b) => order(a) - order(b))
		.map((value) => describeCounted(specs, counts, value, values));
	const of = `${formatCount(rows)} ${isOwn ? 'other ' : ''}training rows`;
	const chance = `${formatCount(expected)} would be by chance`;
	const how = observed === 0 ? 'was never seen' : 'was hardly ever seen';
	return {
		kind: 'together',
		column: null,
		contribution: 0,
		features: counted.map(({ feature }) => (specs[feature] as FeatureSpec).name),
		text: `${first} ${how} with ${others.join(' and ')} (${observed === 0 ? 'none' : formatCount(observed)} of ${of}, ${chance})`,
		observed,
		expected: Number(expected.toPrecision(3)),
		rows,
		surprise: Number(surprise.toPrecision(3)),
	};
}

/** `channel "online"`, `amount of 480 or more`, `age between 20 and 29`, `created_at (time of day) between 02:00 and 05:00`. */
function describeCounted(
	specs: readonly FeatureSpec[],
	counts: TrainingCounts,
	{ feature, range }: CountedValue,
	values: readonly CellValue[],
): string {
	const spec = specs[feature] as FeatureSpec;
	const bins = counts.bins[feature];
	if (range.from === MISSING_BIN) return `a missing ${spec.name}`;
	if (!bins || bins.kind === 'levels' || spec.type === 'categorical')
		return `${spec.name} ${quote(values[feature] ?? null)}`;
	if (bins.kind === 'cycle') {
		const hour = bins.period / CYCLE_BINS;
		const to = (range.to + 1) % CYCLE_BINS;
		return `${spec.name} between ${formatNumber(spec, range.from * hour)} and ${formatNumber(spec, to * hour)}`;
	}
	const from = bins.edges[range.from - 1];
	const below = bins.edges[range.to];
	return `${spec.name} ${describeInterval(spec, from, below)}`;
}

function describeInterval(spec: NumericSpec, from: number | undefined, below: number | undefined): string {
	const isWhole = spec.decimals === 0;
	if (from === undefined && below === undefined) return 'of any size';
	if (below === undefined) return `of ${formatNumber(spec, from as number)} or more`;
	if (from === undefined)
		return isWhole ? `of ${formatNumber(spec, below - 1)} or less` : `below ${formatNumber(spec, below)}`;
	if (isWhole && below - from <= 1) return formatNumber(spec, from);
	return `between ${formatNumber(spec, from)} and ${formatNumber(spec, isWhole ? below - 1 : below)}`;
}

export interface UnusualValue extends ValueFrequency {
	readonly feature: string;
	readonly value: CellValue;
	/** Part of the contribution that comes from the other values. */
	readonly dependence: number;
	/** Levels: share of the training rows with a level as rare as this one or rarer. */
	readonly asRare?: number;
}

/**
 * Says in a sentence what is unusual about a value; null where nothing is.
 *
 * @example
 * 'amount 4,200 is above 99.9 % of the training rows'
 * 'device "kiosk" was never seen in training'
 */
export function describeUnusual(unusual: UnusualValue): string | null {
	const { feature, value, seen, smaller, larger, near, dependence, asRare = 1 } = unusual;
	const isNumber = smaller !== undefined || (near !== undefined && near !== null);
	const subject = value === null ? `${feature} is missing` : `${feature} ${isNumber ? show(value) : quote(value)}`;
	const isOdd = dependence >= NOTABLE;
	const apart = isOdd ? ', and does not go with the other values' : '';
	const alone = (words: string) =>
		isOdd ? `${subject} ${words} by itself, but does not go with the other values` : null;
	if (value === null) {
		if (seen === undefined || seen === null) return null;
		if (seen === 0) return `${subject}, as in no training row${apart}`;
		return seen <= UNUSUAL || isOdd ? `${subject}, as in ${percent(seen)} of the training rows${apart}` : null;
	}
	if (seen !== undefined && seen !== null) {
		if (seen === 0) return `${subject} was never seen in training`;
		if (asRare <= UNUSUAL_LEVEL) return `${subject} is in only ${percent(seen)} of the training rows${apart}`;
		return alone(`is nothing unusual (${percent(seen)} of the training rows)`);
	}
	if (near !== undefined && near !== null) {
		if (near === 0) return `${subject}: no training row is within an hour of this time${apart}`;
		if (near <= UNUSUAL / 2)
			return `${subject}: only ${percent(near)} of the training rows are within an hour of this time${apart}`;
		return alone('is an ordinary time');
	}
	if (smaller === undefined || larger === undefined) return null;
	if (larger === 0 && smaller === 1) return `${subject} is above every training row${apart}`;
	if (smaller === 0 && larger === 1) return `${subject} is below every training row${apart}`;
	if (larger <= UNUSUAL && smaller > 1 - 2 * UNUSUAL)
		return `${subject} is above ${percent(smaller)} of the training rows${apart}`;
	if (smaller <= UNUSUAL && larger > 1 - 2 * UNUSUAL)
		return `${subject} is below ${percent(larger)} of the training rows${apart}`;
	return alone('is ordinary');
}

export function quote(value: CellValue): string {
	return typeof value === 'number' ? show(value) : `"${cut(value ?? '')}"`;
}

function show(value: string | number): string {
	if (typeof value === 'string') return cut(value);
	const [whole = '', ...rest] = String(Number(value.toPrecision(7))).split('.');
	return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, ','), ...rest].join('.');
}

function cut(text: string): string {
	return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
}

function formatCount(count: number): string {
	return String(Math.round(count)).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** `43 %`, `0.3 %`, `99.9 %`; never 100 % for what is less. */
function percent(share: number): string {
	const value = share * 100;
	if (value < 0.01) return 'less than 0.01 %';
	if (value < 0.1) return `${Number(value.toFixed(2))} %`;
	if (value < 10) return `${Number(value.toFixed(1))} %`;
	return `${value > 99 && value < 100 ? Math.floor(value * 10) / 10 : Math.round(value)} %`;
}
