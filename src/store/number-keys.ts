/** What the key of a record is made from. */
export interface Keyed {
	/** Text of the key column; null where it is missing. */
	readonly key: string | null;
	/** Hash of the cells. */
	readonly content: string;
}

/**
 * Gives each row its `record_key`: the key as it is, with the number of the occurrence from the second on; where there
 * is none, the hash of the content with the number of the occurrence. A key that is taken is passed over.
 *
 * @param findTaken those of some keys that stored records have
 */
export async function numberKeys(
	rows: readonly Keyed[],
	findTaken: (keys: readonly string[]) => Promise<readonly string[]>,
): Promise<string[]> {
	const asked = new Set<string>();
	const taken = new Set<string>();
	for (;;) {
		const { keys, unknown } = proposeKeys(rows, asked, taken);
		if (unknown.length === 0) return keys;
		for (const key of unknown) asked.add(key);
		for (const key of await findTaken(unknown)) taken.add(key);
	}
}

/** Keys for what is known to be taken, and which of them nobody has asked for yet. */
function proposeKeys(
	rows: readonly Keyed[],
	asked: ReadonlySet<string>,
	taken: ReadonlySet<string>,
): { readonly keys: string[]; readonly unknown: string[] } {
	const given = new Set<string>();
	const unknown = new Set<string>();
	const occurrences = new Map<string, number>();
	const keys = rows.map((row) => {
		const repeated = row.key === null ? `content ${row.content}` : `key ${row.key}`;
		let occurrence = (occurrences.get(repeated) ?? 0) + 1;
		let key = keyOf(row, occurrence);
		while (taken.has(key) || given.has(key)) {
			occurrence += 1;
			key = keyOf(row, occurrence);
		}
		occurrences.set(repeated, occurrence);
		given.add(key);
		if (!asked.has(key)) {
			// Of a key with many occurrences more are asked for at once, twice as many each time.
			for (let ahead = occurrence; ahead <= 2 * occurrence - 1; ahead++) unknown.add(keyOf(row, ahead));
		}
		return key;
	});
	return { keys, unknown: [...unknown] };
}

function keyOf({ key, content }: Keyed, occurrence: number): string {
	if (key === null) return `${content.slice(0, 16)}-${occurrence}`;
	return occurrence === 1 ? key : `${key}#${occurrence}`;
}
