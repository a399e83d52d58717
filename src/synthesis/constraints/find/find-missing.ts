import type { ConstraintCell, MissingIfConstraint, MissingTogetherConstraint } from '../../../contracts/constraints.ts';
import { cellOfNumber } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { type CodedColumn, isDerived, type Search } from './coded-columns.ts';
import { bitsOf, MIN_TESTED_ROWS, neededBits } from './evidence.ts';

const MIN_MISSING = 5;
/** Cells of a column that missing cells of another are held against. */
const MAX_CELLS = 50;

interface MissingGroup {
	/** Columns that are missing in the same rows. */
	readonly members: readonly CodedColumn[];
	/** [rows] 1 where missing */
	readonly mask: Uint8Array;
	readonly count: number;
}

export interface MissingPatterns {
	readonly together: MissingTogetherConstraint[];
	readonly ifs: MissingIfConstraint[];
}

/**
 * Columns that are missing in the same rows, and columns that are missing wherever another has a certain cell (or is
 * missing itself). Chance: m of n rows are the same m rows of another column with probability 1 / (n over m); n rows
 * of a cell are all missing with probability p^n, p being the share that is.
 */
export function findMissing(search: Search): MissingPatterns {
	const groups = groupByMask(search);
	const columns = search.columns.filter((coded) => !isDerived(coded));
	const pairs = columns.length ** 2;
	const together = groups.filter(
		({ members, count }) => members.length > 1 && choiceBits(search.rows, count) >= neededBits(pairs),
	);
	return {
		together: together.map(({ members }) => {
			const names = members.map(({ column }) => column.name);
			return { type: 'missing-together', id: constraintId('missing-together', names), columns: names };
		}),
		ifs: leaders(groups, together).flatMap((group) => findIfs(group, columns, pairs)),
	};
}

/** One group per set of columns that are stated to be missing together, one per column for the others. */
function leaders(groups: readonly MissingGroup[], together: readonly MissingGroup[]): MissingGroup[] {
	return groups.flatMap((group) =>
		together.includes(group) ? [group] : group.members.map((member) => ({ ...group, members: [member] })),
	);
}

function groupByMask(search: Search): MissingGroup[] {
	const groups = new Map<string, { members: CodedColumn[]; mask: Uint8Array; count: number }>();
	for (const coded of search.columns) {
		const count = coded.missing < 0 ? 0 : (coded.counts[coded.missing] as number);
		if (isDerived(coded) || count < MIN_MISSING || search.rows - count < MIN_MISSING) continue;
		const mask = Uint8Array.from(coded.codes, (code) => (code === coded.missing ? 1 : 0));
		const key = `${count} ${mask.indexOf(1)} ${mask.lastIndexOf(1)}`;
		let name = key;
		// Masks with the same key are told apart by looking at them.
		for (let other = groups.get(name); other !== undefined; other = groups.get(name)) {
			if (isSameMask(other.mask, mask)) break;
			name += '+';
		}
		const group = groups.get(name);
		if (group === undefined) groups.set(name, { members: [coded], mask, count });
		else group.members.push(coded);
	}
	return [...groups.values()];
}

function isSameMask(first: Uint8Array, second: Uint8Array): boolean {
	for (let row = 0; row < first.length; row++) if (first[row] !== second[row]) return false;
	return true;
}

/** log2 of (n over m). */
function choiceBits(n: number, m: number): number {
	let bits = 0;
	for (let i = 0; i < m; i++) bits += Math.log2((n - i) / (m - i));
	return bits;
}

interface Cause extends MissingIfConstraint {
	/** Rows that it makes missing. */
	readonly rows: readonly number[];
}

/** The fewest conditions that explain the most missing cells of the group. */
function findIfs(group: MissingGroup, columns: readonly CodedColumn[], pairs: number): MissingIfConstraint[] {
	const causes = columns
		.filter((on) => !group.members.includes(on))
		.map((on) => causeOf(group, on, pairs))
		.filter((cause) => cause !== null)
		.sort((a, b) => b.rows.length - a.rows.length);
	const explained = new Set<number>();
	const kept: MissingIfConstraint[] = [];
	for (const { rows, ...constraint } of causes) {
		if (!rows.some((row) => !explained.has(row))) continue;
		for (const row of rows) explained.add(row);
		kept.push(constraint);
	}
	return kept;
}

function causeOf(group: MissingGroup, on: CodedColumn, pairs: number): Cause | null {
	const { mask, count, members } = group;
	const isListed = on.column.type === 'level' && on.numbers.length <= MAX_CELLS;
	if (!isListed && on.missing < 0) return null;
	const missingRows = new Int32Array(on.numbers.length);
	for (let row = 0; row < mask.length; row++) {
		const code = on.codes[row] as number;
		missingRows[code] = (missingRows[code] as number) + (mask[row] as number);
	}
	const share = count / mask.length;
	const needed = neededBits(pairs * on.numbers.length);
	const always: number[] = [];
	const never: number[] = [];
	for (let code = 0; code < on.numbers.length; code++) {
		if (!isListed && code !== on.missing) continue;
		const rows = on.counts[code] as number;
		if (rows < MIN_TESTED_ROWS) continue;
		if (missingRows[code] === rows && bitsOf(rows, share) >= needed) always.push(code);
		if (missingRows[code] === 0 && bitsOf(rows, 1 - share) >= needed) never.push(code);
	}
	if (always.length === 0) return null;
	const cells = (codes: readonly number[]): ConstraintCell[] =>
		codes
			.map((code) => on.numbers[code] as number)
			.sort((a, b) => a - b)
			.map((number) => cellOfNumber(on.column, number));
	const name = (members[0] as CodedColumn).column.name;
	const rows: number[] = [];
	for (let row = 0; row < mask.length; row++) if (always.includes(on.codes[row] as number)) rows.push(row);
	return {
		type: 'missing-if',
		id: constraintId('missing-if', [name, on.column.name]),
		column: name,
		on: on.column.name,
		always: cells(always),
		never: cells(never),
		rows,
	};
}
