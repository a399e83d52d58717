import { randomBytes } from 'node:crypto';
import type { ByteTexts } from '../contracts/table.ts';

/** Numbers distinct texts in the order of their first appearance, without making a string of each. */
export interface ByteDictionary {
	/** The number of the text that the UTF-8 bytes from `start` to `end` are, from 0. */
	encode(bytes: DataView, start: number, end: number): number;
	/**
	 * Encodes many at once.
	 *
	 * @param bounds [count, 2] from `first` on: where each text starts and ends; one that ends before it starts is empty
	 * @param codes where the numbers go, from `row` on; -1 for a text that ends where it starts
	 */
	encodeAll(bytes: DataView, bounds: Int32Array, first: number, count: number, codes: Int32Array, row: number): void;
	encodeText(text: string): number;
	/** As `encode`, but -1 where the text is not known. */
	find(bytes: DataView, start: number, end: number): number;
	/** Texts so far. */
	size(): number;
	/** A copy of the texts by number. */
	texts(): ByteTexts;
	/** Forgets all texts. */
	clear(): void;
}

const FIRST_TEXTS = 256;
const FIRST_BYTES = 4_096;
const FNV_PRIME = 0x01000193;
/** Another one in each process, so that nobody can write a file whose texts all meet in one place. */
const SEED = randomBytes(4).readInt32LE();

/**
 * As long as each new text is longer than the last or, of the same length, comes after it, which is how keys and times
 * mostly come, it is known to be new without a look at the others. From the first that is not on, texts are found by
 * their hash: open addressing, at most half full.
 */
export function createByteDictionary(): ByteDictionary {
	let isInOrder = true;
	/** The number of a text and 1 more, or 0; not in use while the texts are in order. */
	let slots = new Int32Array(2 * FIRST_TEXTS);
	let mask = slots.length - 1;
	/** By number of the text; made when the order ends. */
	let hashes = new Int32Array(FIRST_TEXTS);
	/** Where each text ends in `arena`; it starts where the one before ends. */
	let ends = new Int32Array(FIRST_TEXTS);
	let arena = new DataView(new ArrayBuffer(FIRST_BYTES));
	let count = 0;
	let used = 0;

	function append(bytes: DataView, start: number, length: number): number {
		if (used + length > arena.byteLength) {
			const larger = new Uint8Array(2 * (used + length));
			larger.set(new Uint8Array(arena.buffer, 0, used));
			arena = new DataView(larger.buffer);
		}
		copy(bytes, start, arena, used, length);
		used += length;
		if (count === ends.length) {
			ends = enlarge(ends);
			hashes = enlarge(hashes);
		}
		ends[count] = used;
		return count++;
	}

	function startOf(code: number): number {
		return code === 0 ? 0 : (ends[code - 1] as number);
	}

	/** Fills the slots with all texts, whose hashes are known. */
	function fillSlots(): void {
		if (slots.length < 2 * ends.length) slots = new Int32Array(2 * ends.length);
		else slots.fill(0);
		mask = slots.length - 1;
		for (let code = 0; code < count; code++) {
			let slot = (hashes[code] as number) & mask;
			while (slots[slot] !== 0) slot = (slot + 1) & mask;
			slots[slot] = code + 1;
		}
	}

	function endOrder(): void {
		for (let code = 0; code < count; code++) {
			const start = startOf(code);
			hashes[code] = hashBytes(arena, start, (ends[code] as number) - start);
		}
		isInOrder = false;
		fillSlots();
	}

	function insert(bytes: DataView, start: number, length: number, hash: number, slot: number): number {
		const code = append(bytes, start, length);
		hashes[code] = hash;
		slots[slot] = count;
		if (2 * count > slots.length) fillSlots();
		return code;
	}

	/** @returns the slot that holds the text, or the empty one that is to. */
	function probe(bytes: DataView, start: number, length: number, hash: number): number {
		let slot = hash & mask;
		for (let held = slots[slot] as number; held !== 0; held = slots[slot] as number) {
			const code = held - 1;
			if (hashes[code] === hash) {
				const at = startOf(code);
				if ((ends[code] as number) - at === length && compare(bytes, start, arena, at, length) === 0) break;
			}
			slot = (slot + 1) & mask;
		}
		return slot;
	}

	/** Above 0 where the text comes after the last one, 0 where it is the last one. */
	function compareToLast(bytes: DataView, start: number, length: number): number {
		if (count === 0) return 1;
		const at = startOf(count - 1);
		const lastLength = used - at;
		return length === lastLength ? compare(bytes, start, arena, at, length) : length - lastLength;
	}

	function encode(bytes: DataView, start: number, end: number): number {
		const length = end - start;
		if (isInOrder) {
			const order = compareToLast(bytes, start, length);
			if (order > 0) return append(bytes, start, length);
			if (order === 0) return count - 1;
			endOrder();
		}
		const hash = hashBytes(bytes, start, length);
		const slot = probe(bytes, start, length, hash);
		const held = slots[slot] as number;
		return held === 0 ? insert(bytes, start, length, hash, slot) : held - 1;
	}

	/** As `encodeAll`, as long as texts are in order. @returns how many were. */
	function encodeInOrder(
		bytes: DataView,
		bounds: Int32Array,
		first: number,
		most: number,
		codes: Int32Array,
		row: number,
	): number {
		for (let i = 0, bound = first; i < most; i++, bound += 2) {
			const start = bounds[bound] as number;
			const end = bounds[bound + 1] as number;
			if (start === end) {
				codes[row + i] = -1;
				continue;
			}
			const length = end < start ? 0 : end - start;
			const order = compareToLast(bytes, start, length);
			if (order < 0) return i;
			codes[row + i] = order === 0 ? count - 1 : append(bytes, start, length);
		}
		return most;
	}

	/** As `encode` for each, in one loop without calls, which take longer than all the rest. */
	function encodeByHash(
		bytes: DataView,
		bounds: Int32Array,
		first: number,
		most: number,
		codes: Int32Array,
		row: number,
	): void {
		let [ownSlots, ownMask, ownHashes, ownEnds, ownArena] = [slots, mask, hashes, ends, arena];
		/** The text before: a column's most frequent text often follows itself. */
		let knownStart = 0;
		let knownLength = -1;
		let knownCode = -1;
		cells: for (let i = 0, bound = first; i < most; i++, bound += 2) {
			const start = bounds[bound] as number;
			const end = bounds[bound + 1] as number;
			if (start === end) {
				codes[row + i] = -1;
				continue;
			}
			const length = end < start ? 0 : end - start;
			const last = start + length - 4;
			if (length === knownLength && length >= 4) {
				const shift = knownStart - start;
				let at = start;
				while (at < last && bytes.getInt32(at) === bytes.getInt32(at + shift)) at += 4;
				if (at >= last && bytes.getInt32(last) === bytes.getInt32(last + shift)) {
					codes[row + i] = knownCode;
					continue;
				}
			}
			let hash = SEED ^ length;
			if (length < 4) {
				for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes.getUint8(at), FNV_PRIME);
			} else {
				for (let at = start; at < last; at += 4) hash = Math.imul(hash ^ bytes.getInt32(at), FNV_PRIME);
				hash = Math.imul(hash ^ bytes.getInt32(last), FNV_PRIME);
			}
			hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
			hash ^= hash >>> 13;
			let slot = hash & ownMask;
			probing: for (let held = ownSlots[slot] as number; held !== 0; held = ownSlots[slot] as number) {
				const code = held - 1;
				slot = (slot + 1) & ownMask;
				if (ownHashes[code] !== hash) continue;
				const begin = code === 0 ? 0 : (ownEnds[code - 1] as number);
				if ((ownEnds[code] as number) - begin !== length) continue;
				const shift = begin - start;
				if (length < 4) {
					for (let at = start; at < end; at++) {
						if (bytes.getUint8(at) !== ownArena.getUint8(at + shift)) continue probing;
					}
				} else {
					for (let at = start; at < last; at += 4) {
						if (bytes.getInt32(at) !== ownArena.getInt32(at + shift)) continue probing;
					}
					if (bytes.getInt32(last) !== ownArena.getInt32(last + shift)) continue;
				}
				codes[row + i] = code;
				knownStart = start;
				knownLength = length;
				knownCode = code;
				continue cells;
			}
			codes[row + i] = insert(bytes, start, length, hash, slot);
			[ownSlots, ownMask, ownHashes, ownEnds, ownArena] = [slots, mask, hashes, ends, arena];
		}
	}

	return {
		encode,
		encodeAll(bytes, bounds, first, most, codes, row) {
			let done = 0;
			if (isInOrder) {
				done = encodeInOrder(bytes, bounds, first, most, codes, row);
				if (done === most) return;
				endOrder();
			}
			encodeByHash(bytes, bounds, first + 2 * done, most - done, codes, row + done);
		},
		encodeText(text) {
			const bytes = Buffer.from(text);
			return encode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
		},
		find(bytes, start, end) {
			if (isInOrder) endOrder();
			const slot = probe(bytes, start, end - start, hashBytes(bytes, start, end - start));
			return (slots[slot] as number) - 1;
		},
		size: () => count,
		texts: () => ({ bytes: new Uint8Array(arena.buffer.slice(0, used)), ends: ends.slice(0, count) }),
		clear() {
			isInOrder = true;
			count = 0;
			used = 0;
		},
	};
}

/** FNV-1a, four bytes at a step; the last step takes some again where the length is no multiple of four. */
function hashBytes(bytes: DataView, start: number, length: number): number {
	let hash = SEED ^ length;
	if (length < 4) {
		for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes.getUint8(start + i), FNV_PRIME);
	} else {
		const last = start + length - 4;
		for (let i = start; i < last; i += 4) hash = Math.imul(hash ^ bytes.getInt32(i), FNV_PRIME);
		hash = Math.imul(hash ^ bytes.getInt32(last), FNV_PRIME);
	}
	hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
	return hash ^ (hash >>> 13);
}

/** The order of two texts of one length by their bytes: below 0, 0 or above. */
function compare(a: DataView, startA: number, b: DataView, startB: number, length: number): number {
	if (length < 4) {
		for (let i = 0; i < length; i++) {
			const difference = a.getUint8(startA + i) - b.getUint8(startB + i);
			if (difference !== 0) return difference;
		}
		return 0;
	}
	// The last step takes some bytes again, which are equal where it is reached.
	for (let i = 0; ; i = Math.min(i + 4, length - 4)) {
		const wordA = a.getUint32(startA + i);
		const wordB = b.getUint32(startB + i);
		if (wordA !== wordB) return wordA < wordB ? -1 : 1;
		if (i === length - 4) return 0;
	}
}

function copy(from: DataView, start: number, to: DataView, at: number, length: number): void {
	if (length < 4) {
		for (let i = 0; i < length; i++) to.setUint8(at + i, from.getUint8(start + i));
		return;
	}
	const last = length - 4;
	for (let i = 0; i < last; i += 4) to.setInt32(at + i, from.getInt32(start + i));
	to.setInt32(at + last, from.getInt32(start + last));
}

function enlarge(values: Int32Array): Int32Array<ArrayBuffer> {
	const larger = new Int32Array(2 * values.length);
	larger.set(values);
	return larger;
}
