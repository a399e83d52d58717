import { type Reason, readReasons } from '../review/read-reasons.ts';
import { escapeControls } from './escape-controls.ts';
import { cutToWidth } from './format-table.ts';
import { formatNumber, formatShare } from './format-values.ts';

const LONGEST_VALUE = 40;

/** The reasons of a score, largest first. Parts that are not understood are left out. */
export function parseReasons(json: string): Reason[] {
	return readReasons(JSON.parse(json));
}

/** `amount 1912.5, usual between 3 and 120 in 90 % of rows`, `channel "mail" (2.1 %), usual "online" (61 %)`. */
export function describeReason(reason: Reason): string {
	const { feature, typical } = reason;
	const what = `${escapeControls(feature ?? 'other columns')} ${describeOwnValue(reason)}`;
	return typical === null ? what : `${what}, usual ${escapeControls(shorten(typical))}`;
}

/** The first of what is usual: `"groceries" (34 %)`, `between 3 and 120 in 90 % of rows`. */
function shorten(typical: string): string {
	return /^"(?:[^"]|"(?! \())*" \([^)]*\)/.exec(typical)?.[0] ?? typical.split('; ', 1)[0] ?? typical;
}

/** The values that add most to the surprise, in one line, beside what is usual. */
export function describeReasons(reasons: readonly Reason[], most = 3): string {
	return speakAgainst(reasons).slice(0, most).map(describeReason).join('; ');
}

/**
 * In one line what is unusual about a record: values that do not occur together, without their counts, then single
 * values, largest part first. What is as usual as any other adds to the surprise too, and is no reason. Where nothing is
 * known to be unusual by itself, the values that add most.
 */
export function describeBriefly(reasons: readonly Reason[], together: readonly string[], most: number): string {
	const sentences = [
		...together.map((sentence) => sentence.replace(/ \([^()]*\)$/, '')),
		...speakAgainst(reasons).flatMap(({ text }) => text ?? []),
	];
	if (sentences.length > 0) return sentences.slice(0, most).map(escapeControls).join('; ');
	const values = describeReasons(reasons, most);
	return values === '' ? '' : `most is added by ${values}`;
}

function speakAgainst(reasons: readonly Reason[]): Reason[] {
	return reasons.filter(({ feature, contribution }) => feature !== null && contribution > 0);
}

/** The row's own value and how often training has seen it: `"mail" (2.1 %)`. */
export function describeOwnValue({ value, seen }: Reason): string {
	if (seen === null) return describeValue(value);
	const level = typeof value === 'string' && value !== '' ? `"${describeValue(value)}"` : describeValue(value);
	return `${level} (${seen === 0 ? 'not in training' : formatShare(seen)})`;
}

export function describeValue(value: string | number | null): string {
	if (value === null) return 'missing';
	if (typeof value === 'number') return formatNumber(value, 6);
	return value === '' ? '""' : cutToWidth(escapeControls(value), LONGEST_VALUE);
}
