import { extentOf } from './coverage.ts';
import { type Codes, countCodes } from './pair-trends.ts';
import { alignLevels, assertSameColumns, type QualityColumn, type QualityTable } from './quality-table.ts';

export type DisclosureMethod = 'cap' | 'zero-cap' | 'generalized-cap';

export interface Disclosure {
	/** Protection in units of the baseline, at most 1; NaN where undefined. */
	readonly score: number;
	/** 1 - how often an attacker who knows the known columns guesses the sensitive one right. */
	readonly protection: number;
	/** The same for a guess among all values: 1 - 1 / their number. */
	readonly baseline: number;
	/** Real rows whose known values occur in the attacked table. */
	readonly matched: number;
}

const BINS = 10;

interface CodePair {
	readonly real: Codes;
	readonly other: Codes;
}

/**
 * DisclosureProtection of SDMetrics: an attacker looks up the known values of a real row in the synthetic table and
 * guesses the sensitive value that it finds there. Numbers are in ten bins of the real range. `cap` leaves out rows
 * whose known values do not occur, `zero-cap` counts them as not guessed, `generalized-cap` takes the rows that agree
 * in the most known values.
 *
 * @param known indices of columns.
 * @param sensitive index of a column.
 * @throws INTERNAL if the tables differ in their columns.
 */
export function measureDisclosure(
	real: QualityTable,
	synthetic: QualityTable,
	known: readonly number[],
	sensitive: number,
	method: DisclosureMethod = 'cap',
): Disclosure {
	assertSameColumns(real, synthetic);
	const pairOf = (index: number) =>
		codePair(real.columns[index] as QualityColumn, synthetic.columns[index] as QualityColumn);
	const keys = combineKeys(known.map(pairOf));
	const target = pairOf(sensitive);
	const baseline = 1 - 1 / target.real.used;
	const { sum, matched } =
		method === 'generalized-cap'
			? guessFromClosest(known.map(pairOf), keys, target)
			: guessFromEqual(keys, target, method);
	const protection = matched === 0 ? Number.NaN : 1 - sum / matched;
	const score = baseline === 0 ? Number.NaN : Math.min(1, protection / baseline);
	return { score, protection, baseline, matched: method === 'cap' ? matched : countPresent(keys) };
}

function codePair(real: QualityColumn, other: QualityColumn): CodePair {
	if (real.type === 'categorical' && other.type === 'categorical') {
		const { first, second, size } = alignLevels(real, other);
		return { real: countCodes(first, size + 1), other: countCodes(second, size + 1) };
	}
	const values = (column: QualityColumn) => (column as { values: Float64Array }).values;
	const edges = cutEdges(values(real));
	return { real: cut(values(real), edges), other: cut(values(other), edges) };
}

/** The inner edges of pandas' `cut`: equal widths over the range of the values, widened where that is nothing. */
function cutEdges(values: Float64Array): Float64Array {
	let { min, max } = extentOf(values);
	if (min === max) {
		const width = min === 0 ? 0.001 : 0.001 * Math.abs(min);
		min -= width;
		max += width;
	}
	const step = (max - min) / BINS;
	return Float64Array.from({ length: BINS - 1 }, (_, i) => (i + 1) * step + min);
}

/** Bins that their right edge belongs to; missing is the last code. */
function cut(values: Float64Array, edges: Float64Array): Codes {
	const codes = new Int32Array(values.length);
	for (let row = 0; row < values.length; row++) {
		const value = values[row] as number;
		let bin = 0;
		while (bin < edges.length && value > (edges[bin] as number)) bin++;
		codes[row] = Number.isNaN(value) ? BINS : bin;
	}
	return countCodes(codes, BINS + 1);
}

/** One code per row of each table: the same where all known values are the same. */
function combineKeys(pairs: readonly CodePair[]): { readonly real: Int32Array; readonly other: Int32Array } {
	const rows = pairs[0]?.real.codes.length ?? 0;
	const others = pairs[0]?.other.codes.length ?? 0;
	const keys = { real: new Int32Array(rows), other: new Int32Array(others) };
	for (const { real, other } of pairs) {
		const place = new Map<number, number>();
		const extend = (codes: Int32Array, next: Codes) => {
			for (let row = 0; row < codes.length; row++) {
				const key = (codes[row] as number) * next.size + (next.codes[row] as number);
				let known = place.get(key);
				if (known === undefined) {
					known = place.size;
					place.set(key, known);
				}
				codes[row] = known;
			}
		};
		extend(keys.real, real);
		extend(keys.other, other);
	}
	return keys;
}

function countPresent(keys: { readonly real: Int32Array; readonly other: Int32Array }): number {
	const present = new Set(keys.other);
	return keys.real.reduce((count, key) => count + (present.has(key) ? 1 : 0), 0);
}

interface Guesses {
	readonly sum: number;
	/** Rows that count. */
	readonly matched: number;
}

/** Synthetic rows by key, and by key and sensitive value. */
function countByKey(keys: Int32Array, target: Codes): { byKey: Map<number, number>; both: Map<number, number> } {
	const byKey = new Map<number, number>();
	const both = new Map<number, number>();
	keys.forEach((key, row) => {
		const cell = key * target.size + (target.codes[row] as number);
		byKey.set(key, (byKey.get(key) ?? 0) + 1);
		both.set(cell, (both.get(cell) ?? 0) + 1);
	});
	return { byKey, both };
}

function guessFromEqual(
	keys: { readonly real: Int32Array; readonly other: Int32Array },
	target: CodePair,
	method: DisclosureMethod,
): Guesses {
	const { byKey, both } = countByKey(keys.other, target.other);
	let sum = 0;
	let matched = 0;
	keys.real.forEach((key, row) => {
		const rows = byKey.get(key);
		if (rows !== undefined) sum += (both.get(key * target.real.size + (target.real.codes[row] as number)) ?? 0) / rows;
		if (rows !== undefined || method === 'zero-cap') matched++;
	});
	return { sum, matched };
}

/** Goes through all pairs of distinct keys. */
function guessFromClosest(
	known: readonly CodePair[],
	keys: { readonly real: Int32Array; readonly other: Int32Array },
	target: CodePair,
): Guesses {
	const { byKey, both } = countByKey(keys.other, target.other);
	const exampleOf = new Map<number, number>();
	keys.other.forEach((key, row) => {
		if (!exampleOf.has(key)) exampleOf.set(key, row);
	});
	const closestOf = new Map<number, number[]>();
	let sum = 0;
	keys.real.forEach((key, row) => {
		let closest = closestOf.get(key);
		if (closest === undefined) {
			closest = closestKeys(known, row, exampleOf);
			closestOf.set(key, closest);
		}
		let rows = 0;
		let right = 0;
		for (const other of closest) {
			rows += byKey.get(other) ?? 0;
			right += both.get(other * target.real.size + (target.real.codes[row] as number)) ?? 0;
		}
		sum += right / rows;
	});
	return { sum: keys.other.length === 0 ? Number.NaN : sum, matched: keys.real.length };
}

function closestKeys(known: readonly CodePair[], row: number, exampleOf: ReadonlyMap<number, number>): number[] {
	let fewest = Number.POSITIVE_INFINITY;
	let closest: number[] = [];
	for (const [key, example] of exampleOf) {
		let different = 0;
		for (const { real, other } of known) if (real.codes[row] !== other.codes[example]) different++;
		if (different < fewest) {
			fewest = different;
			closest = [];
		}
		if (different === fewest) closest.push(key);
	}
	return closest;
}
