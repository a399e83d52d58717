import { type AlignedRows, type AlignedTables, alignTables } from './aligned-rows.ts';
import type { QualityTable } from './quality-table.ts';

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

/** How many rows of `table` are copies of a training row; missing equals missing. */
export function countCopies(training: QualityTable, table: QualityTable): Copies {
	const tables = alignTables(training, table);
	const within: AlignedTables = { ...tables, second: tables.first };
	const trainingHashes = hashRows(tables.first, tables.numbers, tables.levels);
	const hashes = hashRows(tables.second, tables.numbers, tables.levels);
	const buckets = 2 ** Math.ceil(Math.log2(2 * training.rows + 1));
	// Chained hash table: `head` of each bucket, `next` row of the same bucket, -1 at the end.
	const head = new Int32Array(buckets).fill(-1);
	const next = new Int32Array(training.rows);
	const find = (among: AlignedTables, hash: number, row: number): number => {
		let candidate = head[hash & (buckets - 1)] as number;
		while (candidate >= 0 && (trainingHashes[candidate] !== hash || !areEqual(among, candidate, row))) {
			candidate = next[candidate] as number;
		}
		return candidate;
	};
	for (let row = 0; row < training.rows; row++) {
		const hash = trainingHashes[row] as number;
		if (find(within, hash, row) >= 0) continue;
		next[row] = head[hash & (buckets - 1)] as number;
		head[hash & (buckets - 1)] = row;
	}
	let copies = 0;
	for (let row = 0; row < table.rows; row++) if (find(tables, hashes[row] as number, row) >= 0) copies++;
	return { copies, rows: table.rows, share: copies / table.rows };
}

/** Copies among synthetic rows beside copies among real rows that training has not seen. */
export interface CopyCheck {
	readonly synthetic: Copies;
	/** What chance alone makes: small tables with few levels have equal rows without any leak. */
	readonly heldOut: Copies;
}

export function checkCopies(training: QualityTable, heldOut: QualityTable, synthetic: QualityTable): CopyCheck {
	return { synthetic: countCopies(training, synthetic), heldOut: countCopies(training, heldOut) };
}
