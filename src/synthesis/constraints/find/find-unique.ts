import type { UniqueConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { type CodedColumn, isDerived, type Search } from './coded-columns.ts';
import { neededBits } from './evidence.ts';

/** Columns beyond which pairs are not looked at. */
const MAX_PAIRED_COLUMNS = 60;
/** Units around a number in which others are counted. */
const NEIGHBOURHOOD = 10;

/**
 * Columns, and pairs of columns, without two equal rows where chance would give some. Chance: with e equal pairs of
 * rows to be expected there are none with probability exp(-e). For a number e is the number of pairs within ten of
 * its units over the 20 differences that they have; for two columns it is n^2 / 2 times the probabilities that two
 * rows agree in the one and in the other.
 */
export function findUnique(search: Search): UniqueConstraint[] {
	const columns = search.columns.filter((coded) => !isDerived(coded));
	const isUnique = (expected: number, candidates: number) => expected * Math.LOG2E >= neededBits(candidates);
	const single = columns.filter(
		(coded) =>
			coded.column.type === 'number' && allDiffer(coded) && isUnique(expectedEqual(coded.column), columns.length),
	);
	const found = single.map(({ column }) => toConstraint([column.name]));
	const rest = columns.filter((coded) => !single.includes(coded));
	if (rest.length > MAX_PAIRED_COLUMNS) return found;
	rest.forEach((first, i) => {
		for (const second of rest.slice(i + 1)) {
			const expected = (search.rows ** 2 / 2) * agreement(first) * agreement(second);
			if (!isUnique(expected, rest.length ** 2) || !pairsDiffer(first, second, search.order)) continue;
			found.push(toConstraint([first.column.name, second.column.name]));
		}
	});
	return found;
}

function toConstraint(columns: readonly string[]): UniqueConstraint {
	return { type: 'unique', id: constraintId('unique', columns), columns };
}

function allDiffer({ counts, missing }: CodedColumn): boolean {
	return counts.every((count, code) => count === 1 || code === missing);
}

function expectedEqual({ values, unit }: NumberColumn): number {
	const sorted = values.filter((value) => !Number.isNaN(value)).sort();
	let near = 0;
	let from = 0;
	for (let at = 0; at < sorted.length; at++) {
		while ((sorted[at] as number) - (sorted[from] as number) > (NEIGHBOURHOOD + 0.5) * unit) from++;
		near += at - from;
	}
	return near / (2 * NEIGHBOURHOOD);
}

/** The probability that two different rows agree and are present. */
function agreement({ counts, missing, codes }: CodedColumn): number {
	const pairs = codes.length * (codes.length - 1);
	return counts.reduce((sum, count, code) => (code === missing ? sum : sum + (count * (count - 1)) / pairs), 0);
}

function pairsDiffer(first: CodedColumn, second: CodedColumn, order: Int32Array): boolean {
	const seen = new Set<number>();
	const width = second.numbers.length;
	for (const row of order) {
		const [a, b] = [first.codes[row] as number, second.codes[row] as number];
		if (a === first.missing || b === second.missing) continue;
		const key = a * width + b;
		if (seen.has(key)) return false;
		seen.add(key);
	}
	return true;
}
