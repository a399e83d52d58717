import { findNearest } from '../contracts/find-nearest.ts';
import type { ColumnContract } from '../contracts/schema-contract.ts';
import { type ColumnTally, evidenceOf } from './column-tally.ts';
import { levelKey } from './group-levels.ts';
import { isMissingText } from './is-missing-text.ts';
import { shareWithin } from './quantile-sketch.ts';
import { countReadable, statsOf } from './readable-cells.ts';

/** A column that is gone and a new one that may be the same. */
export interface Rename {
	readonly column: string;
	readonly newName: string;
}

/** Likeness of name and content together from which on a new column is taken for the old one. */
const ALIKE = 0.6;
/** Of names alone, where no content is known. */
const ALIKE_BY_NAME = 0.7;
/** Content that is nothing like what it was rules a rename out, whatever the name. */
const LEAST_CONTENT = 0.5;
/** So many levels with so little else tell a column whatever its name. */
const TELLING_LEVELS = 3;
const SAME_CONTENT = 0.95;

/** Pairs the columns that are gone with new ones by likeness of name and of content, the most alike first. */
export function findRenames(
	missing: readonly ColumnContract[],
	fresh: readonly { readonly name: string; readonly tally: ColumnTally | null }[],
): Rename[] {
	const pairs: (Rename & { readonly likeness: number })[] = [];
	for (const column of missing) {
		for (const { name, tally } of fresh) {
			const likeness = likenessOf(column, name, tally);
			if (likeness !== null) pairs.push({ column: column.name, newName: name, likeness });
		}
	}
	const renames: Rename[] = [];
	for (const { column, newName } of pairs.sort((a, b) => b.likeness - a.likeness)) {
		const isTaken = renames.some((rename) => rename.column === column || rename.newName === newName);
		if (!isTaken) renames.push({ column, newName });
	}
	return renames;
}

/** From 0 to 1; null where they are too unlike. */
function likenessOf(column: ColumnContract, name: string, tally: ColumnTally | null): number | null {
	const byName = likenessOfNames(column.name, name);
	if (tally === null) return byName >= ALIKE_BY_NAME ? byName : null;
	const byContent = likenessOfContent(column, tally);
	const isTelling = byContent >= SAME_CONTENT && (column.levels?.known.length ?? 0) >= TELLING_LEVELS;
	const likeness = Math.max((byName + byContent) / 2, isTelling ? ALIKE : 0);
	return byContent >= LEAST_CONTENT && likeness >= ALIKE ? likeness : null;
}

/** 1 for names that differ in case and signs only, 0.75 for abbreviations, 0.7 for slips of the pen. */
export function likenessOfNames(a: string, b: string): number {
	const [first, second] = [lettersOf(a), lettersOf(b)];
	if (first === '' || second === '') return 0;
	if (first === second) return 1;
	const [short, long] = first.length < second.length ? [first, second] : [second, first];
	if (short.length >= 2 && short[0] === long[0] && isSubsequence(short, long)) return 0.75;
	if (short.length >= 3 && long.includes(short)) return 0.75;
	if (findNearest(short, [long]) !== null) return 0.7;
	const words = wordsOf(a);
	const shared = wordsOf(b).filter((word) => word.length >= 3 && words.includes(word));
	return shared.length > 0 ? 0.5 : 0;
}

function lettersOf(name: string): string {
	return wordsOf(name).join('');
}

function wordsOf(name: string): string[] {
	return name
		.replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
		.toLowerCase()
		.split(/[^\p{L}\p{N}]+/u)
		.filter((word) => word !== '');
}

function isSubsequence(short: string, long: string): boolean {
	let at = 0;
	for (const letter of long) if (letter === short[at]) at++;
	return at === short.length;
}

/** Share of the cells that would be nothing new in the column, from 0 to 1. */
function likenessOfContent(column: ColumnContract, tally: ColumnTally): number {
	const evidence = evidenceOf(tally);
	if (evidence.present === 0) return LEAST_CONTENT;
	const readable = countReadable(column, evidence) / evidence.present;
	const { levels, numbers } = column;
	if (levels !== undefined) {
		const known = new Set(levels.known.map(({ level }) => levelKey(level, true)));
		let seen = 0;
		tally.texts.forEach((text, i) => {
			if (!isMissingText(text) && known.has(levelKey(text, true))) seen += tally.counts[i] as number;
		});
		return seen / evidence.present;
	}
	const stats = statsOf(column, evidence);
	if (numbers === undefined || stats === null) {
		// Keys and free text tell nothing by their values; numbers in their place do.
		return evidence.numbers.count === evidence.present ? LEAST_CONTENT : 0.75;
	}
	const span = numbers.max - numbers.min || Math.abs(numbers.max) || 1;
	const within = shareWithin(stats.sketch, numbers.min - span, numbers.max + span);
	return readable * (0.5 + 0.5 * within);
}
