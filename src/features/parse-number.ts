const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITY = /^[+-]?inf(?:inity)?$/i;

/**
 * Reads a decimal number; blanks around it are ignored. Spellings of infinity and numbers beyond the range
 * of a double give an infinite value, everything that is not a number (hexadecimal, digits grouped by
 * underscores or commas) gives NaN.
 */
export function parseNumber(text: string): number {
	const first = text.charCodeAt(0);
	// A letter begins no number, if not one of infinity; and after four digits no minus goes on with one (2024-03-01).
	if (first > 57 && first < 128 && first !== 73 && first !== 105) return Number.NaN;
	if (first > 47 && text.charCodeAt(3) < 58 && text.charCodeAt(4) === 45) return Number.NaN;
	const trimmed = text.trim();
	if (NUMBER.test(trimmed)) return Number(trimmed);
	if (!INFINITY.test(trimmed)) return Number.NaN;
	return trimmed.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Digits after the decimal point of a number's text, trailing zeros not counted: 0 for `3.00`, 7 for `1e-7`. */
export function decimalsOf(text: string): number {
	const trimmed = text.trim();
	const point = trimmed.indexOf('.');
	let end = trimmed.indexOf('e');
	if (end < 0) end = trimmed.indexOf('E');
	if (point < 0 && end < 0) return 0;
	const exponent = end < 0 ? 0 : Number(trimmed.slice(end + 1));
	if (end < 0) end = trimmed.length;
	let digits = 0;
	if (point >= 0) {
		let last = end - 1;
		while (last > point && trimmed.charCodeAt(last) === 48) last--;
		digits = last - point;
	}
	return Math.max(0, digits - exponent);
}

/** Whether the text is a whole number with zeros in front, such as a postcode or an account: `00123`. */
export function hasLeadingZero(text: string): boolean {
	return /^\s*[+-]?0\d+\s*$/.test(text);
}

/** Whether the text is a whole number that a double cannot hold exactly. */
export function isUnsafeInteger(text: string): boolean {
	return /^\s*[+-]?\d{16,}\s*$/.test(text) && !Number.isSafeInteger(Number(text));
}
