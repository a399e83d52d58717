import type { CombinationsConstraint, DependsConstraint } from '../../../contracts/constraints.ts';
import { cellOfNumber } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { type CodedColumn, isDerived, type Search } from './coded-columns.ts';

const MIN_CELLS = 3;
const MAX_CELLS = 200;
/** Share of rows that independent columns would have in pairs that do not occur. */
const MIN_UNSEEN = 0.25;
/** Share of real rows that may be expected in pairs not seen yet. */
const MAX_MISSED = 0.002;
/** Rows that decide whether a pair of columns is looked at closely. */
const SAMPLE_ROWS = 1000;

/**
 * Pairs of columns of which only some combinations occur. That the others are impossible and not merely rare is
 * taken for granted if independent columns would put a quarter of the rows there, and if next to nothing is left to
 * be seen: the share of rows in unseen pairs is about (pairs seen once) / rows (Good and Turing), at most about
 * (pairs seen once + 3) / rows.
 */
export function findCombinations(search: Search, dependencies: readonly DependsConstraint[]): CombinationsConstraint[] {
	const { rows, order } = search;
	const related = relatedColumns(dependencies);
	const candidates = search.columns.filter(
		(coded) =>
			coded.column.type === 'level' &&
			!isDerived(coded) &&
			coded.numbers.length >= MIN_CELLS &&
			coded.numbers.length <= MAX_CELLS,
	);
	if (3 / rows > MAX_MISSED) return [];
	const sample = order.subarray(0, Math.min(rows, SAMPLE_ROWS));
	const found: CombinationsConstraint[] = [];
	candidates.forEach((first, i) => {
		for (const second of candidates.slice(i + 1)) {
			const [a, b] = [first.column.name, second.column.name];
			if (related.get(a)?.has(b) === true) continue;
			if (unseenShare(first, second, countPairs(first, second, sample)) < MIN_UNSEEN) continue;
			const counts = countPairs(first, second, order);
			const once = counts.reduce((sum, count) => sum + (count === 1 ? 1 : 0), 0);
			const present = counts.reduce((sum, count) => sum + count, 0);
			if ((once + 3) / Math.max(1, present) > MAX_MISSED || unseenShare(first, second, counts) < MIN_UNSEEN) continue;
			found.push(combinationsOf(first, second, counts));
		}
	});
	return found;
}

/** Columns that hang together by dependencies, directly or through others. */
function relatedColumns(dependencies: readonly DependsConstraint[]): Map<string, Set<string>> {
	const related = new Map<string, Set<string>>();
	for (const { on, column } of dependencies) {
		const joined = new Set([on, column, ...(related.get(on) ?? []), ...(related.get(column) ?? [])]);
		for (const name of joined) related.set(name, joined);
	}
	return related;
}

/** [cells of the first, cells of the second] rows with both present. */
function countPairs(first: CodedColumn, second: CodedColumn, rows: Int32Array): Int32Array {
	const width = second.numbers.length;
	const counts = new Int32Array(first.numbers.length * width);
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i] as number;
		const [a, b] = [first.codes[row] as number, second.codes[row] as number];
		if (a === first.missing || b === second.missing) continue;
		counts[a * width + b] = (counts[a * width + b] as number) + 1;
	}
	return counts;
}

/** Share of pairs of independent rows, both present, whose combination does not occur. */
function unseenShare(first: CodedColumn, second: CodedColumn, counts: Int32Array): number {
	const width = second.numbers.length;
	const rowSums = new Float64Array(first.numbers.length);
	const columnSums = new Float64Array(width);
	let total = 0;
	for (let at = 0; at < counts.length; at++) {
		const count = counts[at] as number;
		const [a, b] = [Math.floor(at / width), at % width];
		rowSums[a] = (rowSums[a] as number) + count;
		columnSums[b] = (columnSums[b] as number) + count;
		total += count;
	}
	let unseen = 0;
	for (let at = 0; at < counts.length; at++) {
		if (counts[at] === 0) unseen += (rowSums[Math.floor(at / width)] as number) * (columnSums[at % width] as number);
	}
	return unseen / Math.max(1, total) ** 2;
}

function combinationsOf(first: CodedColumn, second: CodedColumn, counts: Int32Array): CombinationsConstraint {
	const columns = [first.column.name, second.column.name] as const;
	const width = second.numbers.length;
	const seen = [...counts.keys()].filter((at) => counts[at] !== 0);
	return {
		type: 'combinations',
		id: constraintId('combinations', columns),
		columns,
		pairs: seen.map((at) => [
			cellOfNumber(first.column, first.numbers[Math.floor(at / width)] as number),
			cellOfNumber(second.column, second.numbers[at % width] as number),
		]),
	};
}
