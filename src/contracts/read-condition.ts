import type { Condition, ConditionOperator } from './conditions.ts';
import { splitNames } from './split-names.ts';

export const HOW_CONDITIONS_ARE_WRITTEN =
	'It must be written country=DE, amount>=100, "country in DE, FR" or "amount is missing".';

/**
 * `country=DE`, `amount>=100`, `country in DE, FR` or `amount is missing` as a condition; null where it is none. The
 * column ends at the first operator; in double quotes it can hold one. A comma of a value in a list is written `\,`.
 */
export function readCondition(text: string): Condition | null {
	const quoted = /^\s*"((?:[^"]|"")+)"(.*)$/s.exec(text);
	const match = /^(.*?)\s*(!=|<=|>=|=|<|>|(?<=\s|^)in(?=\s)|(?<=\s|^)is\s+(?=(?:missing|present)\s*$))(.*)$/s.exec(
		quoted === null ? text : (quoted[2] as string),
	);
	const column = (quoted === null ? (match?.[1] ?? '') : (quoted[1] as string).replaceAll('""', '"')).trim();
	const isOutsideOfName = quoted === null || match?.[1] === '';
	if (match === null || column === '' || !isOutsideOfName) return null;
	const [operator, rest] = [(match[2] as string).trim(), match[3] as string];
	if (operator === 'is') return { column, operator: rest.trim() as ConditionOperator, values: [] };
	const values = operator === 'in' ? splitNames(rest) : [rest];
	return values.length === 0 ? null : { column, operator: operator as ConditionOperator, values };
}
