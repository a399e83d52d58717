import { isAscii } from 'node:buffer';
import { randomBytes } from 'node:crypto';

/** Numbers the distinct texts of a column in the order of their first appearance, without making a string of each cell. */
export interface ByteDictionary {
	/** The number of the text that the UTF-8 bytes from `start` to `end` are, from 0. */
	encode(bytes: DataView, start: number, end: number): number;
	encodeText(text: string): number;
	/** The texts by number; starts anew. */
	take(): string[];
}

const FIRST_TEXTS = 256;
const FIRST_BYTES = 4_096;
const FNV_PRIME = 0x01000193;
/** Another one in each process, so that nobody can write a file whose texts all meet in one place. */
const SEED = randomBytes(4).readInt32LE();

/** Open addressing, at most half full; a slot holds the number of a text and 1 more, or 0. */
export function createByteDictionary(): ByteDictionary {
	let slots = new Int32Array(2 * FIRST_TEXTS);
	let mask = slots.length - 1;
	/** By number of the text. */
	let hashes = new Int32Array(FIRST_TEXTS);
	/** Where each text ends in `arena`; it starts where the one before ends. */
	let ends = new Int32Array(FIRST_TEXTS);
	let arena = Buffer.allocUnsafeSlow(FIRST_BYTES);
	let arenaView = new DataView(arena.buffer);
	let count = 0;
	let used = 0;

	function encode(bytes: DataView, start: number, end: number): number {
		const length = end - start;
		const hash = hashBytes(bytes, start, length);
		let slot = hash & mask;
		for (let held = slots[slot] as number; held !== 0; held = slots[slot] as number) {
			const code = held - 1;
			if (hashes[code] === hash) {
				const at = code === 0 ? 0 : (ends[code - 1] as number);
				if ((ends[code] as number) - at === length && isEqual(bytes, start, arenaView, at, length)) return code;
			}
			slot = (slot + 1) & mask;
		}
		return insert(bytes, start, end, hash, slot);
	}

	function insert(bytes: DataView, start: number, end: number, hash: number, slot: number): number {
		const code = count++;
		if (used + end - start > arena.length) {
			const larger = Buffer.allocUnsafeSlow(2 * (used + end - start));
			larger.set(arena.subarray(0, used));
			arena = larger;
			arenaView = new DataView(arena.buffer);
		}
		for (let i = start; i < end; i++) arena[used++] = bytes.getUint8(i);
		hashes[code] = hash;
		ends[code] = used;
		slots[slot] = count;
		if (count === hashes.length) grow();
		return code;
	}

	function grow(): void {
		const more = 2 * count;
		hashes = enlarge(hashes, more);
		ends = enlarge(ends, more);
		slots = new Int32Array(2 * more);
		mask = slots.length - 1;
		for (let code = 0; code < count; code++) {
			let slot = (hashes[code] as number) & mask;
			while (slots[slot] !== 0) slot = (slot + 1) & mask;
			slots[slot] = code + 1;
		}
	}

	function takeTexts(): string[] {
		const texts = new Array<string>(count);
		const bytes = arena.subarray(0, used);
		// One conversion for all, where a byte is a character.
		const whole = isAscii(bytes) ? bytes.toString('latin1') : null;
		for (let code = 0, start = 0; code < count; code++) {
			const end = ends[code] as number;
			texts[code] = whole === null ? bytes.toString('utf8', start, end) : whole.slice(start, end);
			start = end;
		}
		return texts;
	}

	return {
		encode,
		encodeText(text) {
			const bytes = Buffer.from(text);
			return encode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
		},
		take() {
			const texts = takeTexts();
			slots.fill(0);
			count = 0;
			used = 0;
			return texts;
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
		for (let i = start; i < last; i += 4) hash = Math.imul(hash ^ bytes.getInt32(i, true), FNV_PRIME);
		hash = Math.imul(hash ^ bytes.getInt32(last, true), FNV_PRIME);
	}
	hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
	return hash ^ (hash >>> 13);
}

function isEqual(a: DataView, startA: number, b: DataView, startB: number, length: number): boolean {
	if (length < 4) {
		for (let i = 0; i < length; i++) if (a.getUint8(startA + i) !== b.getUint8(startB + i)) return false;
		return true;
	}
	const last = length - 4;
	for (let i = 0; i < last; i += 4) if (a.getInt32(startA + i) !== b.getInt32(startB + i)) return false;
	return a.getInt32(startA + last) === b.getInt32(startB + last);
}

function enlarge(values: Int32Array, length: number): Int32Array<ArrayBuffer> {
	const larger = new Int32Array(length);
	larger.set(values);
	return larger;
}
