import type { DuplicateRows } from '../contracts/inspection.ts';
import type { TableBatch } from '../contracts/table.ts';
import { hashText } from './hash-text.ts';
import { isMissingText } from './is-missing-text.ts';

/** Rows that are remembered, some 50 bytes each. */
const MOST_ROWS = 2_000_000;
const SEED_A = 0x811c9dc5;
const SEED_B = 0x2f0b4a27;
const MISSING = 0x1e3779b1;

export interface DuplicateCounter {
	add(batch: TableBatch): void;
	counts(): DuplicateRows;
}

/**
 * Counts rows that are equal to one before them, by a hash of 53 bits per row: of tables with 2 million rows one in
 * 4,000 has a pair that only seems equal. Rows after these are not looked at.
 */
export function createDuplicateCounter(mostRows = MOST_ROWS): DuplicateCounter {
	const seen = new Set<number>();
	let of = 0;
	let duplicates = 0;
	return {
		add(batch) {
			const rows = Math.min(batch.rows, mostRows - of);
			if (rows <= 0) return;
			const hashes = hashRows(batch, rows);
			for (const hash of hashes) {
				if (seen.has(hash)) duplicates++;
				else seen.add(hash);
			}
			of += rows;
		},
		counts: () => ({ rows: duplicates, of }),
	};
}

/** [rows]; whole numbers below 2^53. */
function hashRows(batch: TableBatch, rows: number): Float64Array {
	const first = new Int32Array(rows).fill(SEED_A);
	const second = new Int32Array(rows).fill(SEED_B);
	for (const cells of batch.columns) {
		if (cells.type === 'number') addNumbers(cells.values, first, second);
		else addTexts(cells.codes, cells.dictionary, first, second);
	}
	const hashes = new Float64Array(rows);
	for (let row = 0; row < rows; row++) {
		hashes[row] = ((first[row] as number) & 0x1fffff) * 2 ** 32 + ((second[row] as number) >>> 0);
	}
	return hashes;
}

/** One step of a hash: the steps of MurmurHash3 for a block of 32 bits. */
function mix(hash: number, block: number): number {
	const k = Math.imul(block, 0xcc9e2d51);
	const mixed = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593);
	return Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64;
}

function addNumbers(values: Float64Array, first: Int32Array, second: Int32Array): void {
	const words = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
	for (let row = 0; row < first.length; row++) {
		const isMissing = Number.isNaN(values[row]);
		const low = isMissing ? MISSING : (words[2 * row] as number);
		const high = isMissing ? MISSING : (words[2 * row + 1] as number);
		first[row] = mix(mix(first[row] as number, low), high);
		second[row] = mix(mix(second[row] as number, high), low);
	}
}

/** A text that is a number as a number is written has the hash of the number: in another batch it may be one. */
function addTexts(codes: Int32Array, dictionary: readonly string[], first: Int32Array, second: Int32Array): void {
	const low = new Int32Array(dictionary.length);
	const high = new Int32Array(dictionary.length);
	const number = new Float64Array(1);
	const words = new Int32Array(number.buffer);
	dictionary.forEach((text, code) => {
		const trimmed = text.trim();
		number[0] = Number(trimmed);
		if (isMissingText(trimmed)) low[code] = high[code] = MISSING;
		else if (String(number[0]) === trimmed) [low[code], high[code]] = [words[0] as number, words[1] as number];
		else [low[code], high[code]] = [hashText(trimmed, SEED_A), hashText(trimmed, SEED_B)];
	});
	for (let row = 0; row < first.length; row++) {
		const code = codes[row] as number;
		const isMissing = code < 0;
		const a = isMissing ? MISSING : (low[code] as number);
		const b = isMissing ? MISSING : (high[code] as number);
		first[row] = mix(mix(first[row] as number, a), b);
		second[row] = mix(mix(second[row] as number, b), a);
	}
}
