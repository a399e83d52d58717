import { type Reason, readReasons } from '../review/read-reasons.ts';
import { escapeControls } from './escape-controls.ts';
import { cutToWidth } from './format-table.ts';
import { formatNumber, formatShare } from './format-values.ts';

const LONGEST_VALUE = 40;

/** The reasons of a score, largest first. Parts that are not understood are left out. */
export function parseReasons(json: string): Reason[] {
	return readReasons(JSON.parse(json));
}

/** `amount 1912.5, usual between 3 and 120 in 90 % of rows`, `channel mail (2.1 %), usual "online" (61 %)`. */
export function describeReason(reason: Reason): string {
	const { feature, typical } = reason;
	const what = `${escapeControls(feature ?? 'other columns')} ${describeOwnValue(reason)}`;
	return typical === null ? what : `${what}, usual ${escapeControls(shorten(typical))}`;
}

/** The first of what is usual: `"groceries" (34 %)`, `between 3 and 120 in 90 % of rows`. */
function shorten(typical: string): string {
	return /^"(?:[^"]|"(?! \())*" \([^)]*\)/.exec(typical)?.[0] ?? typical.split('; ', 1)[0] ?? typical;
}

/** The reasons that speak against the record most, in one line. */
export function describeReasons(reasons: readonly Reason[], most = 3): string {
	const against = reasons.filter((reason) => reason.feature !== null && reason.contribution > 0).slice(0, most);
	return against.map(describeReason).join('; ');
}

/** Values that do not occur together, without their counts, then the reasons that say most, in one line. */
export function describeBriefly(reasons: readonly Reason[], together: readonly string[], most: number): string {
	const sentences = together.slice(0, most).map((sentence) => escapeControls(sentence.replace(/ \([^()]*\)$/, '')));
	const rest = sentences.length < most ? describeReasons(reasons, most - sentences.length) : '';
	return [...sentences, ...(rest === '' ? [] : [rest])].join('; ');
}

/** The row's own value and how often training has seen it: `mail (2.1 %)`. */
export function describeOwnValue({ value, seen }: Reason): string {
	if (seen === null) return describeValue(value);
	return `${describeValue(value)} (${seen === 0 ? 'not in training' : formatShare(seen)})`;
}

export function describeValue(value: string | number | null): string {
	if (value === null) return 'missing';
	if (typeof value === 'number') return formatNumber(value, 6);
	return value === '' ? '""' : cutToWidth(escapeControls(value), LONGEST_VALUE);
}
