import { DATE_ORDERS, type DateOrder, dateStyle, parseDate } from './date-format.ts';
import { isMissingText, type MissingTest } from './is-missing-text.ts';
import { addNumber, createNumberStats, mergeIntoNumberStats, type NumberStats } from './number-stats.ts';
import { decimalsOf, hasLeadingZero, isUnsafeInteger, parseNumber } from './parse-number.ts';

const MAX_DECIMALS = 20;

/** What the cells of a column could be, counted in cells. Plain data, mergeable. */
export interface TextEvidence {
	/** Cells that hold a value: not empty and not a spelling of missing. */
	present: number;
	/** [spelling of missing, cells]. */
	readonly missingTexts: [string, number][];
	/** Finite numbers. */
	readonly numbers: NumberStats;
	/** Numbers without digits after the decimal point. */
	integers: number;
	infinite: number;
	leadingZeros: number;
	unsafeIntegers: number;
	/** [21]; numbers by digits after the decimal point. */
	readonly decimals: number[];
	readonly dates: DateEvidence[];
	maxLength: number;
	/** Cells with a blank between words. */
	spaced: number;
}

export interface DateEvidence {
	readonly order: DateOrder;
	/** Milliseconds since 1970 UTC. */
	readonly instants: NumberStats;
	/** [style as `dateStyle` gives it, cells]. */
	readonly styles: [string, number][];
}

export function createTextEvidence(): TextEvidence {
	return {
		present: 0,
		missingTexts: [],
		numbers: createNumberStats(),
		integers: 0,
		infinite: 0,
		leadingZeros: 0,
		unsafeIntegers: 0,
		decimals: new Array<number>(MAX_DECIMALS + 1).fill(0),
		dates: [],
		maxLength: 0,
		spaced: 0,
	};
}

function addCount(counts: [string, number][], text: string, count: number): void {
	const known = counts.find(([key]) => key === text);
	if (known === undefined) counts.push([text, count]);
	else known[1] += count;
}

function datesOf(evidence: TextEvidence, order: DateOrder): DateEvidence {
	let dates = evidence.dates.find((known) => known.order === order);
	if (dates === undefined) {
		dates = { order, instants: createNumberStats(), styles: [] };
		evidence.dates.push(dates);
	}
	return dates;
}

/**
 * Adds one distinct text that `count` cells hold.
 *
 * @param known the number that it is written for, if any
 */
export function addText(
	evidence: TextEvidence,
	text: string,
	count: number,
	isMissing: MissingTest = isMissingText,
	known = Number.NaN,
): void {
	const isNumber = !Number.isNaN(known);
	if (!isNumber && isMissing(text)) {
		addCount(evidence.missingTexts, text, count);
		return;
	}
	evidence.present += count;
	evidence.maxLength = Math.max(evidence.maxLength, text.length);
	const value = isNumber ? known : parseNumber(text);
	if (!Number.isNaN(value)) {
		addNumberText(evidence, text, value, count);
		return;
	}
	if (hasWords(text)) evidence.spaced += count;
	const first = text.trimStart().charCodeAt(0);
	if (first < 48 || first > 57) return;
	for (const order of DATE_ORDERS) {
		const instant = parseDate(text, order);
		if (!Number.isNaN(instant)) addDate(evidence, order, instant, dateStyle(text), count);
	}
}

/** @param style as `dateStyle` gives it */
export function addDate(evidence: TextEvidence, order: DateOrder, instant: number, style: string, count: number): void {
	const dates = datesOf(evidence, order);
	addNumber(dates.instants, instant, count);
	addCount(dates.styles, style, count);
}

/** Whether there is a blank between words. */
function hasWords(text: string): boolean {
	const blank = text.indexOf(' ', text.charCodeAt(0) === 32 ? 1 : 0);
	if (blank < 0) return false;
	return (isVisible(text.charCodeAt(blank - 1)) && isVisible(text.charCodeAt(blank + 1))) || /\S\s+\S/.test(text);
}

/** A character of ASCII that can be seen; spares most texts the regular expression. */
function isVisible(unit: number): boolean {
	return unit > 32 && unit < 127;
}

function addNumberText(evidence: TextEvidence, text: string, value: number, count: number): void {
	if (!Number.isFinite(value)) {
		evidence.infinite += count;
		return;
	}
	const decimals = decimalsOf(text);
	addFiniteNumber(evidence, value, count, decimals);
	if (decimals > 0) return;
	if (hasLeadingZero(text)) evidence.leadingZeros += count;
	if (!Number.isSafeInteger(value) && isUnsafeInteger(text)) evidence.unsafeIntegers += count;
}

/** @param decimals digits after the decimal point, trailing zeros not counted */
export function addFiniteNumber(evidence: TextEvidence, value: number, count: number, decimals: number): void {
	addNumber(evidence.numbers, value, count);
	const digits = Math.min(decimals, MAX_DECIMALS);
	evidence.decimals[digits] = (evidence.decimals[digits] as number) + count;
	if (digits === 0) evidence.integers += count;
}

/** Adds what `other` holds to `evidence`. */
export function mergeIntoTextEvidence(evidence: TextEvidence, other: TextEvidence): void {
	evidence.present += other.present;
	for (const [text, count] of other.missingTexts) addCount(evidence.missingTexts, text, count);
	mergeIntoNumberStats(evidence.numbers, other.numbers);
	evidence.integers += other.integers;
	evidence.infinite += other.infinite;
	evidence.leadingZeros += other.leadingZeros;
	evidence.unsafeIntegers += other.unsafeIntegers;
	for (let i = 0; i <= MAX_DECIMALS; i++) {
		evidence.decimals[i] = (evidence.decimals[i] as number) + (other.decimals[i] as number);
	}
	for (const dates of other.dates) {
		const own = datesOf(evidence, dates.order);
		mergeIntoNumberStats(own.instants, dates.instants);
		for (const [style, count] of dates.styles) addCount(own.styles, style, count);
	}
	evidence.maxLength = Math.max(evidence.maxLength, other.maxLength);
	evidence.spaced += other.spaced;
}

/** The fewest digits after the decimal point that 99.5 % of the numbers do with. */
export function usualDecimals(evidence: TextEvidence): number {
	const enough = evidence.numbers.count * 0.995;
	let covered = 0;
	for (let decimals = 0; decimals < MAX_DECIMALS; decimals++) {
		covered += evidence.decimals[decimals] as number;
		if (covered >= enough) return decimals;
	}
	return MAX_DECIMALS;
}
