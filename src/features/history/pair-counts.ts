/** Counts of pairs (entity, level) in 12 bytes a slot: a hash table with open addressing, at most 70 % full. */
export interface PairCounts {
	/** Key of each slot, -1 where it is free. */
	keys: Float64Array;
	counts: Uint32Array;
	used: number;
}

const FIRST_SLOTS = 1024;
const MOST_FULL = 0.7;
/** Levels of a column at most; with as many entities a key is still a safe integer. */
const LEVELS = 2 ** 26;

export function createPairCounts(): PairCounts {
	return { keys: new Float64Array(FIRST_SLOTS).fill(-1), counts: new Uint32Array(FIRST_SLOTS), used: 0 };
}

/** How often the pair was counted. */
export function countOfPair(pairs: PairCounts, entity: number, level: number): number {
	return pairs.counts[slotOf(pairs.keys, entity * LEVELS + level)] as number;
}

export function addPair(pairs: PairCounts, entity: number, level: number): void {
	const key = entity * LEVELS + level;
	let slot = slotOf(pairs.keys, key);
	if (pairs.keys[slot] === -1) {
		if (pairs.used + 1 > MOST_FULL * pairs.keys.length) {
			enlarge(pairs);
			slot = slotOf(pairs.keys, key);
		}
		pairs.keys[slot] = key;
		pairs.used++;
	}
	pairs.counts[slot] = (pairs.counts[slot] as number) + 1;
}

/** The slot of a key, or the free one where it belongs. */
function slotOf(keys: Float64Array, key: number): number {
	const mask = keys.length - 1;
	const low = key >>> 0;
	const high = Math.floor(key / 2 ** 32);
	let h = Math.imul(low ^ Math.imul(high + 1, 0x9e3779b1), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	let slot = (h ^ (h >>> 16)) & mask;
	for (;;) {
		const found = keys[slot];
		if (found === key || found === -1) return slot;
		slot = (slot + 1) & mask;
	}
}

function enlarge(pairs: PairCounts): void {
	const { keys, counts } = pairs;
	pairs.keys = new Float64Array(2 * keys.length).fill(-1);
	pairs.counts = new Uint32Array(2 * keys.length);
	for (let from = 0; from < keys.length; from++) {
		const key = keys[from] as number;
		if (key === -1) continue;
		const slot = slotOf(pairs.keys, key);
		pairs.keys[slot] = key;
		pairs.counts[slot] = counts[from] as number;
	}
}
