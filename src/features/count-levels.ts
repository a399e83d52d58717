import type { Cells } from '../contracts/table.ts';

/** Distinct texts with the number of cells that hold each, in order of first appearance. */
export interface LevelCounts {
	readonly texts: readonly string[];
	readonly counts: ArrayLike<number>;
	/** Cells without a value. */
	readonly empty: number;
}

export function countLevels(cells: Cells): LevelCounts {
	if (cells.type === 'number') {
		const counter = createNumberCounter();
		const empty = counter.add(cells.values);
		return { texts: Array.from(counter.values(), String), counts: counter.counts(), empty };
	}
	const { dictionary } = cells;
	const { counts, order, empty } = countCodes(cells.codes, dictionary.length);
	if (order === null) return { texts: dictionary, counts, empty };
	return {
		texts: Array.from(order, (code) => dictionary[code] as string),
		counts: order.map((code) => counts[code] as number),
		empty,
	};
}

/** Counts how often each number occurs. */
export interface NumberCounter {
	/** @returns how many of them are missing. */
	add(values: Float64Array): number;
	/** @param limit a number that is not known is left out once there are so many */
	addNumber(value: number, count: number, limit: number): void;
	size(): number;
	/** Distinct numbers in the order of their first appearance; valid until the next `add`. */
	values(): Float64Array;
	/** By number. */
	counts(): Float64Array;
}

/** Whole numbers from 0 below this have a place of their own each. */
const DIRECT = 1_024;

/** By the bits of the numbers, in a table with open addressing that is at most half full: a `Map` takes ten times as long. */
export function createNumberCounter(): NumberCounter {
	let slots = new Int32Array(256);
	let distinct = new Float64Array(slots.length / 2);
	let counts = new Float64Array(slots.length / 2);
	const direct = new Int32Array(DIRECT);
	let known = 0;

	/** @returns its index and 1 more. */
	function insert(value: number, slot: number): number {
		// As the text of -0 is that of 0.
		distinct[known] = value + 0;
		slots[slot] = ++known;
		if (value >= 0 && value < DIRECT && Number.isInteger(value)) direct[value] = known;
		if (known === distinct.length) {
			distinct = enlarge(distinct, new Float64Array(2 * known));
			counts = enlarge(counts, new Float64Array(2 * known));
			slots = placeAll(distinct, known, 4 * known);
		}
		return known;
	}

	const single = new Float64Array(1);
	const singleBits = new Int32Array(single.buffer);

	function addNumber(value: number, count: number, limit: number): void {
		single[0] = value;
		const slot = probe(value, singleBits[0] as number, singleBits[1] as number);
		let held = slots[slot] as number;
		if (held === 0) {
			if (known >= limit) return;
			held = insert(value, slot);
		}
		counts[held - 1] = (counts[held - 1] as number) + count;
	}

	/** @returns the slot that holds the number, or the empty one that is to. */
	function probe(value: number, low: number, high: number): number {
		let slot = slotOf(value, low, high, slots.length);
		let held = slots[slot] as number;
		while (held !== 0 && distinct[held - 1] !== value) {
			slot = (slot + 1) & (slots.length - 1);
			held = slots[slot] as number;
		}
		return slot;
	}

	function add(values: Float64Array): number {
		const bits = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
		let empty = 0;
		for (let row = 0; row < values.length; row++) {
			const value = values[row] as number;
			const whole = value | 0;
			const isDirect = whole === value && whole >= 0 && whole < DIRECT;
			if (isDirect && direct[whole] !== 0) {
				const index = (direct[whole] as number) - 1;
				counts[index] = (counts[index] as number) + 1;
				continue;
			}
			if (Number.isNaN(value)) {
				empty++;
				continue;
			}
			const slot = probe(value, bits[2 * row] as number, bits[2 * row + 1] as number);
			let held = slots[slot] as number;
			if (held === 0) held = insert(value, slot);
			counts[held - 1] = (counts[held - 1] as number) + 1;
		}
		return empty;
	}

	return {
		add,
		addNumber,
		size: () => known,
		values: () => distinct.subarray(0, known),
		counts: () => counts.subarray(0, known),
	};
}

/** @param slots a power of 2 */
function slotOf(value: number, low: number, high: number, slots: number): number {
	// 0 and -0 are one number with different bits.
	if (value === 0) return 0;
	const hash = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
	return (hash ^ (hash >>> 15)) & (slots - 1);
}

function placeAll(distinct: Float64Array, known: number, length: number): Int32Array<ArrayBuffer> {
	const bits = new Int32Array(distinct.buffer, distinct.byteOffset, 2 * distinct.length);
	const slots = new Int32Array(length);
	for (let i = 0; i < known; i++) {
		let slot = slotOf(distinct[i] as number, bits[2 * i] as number, bits[2 * i + 1] as number, length);
		while (slots[slot] !== 0) slot = (slot + 1) & (length - 1);
		slots[slot] = i + 1;
	}
	return slots;
}

function enlarge(values: Float64Array, larger: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
	larger.set(values);
	return larger;
}

/**
 * @returns how often each code occurs, the codes that occur in the order of their first appearance (null: all of them,
 * from 0 on), and the cells without one.
 */
export function countCodes(
	codes: Int32Array,
	size: number,
): { readonly counts: Int32Array; readonly order: Int32Array | null; readonly empty: number } {
	const counts = new Int32Array(size);
	let empty = 0;
	let seen = 0;
	let isInOrder = true;
	for (let row = 0; row < codes.length; row++) {
		const code = codes[row] as number;
		if (code < 0) {
			empty++;
			continue;
		}
		const count = counts[code] as number;
		counts[code] = count + 1;
		if (count === 0 && code !== seen++) isInOrder = false;
	}
	// As readers number their texts.
	if (isInOrder && seen === size) return { counts, order: null, empty };
	return { counts, order: Int32Array.from(new Set(codes)).filter((code) => code >= 0), empty };
}
