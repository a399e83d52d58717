import { decodeText } from '../texts/byte-texts.ts';
import { DAY_MS, daysFromDate, isDateOfCalendar } from './date-format.ts';
import type { MissingTest } from './is-missing-text.ts';
import { addDate, addFiniteNumber, addText, type TextEvidence } from './text-evidence.ts';

const BLANK = 32;
const DELETE = 127;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const MINUS = 45;
const POINT = 46;
const UPPER_I = 73;
const LOWER_I = 105;
const UPPER_T = 84;

/** Digits that a double holds in any case. */
const SAFE_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/**
 * As `addText`, for the text that the UTF-8 bytes from `start` to `end` are: of the usual words, plain decimal numbers
 * and times of ISO 8601 no string is made.
 */
export function addTextBytes(
	evidence: TextEvidence,
	bytes: Uint8Array,
	start: number,
	end: number,
	count: number,
	isMissing: MissingTest,
): void {
	const first = start < end ? (bytes[start] as number) : BLANK;
	if (first >= ZERO && first <= NINE) {
		if (addDecimal(evidence, bytes, start, end, count) || addIsoTime(evidence, bytes, start, end, count)) return;
	} else if (first > NINE && first < DELETE && first !== UPPER_I && first !== LOWER_I) {
		if (addWord(evidence, bytes, start, end, count)) return;
	}
	addText(evidence, decodeText(bytes, start, end), count, isMissing);
}

/** A text that is no number, no date and, being longer than all spellings of it, not missing. */
function addWord(evidence: TextEvidence, bytes: Uint8Array, start: number, end: number, count: number): boolean {
	if (end - start < 5 || (bytes[start + 4] as number) <= BLANK) return false;
	let blank = -1;
	for (let i = start + 1; i < end; i++) {
		const byte = bytes[i] as number;
		if (byte >= DELETE) return false;
		if (byte === BLANK && blank < 0) blank = i;
	}
	if (blank >= 0) {
		if ((bytes[blank - 1] as number) <= BLANK || blank + 1 === end || (bytes[blank + 1] as number) <= BLANK)
			return false;
		evidence.spaced += count;
	}
	evidence.present += count;
	evidence.maxLength = Math.max(evidence.maxLength, end - start);
	return true;
}

/** Digits, or digits around a point. */
function addDecimal(evidence: TextEvidence, bytes: Uint8Array, start: number, end: number, count: number): boolean {
	if (end - start > SAFE_DIGITS + 1) return false;
	let mantissa = 0;
	let point = -1;
	for (let i = start; i < end; i++) {
		const byte = bytes[i] as number;
		if (byte === POINT && point < 0) {
			point = i;
			continue;
		}
		if (byte < ZERO || byte > NINE) return false;
		mantissa = mantissa * 10 + byte - ZERO;
	}
	if (point < 0 && end - start > SAFE_DIGITS) return false;
	let decimals = 0;
	if (point >= 0) {
		decimals = end - 1 - point;
		if (decimals === 0) return false;
		const value = mantissa / (POWERS_OF_TEN[decimals] as number);
		for (let i = end - 1; i > point && bytes[i] === ZERO; i--) decimals--;
		addFiniteNumber(evidence, value, count, decimals);
	} else {
		addFiniteNumber(evidence, mantissa, count, 0);
		if (bytes[start] === ZERO && end - start > 1) evidence.leadingZeros += count;
	}
	evidence.present += count;
	evidence.maxLength = Math.max(evidence.maxLength, end - start);
	return true;
}

/** `2024-03-01`, also with ` 12:30:00` or `T12:30:00` after it. */
function addIsoTime(evidence: TextEvidence, bytes: Uint8Array, start: number, end: number, count: number): boolean {
	const length = end - start;
	if (length !== 10 && length !== 19) return false;
	const year = 100 * twoDigits(bytes, start) + twoDigits(bytes, start + 2);
	const month = twoDigits(bytes, start + 5);
	const day = twoDigits(bytes, start + 8);
	if (bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS || !isDateOfCalendar(year, month, day)) return false;
	let instant = daysFromDate(year, month, day) * DAY_MS;
	// As `dateStyle` tells it.
	let style = bytes[start + 5] === ZERO || bytes[start + 8] === ZERO ? 'p|' : '-|';
	if (length === 19) {
		const between = bytes[start + 10];
		const hour = twoDigits(bytes, start + 11);
		const minute = twoDigits(bytes, start + 14);
		const second = twoDigits(bytes, start + 17);
		if ((between !== BLANK && between !== UPPER_T) || bytes[start + 13] !== COLON || bytes[start + 16] !== COLON)
			return false;
		// What is no digit makes NaN.
		if (!(hour <= 23 && minute <= 59 && second <= 59)) return false;
		instant += ((hour * 60 + minute) * 60 + second) * 1000;
		style += between === BLANK ? ' HH:mm:ss' : 'THH:mm:ss';
		if (between === BLANK) evidence.spaced += count;
	}
	evidence.present += count;
	evidence.maxLength = Math.max(evidence.maxLength, length);
	addDate(evidence, 'YYYY-MM-DD', instant, style, count);
	return true;
}

/** NaN where they are no digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
	const tens = (bytes[at] as number) - ZERO;
	const units = (bytes[at + 1] as number) - ZERO;
	return tens >= 0 && tens <= 9 && units >= 0 && units <= 9 ? 10 * tens + units : Number.NaN;
}
