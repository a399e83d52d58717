import { type AlignedRows, type AlignedTables, alignTables } from './aligned-rows.ts';
import type { QualityTable } from './quality-table.ts';
import { takeRows } from './take-rows.ts';

export interface Copies {
	/** Rows of the compared table that equal a training row in every column. */
	readonly copies: number;
	readonly rows: number;
	/** copies / rows; NaN without rows. */
	readonly share: number;
}

/** A 32-bit hash per row over all its cells. */
function hashRows({ rows, values, codes }: AlignedRows, numbers: number, levels: number): Uint32Array {
	const hashes = new Uint32Array(rows);
	const words = new Uint32Array(2);
	const number = new Float64Array(words.buffer);
	for (let row = 0; row < rows; row++) {
		let hash = 0x811c9dc5;
		for (let k = row * numbers; k < (row + 1) * numbers; k++) {
			const value = values[k] as number;
			// Equal cells need equal bits: adding 0 turns -0 into 0, and there are many NaN.
			number[0] = Number.isNaN(value) ? Number.NaN : value + 0;
			hash = Math.imul(hash ^ (words[0] as number), 0x01000193);
			hash = Math.imul(hash ^ (hash >>> 15) ^ (words[1] as number), 0x85ebca6b);
		}
		for (let k = row * levels; k < (row + 1) * levels; k++) {
			hash = Math.imul(hash ^ (hash >>> 13) ^ (codes[k] as number), 0xc2b2ae35);
		}
		hashes[row] = hash ^ (hash >>> 16);
	}
	return hashes;
}

function areEqual(tables: AlignedTables, firstRow: number, secondRow: number): boolean {
	const { first, second, numbers, levels } = tables;
	for (let k = 0; k < levels; k++) {
		if (first.codes[firstRow * levels + k] !== second.codes[secondRow * levels + k]) return false;
	}
	for (let k = 0; k < numbers; k++) {
		const a = first.values[firstRow * numbers + k] as number;
		const b = second.values[secondRow * numbers + k] as number;
		if (a !== b && !(Number.isNaN(a) && Number.isNaN(b))) return false;
	}
	return true;
}

export interface Matches {
	/** [rows of the compared table]; the first training row that it equals in every column, -1 if there is none. */
	readonly trainingRow: Int32Array;
	/** [training rows]; how many training rows are like it, at the first of them; 0 at the others. */
	readonly occurrences: Int32Array;
}

/** Which rows of `table` are copies of which training row; missing equals missing. */
export function matchCopies(training: QualityTable, table: QualityTable): Matches {
	const tables = alignTables(training, table);
	const within: AlignedTables = { ...tables, second: tables.first };
	const trainingHashes = hashRows(tables.first, tables.numbers, tables.levels);
	const hashes = hashRows(tables.second, tables.numbers, tables.levels);
	const buckets = 2 ** Math.ceil(Math.log2(2 * training.rows + 1));
	// Chained hash table: `head` of each bucket, `next` row of the same bucket, -1 at the end.
	const head = new Int32Array(buckets).fill(-1);
	const next = new Int32Array(training.rows);
	const occurrences = new Int32Array(training.rows);
	const find = (among: AlignedTables, hash: number, row: number): number => {
		let candidate = head[hash & (buckets - 1)] as number;
		while (candidate >= 0 && (trainingHashes[candidate] !== hash || !areEqual(among, candidate, row))) {
			candidate = next[candidate] as number;
		}
		return candidate;
	};
	for (let row = 0; row < training.rows; row++) {
		const hash = trainingHashes[row] as number;
		const known = find(within, hash, row);
		if (known >= 0) {
			occurrences[known] = (occurrences[known] as number) + 1;
			continue;
		}
		occurrences[row] = 1;
		next[row] = head[hash & (buckets - 1)] as number;
		head[hash & (buckets - 1)] = row;
	}
	const trainingRow = new Int32Array(table.rows);
	for (let row = 0; row < table.rows; row++) trainingRow[row] = find(tables, hashes[row] as number, row);
	return { trainingRow, occurrences };
}

/** The copies among so many rows; `mostOften` is how often a training row may occur to be counted. */
export function countMatches({ trainingRow, occurrences }: Matches, mostOften = Number.POSITIVE_INFINITY): Copies {
	let copies = 0;
	for (const row of trainingRow) if (row >= 0 && (occurrences[row] as number) <= mostOften) copies++;
	return { copies, rows: trainingRow.length, share: copies / trainingRow.length };
}

/** How many rows of `table` are copies of a training row. */
export function countCopies(training: QualityTable, table: QualityTable): Copies {
	return countMatches(matchCopies(training, table));
}

/** Copies among synthetic rows beside copies among real rows that training has not seen: what chance alone makes. */
export interface CopyCheck {
	readonly synthetic: Copies;
	/** Small tables with few levels have equal rows without any leak. */
	readonly heldOut: Copies;
	/** Copies of training rows that are the only ones of their kind. */
	readonly unique: { readonly synthetic: Copies; readonly heldOut: Copies };
}

export function checkCopies(training: QualityTable, heldOut: QualityTable, synthetic: QualityTable): CopyCheck {
	const own = matchCopies(training, synthetic);
	const chance = matchCopies(training, heldOut);
	return {
		synthetic: countMatches(own),
		heldOut: countMatches(chance),
		unique: { synthetic: countMatches(own, 1), heldOut: countMatches(chance, 1) },
	};
}

/**
 * Pairs of equal training rows among half as many draws: a training row that is left out repeats a row that is then
 * the only one of its kind as often as a held-out row does.
 */
export function countPairs(training: QualityTable): Copies {
	const { occurrences } = matchCopies(training, takeRows(training, new Int32Array(0)));
	const copies = occurrences.reduce((count, times) => count + (times === 2 ? 1 : 0), 0);
	const rows = training.rows >> 1;
	return { copies, rows, share: copies / rows };
}
