const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/**
 * Reads the number that `String` writes exactly like the bytes of `text` from `start` to `end`.
 *
 * Up to 15 digits are exact in a double, and so is their quotient by a power of ten up to 10^22 when rounded
 * once (Clinger 1990), so that the common cases need no conversion back.
 *
 * @param values where the number goes, to the place `row`
 * @returns whether there is one.
 */
export function readCanonicalNumber(
	text: Uint8Array,
	start: number,
	end: number,
	values: Float64Array,
	row: number,
): boolean {
	const isNegative = text[start] === MINUS;
	const first = isNegative ? start + 1 : start;
	let mantissa = 0;
	let i = first;
	for (; i < end; i++) {
		const digit = (text[i] as number) - ZERO;
		if (digit < 0 || digit > 9) break;
		mantissa = mantissa * 10 + digit;
	}
	const integerDigits = i - first;
	if (integerDigits === 0 || (integerDigits > 1 && text[first] === ZERO)) return false;
	if (i === end) {
		if (integerDigits > 15) return readByRoundTrip(text, start, end, values, row);
		values[row] = isNegative ? -mantissa : mantissa;
		return mantissa !== 0 || !isNegative;
	}
	if (text[i] !== POINT) return readByRoundTrip(text, start, end, values, row);
	const point = i++;
	for (; i < end; i++) {
		const digit = (text[i] as number) - ZERO;
		if (digit < 0 || digit > 9) return readByRoundTrip(text, start, end, values, row);
		mantissa = mantissa * 10 + digit;
	}
	const decimals = end - 1 - point;
	// 1.50, 1. and 0.0 are written otherwise; so is what is below 1e-6.
	if (decimals === 0 || text[end - 1] === ZERO) return false;
	if (integerDigits + decimals > 15) return readByRoundTrip(text, start, end, values, row);
	const value = mantissa / (POWERS_OF_TEN[decimals] as number);
	values[row] = isNegative ? -value : value;
	return value >= 1e-6;
}

/** `String` writes no number with more characters. */
const LONGEST = 25;
const EXPONENT = 101;

function readByRoundTrip(text: Uint8Array, start: number, end: number, values: Float64Array, row: number): boolean {
	if (end - start > LONGEST) return false;
	let written = '';
	for (let i = start; i < end; i++) {
		const byte = text[i] as number;
		// Spares the conversion for dates, codes and the like.
		if (byte > EXPONENT) return false;
		written += String.fromCharCode(byte);
	}
	const value = Number(written);
	values[row] = value;
	return Number.isFinite(value) && String(value) === written;
}

const scratch = new Uint8Array(LONGEST);
const outcome = new Float64Array(1);

/** As `readCanonicalNumber`, from a text; NaN if there is none. */
export function parseCanonicalNumber(text: string): number {
	const { length } = text;
	if (length === 0 || length > LONGEST) return Number.NaN;
	for (let i = 0; i < length; i++) {
		const unit = text.charCodeAt(i);
		if (unit > EXPONENT) return Number.NaN;
		scratch[i] = unit;
	}
	return readCanonicalNumber(scratch, 0, length, outcome, 0) ? (outcome[0] as number) : Number.NaN;
}
