import type { Cells } from '../contracts/table.ts';

/** Distinct texts with the number of cells that hold each, in order of first appearance. */
export interface LevelCounts {
	readonly texts: readonly string[];
	/** The numbers that the texts are, where the cells are numbers. */
	readonly values?: Float64Array;
	readonly counts: ArrayLike<number>;
	/** Cells without a value. */
	readonly empty: number;
}

export function countLevels(cells: Cells): LevelCounts {
	return cells.type === 'number' ? countNumbers(cells.values) : countCodes(cells.codes, cells.dictionary);
}

/** Whole numbers from 0 below this have a place of their own each. */
const DIRECT = 4_096;

/** By the bits of the numbers, in a table with open addressing that is at most half full: a `Map` takes ten times as long. */
function countNumbers(values: Float64Array): LevelCounts {
	const bits = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
	let slots = new Int32Array(1_024);
	let distinct = new Float64Array(slots.length / 2);
	let counts = new Int32Array(slots.length / 2);
	const direct = new Int32Array(DIRECT);
	let known = 0;
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
		let slot = slotOf(value, bits[2 * row] as number, bits[2 * row + 1] as number, slots.length);
		let held = slots[slot] as number;
		while (held !== 0 && distinct[held - 1] !== value) {
			slot = (slot + 1) & (slots.length - 1);
			held = slots[slot] as number;
		}
		if (held !== 0) {
			counts[held - 1] = (counts[held - 1] as number) + 1;
			continue;
		}
		// As the text of -0 is that of 0.
		distinct[known] = value + 0;
		counts[known] = 1;
		slots[slot] = ++known;
		if (isDirect) direct[whole] = known;
		if (known < distinct.length) continue;
		distinct = enlarge(distinct, new Float64Array(2 * known));
		counts = enlarge(counts, new Int32Array(2 * known));
		slots = placeAll(distinct, known, 4 * known);
	}
	const found = distinct.subarray(0, known);
	return {
		texts: Array.from(found, String),
		values: found,
		counts: counts.subarray(0, known),
		empty,
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

function enlarge<Values extends Float64Array | Int32Array>(values: Values, larger: Values): Values {
	larger.set(values);
	return larger;
}

function countCodes(codes: Int32Array, dictionary: readonly string[]): LevelCounts {
	const counts = new Int32Array(dictionary.length);
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
	if (isInOrder && seen === dictionary.length) return { texts: dictionary, counts, empty };
	const order = [...new Set(codes)].filter((code) => code >= 0);
	return {
		texts: order.map((code) => dictionary[code] as string),
		counts: order.map((code) => counts[code] as number),
		empty,
	};
}
