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

/** The reasons of a score, largest first. Parts that are not understood are left out. Entries that have a kind add nothing and are left to `readGroups`. */
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

/** What labels have taught about the record, and what is said of values that do not occur together; a sentence each. */
export function readGroups(parsed: unknown): string[] {
	const sentences = (wanted: string) =>
		entriesOf(parsed).flatMap(({ kind, text }) => (kind === wanted && typeof text === 'string' ? [text] : []));
	return [...sentences('learnt'), ...sentences('together')];
}

/** What would have to change for the record to be a normal one, in a sentence; null where nothing is said of it. */
export function readChange(parsed: unknown): string | null {
	const change = entriesOf(parsed).find(({ kind }) => kind === 'change');
	return textOrNull(change?.text);
}

type Entry = Readonly<Record<string, unknown>>;

function entriesOf(parsed: unknown): Entry[] {
	if (!Array.isArray(parsed)) return [];
	return parsed.filter((item: unknown): item is Entry => typeof item === 'object' && item !== null);
}

function textOrNull(value: unknown): string | null {
	return typeof value === 'string' ? value : null;
}
