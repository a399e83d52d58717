import type { OneHotConstraint } from '../../../contracts/constraints.ts';
import { constraintId } from '../constraint-id.ts';
import { setLevel } from '../rules/level-rules.ts';
import { type CodedColumn, isDerived, type Search } from './coded-columns.ts';
import { bitsOf, MIN_TESTED_ROWS, neededBits } from './evidence.ts';

interface Flag {
	readonly coded: CodedColumn;
	/** Code of "set". */
	readonly set: number;
	readonly count: number;
	/** Rows in which it is set, 32 to a word. */
	readonly bits: Int32Array;
}

/**
 * Groups of yes/no columns of which exactly one is set in every row (three or more), or at most one. Chance: by the
 * shares p of independent columns, the probability that a row has exactly one set, or that no two are.
 */
export function findOneHot(search: Search): OneHotConstraint[] {
	const flags = search.columns.map((coded) => toFlag(coded, search.rows)).filter((flag) => flag !== null);
	const used = new Set<Flag>();
	const found: OneHotConstraint[] = [];
	for (const [i, first] of flags.entries()) {
		if (used.has(first)) continue;
		const group = [first];
		let covered = first.count;
		for (const flag of flags.slice(i + 1)) {
			if (used.has(flag) || !group.every((member) => areExclusive(member, flag))) continue;
			group.push(flag);
			covered += flag.count;
		}
		const constraint = judge(group, covered, search.rows, flags.length);
		if (constraint === null) continue;
		for (const flag of group) used.add(flag);
		found.push(constraint);
	}
	return found;
}

function toFlag(coded: CodedColumn, rows: number): Flag | null {
	const { column, codes, counts } = coded;
	if (column.type !== 'level' || isDerived(coded) || coded.missing >= 0) return null;
	if (column.levels.length !== 2 || coded.numbers.length !== 2) return null;
	const set = coded.numbers.indexOf(setLevel(column));
	if (set < 0) return null;
	const bits = new Int32Array(Math.ceil(rows / 32));
	for (let row = 0; row < rows; row++) {
		if (codes[row] === set) bits[row >>> 5] = (bits[row >>> 5] as number) | (1 << (row & 31));
	}
	return { coded, set, count: counts[set] as number, bits };
}

function areExclusive(first: Flag, second: Flag): boolean {
	for (let i = 0; i < first.bits.length; i++) {
		if (((first.bits[i] as number) & (second.bits[i] as number)) !== 0) return false;
	}
	return true;
}

function judge(group: readonly Flag[], covered: number, rows: number, candidates: number): OneHotConstraint | null {
	if (covered === rows && group.length < 3) return null;
	const atMost = covered < rows;
	// Each member could have been any of the candidates.
	const needed = neededBits(1) + group.length * Math.log2(candidates);
	const members = atMost ? surelyExclusive(group, rows, needed) : group;
	if (members.length < 2 || bitsOf(rows, shareOfChance(members, rows, atMost)) < needed) return null;
	const names = members.map(({ coded }) => coded.column.name);
	return {
		type: 'one-hot',
		id: constraintId('one-hot', names),
		columns: names,
		atMost,
		rows: members.map(({ count }) => count),
	};
}

/** The probability that independent columns have exactly one (or at most one) set. */
function shareOfChance(group: readonly Flag[], rows: number, atMost: boolean): number {
	const none = group.reduce((product, { count }) => product * (1 - count / rows), 1);
	const one = group.reduce((sum, { count }) => sum + (none * count) / Math.max(1, rows - count), 0);
	return atMost ? none + one : one;
}

/** The members of which independent columns would have had two together in enough rows, with each of the others. */
function surelyExclusive(group: readonly Flag[], rows: number, needed: number): Flag[] {
	const kept: Flag[] = [];
	for (const flag of [...group].sort((a, b) => b.count - a.count)) {
		const together = (other: Flag) => (flag.count * other.count) / rows;
		const isSure = kept.every(
			(other) =>
				together(other) >= MIN_TESTED_ROWS && bitsOf(rows, 1 - together(other) / rows) >= needed / group.length,
		);
		if (isSure) kept.push(flag);
	}
	return group.filter((flag) => kept.includes(flag));
}
