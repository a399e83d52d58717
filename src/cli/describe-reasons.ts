import { escapeControls } from './escape-controls.ts';
import { cutToWidth } from './format-table.ts';
import { formatNumber, formatShare } from './format-values.ts';

/** One feature's part of a surprise, as `scores.reasons` holds it. */
export interface Reason {
	/** The source column; null for all features that are not named, together. */
	readonly column: string | null;
	/** The column, or the part of it: `created_at (weekday)`. */
	readonly feature: string | null;
	/** Null where the cell is missing. */
	readonly value: string | number | null;
	/** Part of the surprise, in nats; below 0 it speaks for the record. */
	readonly contribution: number;
	/** What the column usually holds, in words; null where nothing is said. */
	readonly typical: string | null;
	/** Share of training rows with this value; null where it is not counted. */
	readonly seen: number | null;
	/** What is unusual about the value, in a sentence; null where nothing is known to be. */
	readonly text: string | null;
}

const LONGEST_VALUE = 40;

/** The reasons of a score, largest first. Parts that are not understood are left out. */
export function parseReasons(json: string): Reason[] {
	return readReasons(JSON.parse(json));
}

/** As `parseReasons`, of what the JSON holds. Entries that have a kind add nothing and are left to `readGroups`. */
export function readReasons(parsed: unknown): Reason[] {
	return entriesOf(parsed).flatMap((item): Reason[] => {
		const { kind, column, feature, value, contribution, typical, seen, text } = item;
		if (typeof contribution !== 'number' || kind !== undefined) return [];
		const isCell = typeof value === 'string' || typeof value === 'number';
		return [
			{
				column: textOrNull(column),
				feature: textOrNull(feature) ?? textOrNull(column),
				value: isCell ? value : null,
				contribution,
				typical: textOrNull(typical),
				seen: typeof seen === 'number' ? seen : null,
				text: textOrNull(text),
			},
		];
	});
}

/** What is said of values that do not occur together, one sentence each. */
export function readGroups(parsed: unknown): string[] {
	return entriesOf(parsed).flatMap(({ kind, text }) => (kind === 'together' && typeof text === 'string' ? [text] : []));
}

type Entry = Readonly<Record<string, unknown>>;

function entriesOf(parsed: unknown): Entry[] {
	if (!Array.isArray(parsed)) return [];
	return parsed.filter((item: unknown): item is Entry => typeof item === 'object' && item !== null);
}

function textOrNull(value: unknown): string | null {
	return typeof value === 'string' ? value : null;
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
