/** Signs that make a spreadsheet evaluate a cell (OWASP), also in their full-width forms. */
const FORMULA = /^[=+\-@\t\r\n\v\f\uff1d\uff0b\uff0d\uff20]/;
/** Also with groups of digits and a decimal comma, and the dashes of a missing value: nothing there evaluates to anything. */
const PLAIN_NUMBER = /^(?:[-+]?(?:\d+(?:[., '\u00a0\u202f]\d+)*[.,]?|[.,]\d+)(?:[eE][-+]?\d+)?\s?%?|-+)$/;

/** Whether a spreadsheet would evaluate a text; with a `'` in front of it none does. */
export function isFormula(text: string): boolean {
	return FORMULA.test(text) && !PLAIN_NUMBER.test(text);
}
