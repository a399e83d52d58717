const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/**
 * The number that `String` writes exactly like the bytes of `text` from `start` to `end`, or NaN if there is none.
 *
 * Up to 15 digits are exact in a double, and so is their quotient by a power of ten up to 10^22 when rounded
 * once (Clinger 1990), so that the common cases need no conversion back.
 */
export function readCanonicalNumber(text: Uint8Array, start: number, end: number): number {
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
	if (integerDigits === 0 || (integerDigits > 1 && text[first] === ZERO)) return Number.NaN;
	if (i === end) {
		if (integerDigits > 15) return readByRoundTrip(text, start, end);
		if (isNegative) return mantissa === 0 ? Number.NaN : -mantissa;
		return mantissa;
	}
	if (text[i] !== POINT) return readByRoundTrip(text, start, end);
	const point = i++;
	for (; i < end; i++) {
		const digit = (text[i] as number) - ZERO;
		if (digit < 0 || digit > 9) return readByRoundTrip(text, start, end);
		mantissa = mantissa * 10 + digit;
	}
	const decimals = end - 1 - point;
	// 1.50, 1. and 0.0 are written otherwise; so is what is below 1e-6.
	if (decimals === 0 || text[end - 1] === ZERO) return Number.NaN;
	if (integerDigits + decimals > 15) return readByRoundTrip(text, start, end);
	const value = mantissa / (POWERS_OF_TEN[decimals] as number);
	if (value < 1e-6) return Number.NaN;
	return isNegative ? -value : value;
}

/** `String` writes no number with more characters. */
const LONGEST = 25;
const EXPONENT = 101;

function readByRoundTrip(text: Uint8Array, start: number, end: number): number {
	if (end - start > LONGEST) return Number.NaN;
	let written = '';
	for (let i = start; i < end; i++) {
		const byte = text[i] as number;
		// Spares the conversion for dates, codes and the like.
		if (byte > EXPONENT) return Number.NaN;
		written += String.fromCharCode(byte);
	}
	const value = Number(written);
	return Number.isFinite(value) && String(value) === written ? value : Number.NaN;
}

const scratch = new Uint8Array(LONGEST);

/** As `readCanonicalNumber`, from a text. */
export function parseCanonicalNumber(text: string): number {
	const { length } = text;
	if (length === 0 || length > LONGEST) return Number.NaN;
	for (let i = 0; i < length; i++) {
		const unit = text.charCodeAt(i);
		if (unit > EXPONENT) return Number.NaN;
		scratch[i] = unit;
	}
	return readCanonicalNumber(scratch, 0, length);
}
