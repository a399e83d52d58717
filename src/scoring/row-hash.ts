import type { FeatureColumn, FeatureTable } from '../contracts/features.ts';

/**
 * 64-bit hashes of the content of rows, by which a row that a member trained on is known when it comes back.
 *
 * @param features indices of the features that count.
 * @returns [rows, 2]
 */
export function hashRows(table: FeatureTable, features: readonly number[]): Uint32Array {
	const hashes = new Uint32Array(table.rows * 2);
	for (let row = 0; row < table.rows; row++) {
		hashes[2 * row] = 0x9e3779b9;
		hashes[2 * row + 1] = 0x85ebca6b;
	}
	const cell = new Float64Array(1);
	const words = new Uint32Array(cell.buffer);
	for (const index of features) {
		const column = table.columns[index] as FeatureColumn;
		const values = column.type === 'numeric' ? column.values : column.codes;
		for (let row = 0; row < table.rows; row++) {
			const value = values[row] as number;
			// Adding 0 makes -0 equal to 0; a NaN may have any payload, so all get one.
			cell[0] = Number.isNaN(value) ? Number.NaN : value + 0;
			const low = words[0] as number;
			const high = words[1] as number;
			hashes[2 * row] = absorb(absorb(hashes[2 * row] as number, low), high);
			hashes[2 * row + 1] = absorb(absorb(hashes[2 * row + 1] as number, high ^ 0x5bd1e995), low);
		}
	}
	return hashes;
}

/** One round of MurmurHash3 (Appleby 2011) and its finaliser's first half, so that short rows are well spread too. */
function absorb(hash: number, word: number): number {
	let k = Math.imul(word, 0xcc9e2d51);
	k = (k << 15) | (k >>> 17);
	let h = hash ^ Math.imul(k, 0x1b873593);
	h = (h << 13) | (h >>> 19);
	h = (Math.imul(h, 5) + 0xe6546b64) | 0;
	h ^= h >>> 16;
	return Math.imul(h, 0x85ebca6b) >>> 0;
}

/** Which members trained on which content. */
export interface Bags {
	/** [entries, 2]: hashes of the content. */
	readonly hashes: Uint32Array;
	/** [entries, words]: bit m is set if member m trained on it. */
	readonly members: Uint32Array;
	/** 32-bit words per entry. */
	readonly words: number;
}

/** @param bags per member, the rows that it trained on. */
export function collectBags(hashes: Uint32Array, bags: readonly Int32Array[]): Bags {
	const words = Math.ceil(bags.length / 32);
	const entryOf = new Map<number, number>();
	const entryHashes: number[] = [];
	const masks: number[] = [];
	for (const [member, bag] of bags.entries()) {
		for (const row of bag) {
			const first = hashes[2 * row] as number;
			const second = hashes[2 * row + 1] as number;
			const key = hashKey(first, second);
			let entry = entryOf.get(key);
			if (entry === undefined) {
				entry = entryHashes.length / 2;
				entryOf.set(key, entry);
				entryHashes.push(first, second);
				for (let word = 0; word < words; word++) masks.push(0);
			}
			const at = entry * words + (member >>> 5);
			masks[at] = ((masks[at] as number) | (1 << (member & 31))) >>> 0;
		}
	}
	return { hashes: Uint32Array.from(entryHashes), members: Uint32Array.from(masks), words };
}

/** 53 of the 64 bits in one number, so that a Map finds it without making a text or a BigInt of it. */
function hashKey(first: number, second: number): number {
	return first * 2 ** 21 + (second >>> 11);
}

/** Finds the entry of a row's content, -1 if no member trained on it. */
export function indexBags(bags: Bags): (first: number, second: number) => number {
	const entryOf = new Map<number, number>();
	for (let entry = 0; entry * 2 < bags.hashes.length; entry++) {
		entryOf.set(hashKey(bags.hashes[2 * entry] as number, bags.hashes[2 * entry + 1] as number), entry);
	}
	return (first, second) => entryOf.get(hashKey(first, second)) ?? -1;
}

/** @param entry of a row's content, -1 for none. */
export function isInBag(bags: Bags, entry: number, member: number): boolean {
	if (entry < 0) return false;
	const word = bags.members[entry * bags.words + (member >>> 5)] as number;
	return ((word >>> (member & 31)) & 1) === 1;
}

/** In how many of the `count` bags from `first` on the content of an entry is. @param entry -1 for none */
export function countBags(bags: Bags, entry: number, first: number, count: number): number {
	if (entry < 0) return 0;
	let sum = 0;
	for (let member = first; member < first + count; member++) sum += isInBag(bags, entry, member) ? 1 : 0;
	return sum;
}
