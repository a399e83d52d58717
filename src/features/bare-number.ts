/** Signs and words of currencies, and per cent and per mille. */
const UNIT =
	/^(?:[$€£¥₹₽₩₪₺฿%‰]|(?:US|CA|AU|A|C|R)\$|EUR|USD|GBP|CHF|JPY|CNY|INR|SEK|NOK|DKK|PLN|CZK|HUF|BRL|CAD|AUD|kr\.?|zł|Fr\.?)$/;
const AMOUNT = /^([-+]?)([^\d\s.,'+-]*)\s*([-+]?)((?:\d|[.,]\d).*?)\s*([^\d\s.,'+-]*\.?)(-?)$/;

export interface Amount {
	/** With the sign in front; how it groups its digits and marks decimals stays. */
	readonly number: string;
	/** `$`, `%`; '' for none. */
	readonly unit: string;
	/** Whether parentheses or a minus at the end made it negative, as in accounting. */
	readonly isAccounting: boolean;
}

/** What a number is written with besides its digits: `$1,234.50`, `5 %`, `(100.00)`, `12.50-`; null for other texts. */
export function splitAmount(text: string): Amount | null {
	const trimmed = text.trim();
	const isInside = trimmed.startsWith('(') && trimmed.endsWith(')');
	const match = AMOUNT.exec(isInside ? trimmed.slice(1, -1).trim() : trimmed);
	if (match === null) return null;
	const [, before = '', prefix = '', after = '', digits = '', suffix = '', last = ''] = match;
	const unit = prefix === '' ? suffix : prefix;
	if ((prefix !== '' && suffix !== '') || (unit !== '' && !UNIT.test(unit))) return null;
	const signs = [before, after, last].filter((sign) => sign !== '');
	if (signs.length > 1 || (isInside && signs.length > 0)) return null;
	// A code such as `(030)` or `$007` is no amount.
	if (/^0\d/.test(digits)) return null;
	const isAccounting = isInside || last === '-';
	const isNegative = isAccounting || signs[0] === '-';
	return { number: `${isNegative ? '-' : ''}${digits}`, unit, isAccounting };
}
