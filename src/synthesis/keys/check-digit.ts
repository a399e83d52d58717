import type { KeyCheck } from '../../contracts/key-pattern.ts';

const ZERO = 48;

/** The digit that makes the digits of the text, with it at the end, pass the check. Other characters do not count. */
export function checkDigit(text: string, check: KeyCheck): number {
	let sum = 0;
	let isNear = true;
	for (let i = text.length - 1; i >= 0; i--) {
		const digit = text.charCodeAt(i) - ZERO;
		if (digit < 0 || digit > 9) continue;
		const weighted = isNear ? (check === 'luhn' ? 2 * digit - (digit > 4 ? 9 : 0) : 3 * digit) : digit;
		sum += weighted;
		isNear = !isNear;
	}
	return (10 - (sum % 10)) % 10;
}

/** Whether a text ends in its check digit. */
export function hasCheckDigit(text: string, check: KeyCheck): boolean {
	const last = text.charCodeAt(text.length - 1) - ZERO;
	return last === checkDigit(text.slice(0, -1), check);
}
