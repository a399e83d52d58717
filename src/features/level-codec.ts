import { MISSING_LEVEL } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import { largestOf } from './numeric-codec.ts';

export interface LevelCodecOptions {
	/** Levels with a choice of their own at most. @default 100 */
	readonly maxLevels?: number;
	/** Levels with fewer training rows share one choice. @default 5 */
	readonly rareRows?: number;
}

/** Plain data; all that encoding and decoding a categorical feature needs. */
export interface LevelCodec {
	readonly type: 'categorical';
	/** Level codes with a choice of their own, most frequent first. */
	readonly levels: readonly number[];
	/** Level codes that share the choice after them, with their training rows; empty if there is none. */
	readonly rareLevels: readonly number[];
	readonly rareCounts: readonly number[];
	/** Whether the last choice is "missing". */
	readonly missing: boolean;
	/** Share of training rows with each choice. */
	readonly frequencies: readonly number[];
}

/** @param codes [rows]; level codes of the training rows. */
export function fitLevelCodec(codes: Int32Array, options: LevelCodecOptions = {}): LevelCodec {
	const { maxLevels = 100, rareRows = 5 } = options;
	const counts = new Map<number, number>();
	for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
	const missingRows = counts.get(MISSING_LEVEL) ?? 0;
	const present = [...counts].filter(([code]) => code >= 0).sort((a, b) => b[1] - a[1] || a[0] - b[0]);
	let own = present.filter(([, count], i) => i < maxLevels && count >= rareRows);
	let rare = present.slice(own.length);
	// A single rare level is better named than hidden.
	if (rare.length === 1 && own.length < maxLevels) {
		own = present;
		rare = [];
	}
	const rows = [...own.map(([, count]) => count)];
	if (rare.length > 0) rows.push(rare.reduce((sum, [, count]) => sum + count, 0));
	const missing = missingRows > 0 || rows.length === 0;
	if (missing) rows.push(missingRows);
	const total = rows.reduce((sum, count) => sum + count, 0);
	return {
		type: 'categorical',
		levels: own.map(([code]) => code),
		rareLevels: rare.map(([code]) => code),
		rareCounts: rare.map(([, count]) => count),
		missing,
		frequencies: rows.map((count) => (total === 0 ? 1 / rows.length : count / total)),
	};
}

/** The choice that stands for a level, or -1 if there is none. */
export function choiceOfLevel(codec: LevelCodec, code: number): number {
	if (code === MISSING_LEVEL) return codec.missing ? codec.frequencies.length - 1 : -1;
	const own = codec.levels.indexOf(code);
	if (own >= 0) return own;
	// A level that training never saw is as near to the rare ones as to anything.
	return codec.rareLevels.length > 0 ? codec.levels.length : -1;
}

/** Writes the one-hot choice of every row to the matrix, which holds zeros. */
export function encodeLevels(
	codec: LevelCodec,
	codes: Int32Array,
	matrix: Float32Array,
	width: number,
	start: number,
): void {
	// Codes begin at -2 (unseen); the table is indexed by code + 2.
	const largest = [...codec.levels, ...codec.rareLevels].reduce((most, code) => Math.max(most, code), -1);
	const rare = codec.rareLevels.length > 0 ? codec.levels.length : -1;
	const choices = new Int32Array(largest + 3).fill(rare);
	codec.levels.forEach((code, choice) => {
		choices[code + 2] = choice;
	});
	choices[MISSING_LEVEL + 2] = choiceOfLevel(codec, MISSING_LEVEL);
	for (let row = 0, at = start; row < codes.length; row++, at += width) {
		const code = codes[row] as number;
		const choice = code <= largest ? (choices[code + 2] as number) : rare;
		if (choice >= 0) matrix[at + choice] = 1;
	}
}

/** [rows]; level codes. A rare choice becomes one of its levels, drawn by frequency. */
export function decodeLevels(
	codec: LevelCodec,
	matrix: Float32Array,
	rows: number,
	width: number,
	start: number,
	random: Random,
): Int32Array {
	const choices = codec.frequencies.length;
	return levelsOfChoices(codec, (row) => largestOf(matrix, start + row * width, choices), rows, random);
}

/**
 * How much of each choice lies in a domain, [choices], 0 to 1.
 *
 * @param levels codes that a row may have
 * @param missing whether it may have none
 */
export function choiceShares(codec: LevelCodec, levels: readonly number[], missing: boolean): Float32Array {
	const isAsked = new Set(levels);
	const shares = new Float32Array(codec.frequencies.length);
	for (const [choice, level] of codec.levels.entries()) if (isAsked.has(level)) shares[choice] = 1;
	if (codec.rareLevels.length > 0) {
		const [asked, all] = [rareCountsWithin(codec, isAsked), codec.rareCounts].map((counts) =>
			counts.reduce((sum, count) => sum + count, 0),
		) as [number, number];
		shares[codec.levels.length] = asked / all;
	}
	if (codec.missing && missing) shares[shares.length - 1] = 1;
	return shares;
}

/** Training rows of each rare level, 0 for those that are not asked for. */
function rareCountsWithin(
	{ rareLevels, rareCounts }: LevelCodec,
	asked: ReadonlySet<number> | null,
): readonly number[] {
	if (asked === null || !rareLevels.some((level) => asked.has(level))) return rareCounts;
	return rareCounts.map((count, i) => (asked.has(rareLevels[i] as number) ? count : 0));
}

/**
 * The same for choices that are already made.
 *
 * @param asked what a rare choice becomes one of; @default any of its levels
 */
export function levelsOfChoices(
	codec: LevelCodec,
	choiceAt: (row: number) => number,
	rows: number,
	random: Random,
	asked: readonly number[] | null = null,
): Int32Array {
	const rareCounts = rareCountsWithin(codec, asked === null ? null : new Set(asked));
	const rareRows = rareCounts.reduce((sum, count) => sum + count, 0);
	const codes = new Int32Array(rows);
	for (let row = 0; row < rows; row++) {
		const choice = choiceAt(row);
		if (choice < codec.levels.length) codes[row] = codec.levels[choice] as number;
		else if (choice === codec.levels.length && codec.rareLevels.length > 0) {
			let left = random.uniform() * rareRows;
			let drawn = 0;
			while (drawn < rareCounts.length - 1 && left >= (rareCounts[drawn] as number)) {
				left -= rareCounts[drawn++] as number;
			}
			// Rounding can run past the last level that is asked for.
			while (rareCounts[drawn] === 0) drawn--;
			codes[row] = codec.rareLevels[drawn] as number;
		} else codes[row] = MISSING_LEVEL;
	}
	return codes;
}
