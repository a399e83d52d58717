import type { ByteTexts, Cells } from '../contracts/table.ts';
import { type ByteDictionary, createByteDictionary } from '../texts/byte-dictionary.ts';
import { byteTextsOf, decodeTexts } from '../texts/byte-texts.ts';
import { countCodes, createNumberCounter, type NumberCounter } from './count-levels.ts';

/** Distinct values with the number of cells that hold each. */
export interface DistinctValues {
	/** Texts, or numbers that stand for the texts that `String` writes. */
	readonly values: ByteTexts | Float64Array;
	/** By value. */
	readonly counts: ArrayLike<number>;
	/** Indices of the values that there are, first seen first; null: all of them as they are. */
	readonly order: Int32Array | null;
}

/** Counts the values of a column in the order in which they first appear; numbers count as their texts. */
export interface LevelCounter {
	/** @returns cells without a value. */
	addCells(cells: Cells): number;
	/** @param limit values that are not known are left out once there are so many */
	add(distinct: DistinctValues, limit?: number): void;
	size(): number;
	/** Valid until more is added. */
	distinct(): DistinctValues;
}

/** As long as all values are numbers, no text is made of them. */
export function createLevelCounter(): LevelCounter {
	let numbers: NumberCounter | null = createNumberCounter();
	let dictionary: ByteDictionary | null = null;
	let counts = new Float64Array(0);

	function countAt(code: number, count: number): void {
		if (code >= counts.length) {
			const larger = new Float64Array(Math.max(64, 2 * counts.length));
			larger.set(counts);
			counts = larger;
		}
		counts[code] = (counts[code] as number) + count;
	}

	function asTexts(): ByteDictionary {
		if (dictionary !== null) return dictionary;
		const texts = createByteDictionary();
		dictionary = texts;
		const known = numbers;
		numbers = null;
		if (known !== null) addNumbers(texts, { values: known.values(), counts: known.counts(), order: null });
		return texts;
	}

	function addNumbers(texts: ByteDictionary, distinct: DistinctValues, limit = Number.POSITIVE_INFINITY): void {
		const values = distinct.values as Float64Array;
		eachOf(distinct, (index, count) => {
			const text = Buffer.from(String(values[index]));
			addText(texts, viewOf(text), 0, text.length, count, limit);
		});
	}

	function addText(
		texts: ByteDictionary,
		view: DataView,
		start: number,
		end: number,
		count: number,
		limit: number,
	): void {
		const code = texts.size() < limit ? texts.encode(view, start, end) : texts.find(view, start, end);
		if (code >= 0) countAt(code, count);
	}

	function add(distinct: DistinctValues, limit = Number.POSITIVE_INFINITY): void {
		const { values } = distinct;
		if (!(values instanceof Float64Array)) {
			const texts = asTexts();
			const view = viewOf(values.bytes);
			eachOf(distinct, (index, count) => {
				addText(texts, view, startOf(values, index), values.ends[index] as number, count, limit);
			});
		} else if (numbers === null) {
			addNumbers(asTexts(), distinct, limit);
		} else {
			const counter = numbers;
			eachOf(distinct, (index, count) => counter.addNumber(values[index] as number, count, limit));
		}
	}

	return {
		addCells(cells) {
			if (cells.type === 'number' && numbers !== null) return numbers.add(cells.values);
			const { empty, ...distinct } = distinctOf(cells);
			add(distinct);
			return empty;
		},
		add,
		size: () => (numbers ?? (dictionary as ByteDictionary)).size(),
		distinct() {
			if (numbers !== null) return { values: numbers.values(), counts: numbers.counts(), order: null };
			const texts = asTexts();
			return { values: texts.texts(), counts: counts.subarray(0, texts.size()), order: null };
		},
	};
}

/** The values of some cells. */
export function distinctOf(cells: Cells): DistinctValues & { readonly empty: number } {
	if (cells.type === 'number') {
		const counter = createNumberCounter();
		const empty = counter.add(cells.values);
		return { values: counter.values(), counts: counter.counts(), order: null, empty };
	}
	const values = byteTextsOf(cells);
	return { values, ...countCodes(cells.codes, values.ends.length) };
}

export function eachOf({ values, counts, order }: DistinctValues, visit: (index: number, count: number) => void): void {
	const all = values instanceof Float64Array ? values.length : values.ends.length;
	const length = order === null ? all : order.length;
	for (let i = 0; i < length; i++) {
		const index = order === null ? i : (order[i] as number);
		visit(index, counts[index] as number);
	}
}

/** The values as texts with their counts. */
export function levelsOf(distinct: DistinctValues): { readonly texts: string[]; readonly counts: number[] } {
	const { values } = distinct;
	const all = values instanceof Float64Array ? Array.from(values, String) : decodeTexts(values);
	const texts: string[] = [];
	const counts: number[] = [];
	eachOf(distinct, (index, count) => {
		texts.push(all[index] as string);
		counts.push(count);
	});
	return { texts, counts };
}

export function startOf({ ends }: ByteTexts, index: number): number {
	return index === 0 ? 0 : (ends[index - 1] as number);
}

function viewOf(bytes: Uint8Array): DataView {
	return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
