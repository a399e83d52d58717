/** What the key of a record is made from. */
export interface Keyed {
	/** Text of the key column; null where it is missing. */
	readonly key: string | null;
	/** Hash of the cells. */
	readonly content: string;
}

export interface NumberedKeys {
	/** One for each row. */
	readonly keys: string[];
	/** By `repeatedText`, the number of the last occurrence of what has occurred more than once. */
	readonly repeated: ReadonlyMap<string, number>;
}

/**
 * Gives each row its `record_key`: the key as it is, with the number of the occurrence from the second on; where there
 * is none, the hash of the content with the number of the occurrence. A key that is taken is passed over.
 *
 * @param findTaken those of some keys that stored records have
 * @param known by `repeatedText`, occurrences whose keys are all taken, as `repeated` of the rows before; what is not in
 *   it is asked for
 */
export async function numberKeys(
	rows: readonly Keyed[],
	findTaken: (keys: readonly string[]) => Promise<readonly string[]>,
	known: ReadonlyMap<string, number> = new Map(),
): Promise<NumberedKeys> {
	const asked = new Set<string>();
	const taken = new Set<string>();
	for (;;) {
		const { unknown, ...numbered } = proposeKeys(rows, known, asked, taken);
		if (unknown.length === 0) return numbered;
		for (const key of unknown) asked.add(key);
		for (const key of await findTaken(unknown)) taken.add(key);
	}
}

/** What rows that repeat each other have in common. */
export function repeatedText({ key, content }: Keyed): string {
	return key === null ? `content ${content}` : `key ${key}`;
}

/** Keys for what is known to be taken, and which of them nobody has asked for yet. */
function proposeKeys(
	rows: readonly Keyed[],
	known: ReadonlyMap<string, number>,
	asked: ReadonlySet<string>,
	taken: ReadonlySet<string>,
): NumberedKeys & { readonly unknown: string[] } {
	const given = new Set<string>();
	const unknown = new Set<string>();
	const occurrences = new Map<string, number>();
	const repeated = new Map<string, number>();
	const keys = rows.map((row) => {
		const text = repeatedText(row);
		const before = known.get(text) ?? 0;
		let occurrence = (occurrences.get(text) ?? before) + 1;
		let key = keyOf(row, occurrence);
		while (taken.has(key) || given.has(key)) {
			occurrence += 1;
			key = keyOf(row, occurrence);
		}
		occurrences.set(text, occurrence);
		if (occurrence > 1) repeated.set(text, occurrence);
		given.add(key);
		if (!asked.has(key)) {
			// Of a key with many unknown occurrences more are asked for at once, twice as many each time.
			const found = occurrence - before;
			for (let ahead = 0; ahead < found; ahead++) unknown.add(keyOf(row, occurrence + ahead));
		}
		return key;
	});
	return { keys, repeated, unknown: [...unknown] };
}

function keyOf({ key, content }: Keyed, occurrence: number): string {
	if (key === null) return `${content.slice(0, 16)}-${occurrence}`;
	return occurrence === 1 ? key : `${key}#${occurrence}`;
}
