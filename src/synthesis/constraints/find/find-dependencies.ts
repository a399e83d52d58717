import type { DependsConstraint } from '../../../contracts/constraints.ts';
import { cellOfNumber } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { type CodedColumn, isDerived, type Search } from './coded-columns.ts';
import { MIN_TESTED_ROWS, neededBits } from './evidence.ts';

/** Rows for each number, so that a number column may be taken for codes. */
const MIN_ROWS_PER_CODE = 3;
const MIN_ROWS_PER_LEVEL = 2;
/** Cells that a dependency lists at most. */
const MAX_PAIRS = 10_000;

/**
 * Columns that are a function of another where that is present (functional dependencies). Chance: if the columns had nothing to do with
 * one another, the n rows of one cell of the first would all have the same cell of the second with probability
 * sum(p^n) over its shares p. Of columns that determine each other the first stands for all; what follows from two
 * others is left out.
 */
export function findDependencies(search: Search): DependsConstraint[] {
	const { columns } = search;
	const width = columns.length;
	const sources = columns.map((coded) => canDetermine(coded, search.rows));
	const targets = columns.map((coded) => !isDerived(coded) && coded.numbers.length > 1);
	const needed = neededBits(sources.filter(Boolean).length * width);
	const determines: Set<number>[] = columns.map(() => new Set());
	const firstRow = new Int32Array(columns.reduce((most, { numbers }) => Math.max(most, numbers.length), 0));
	for (let on = 0; on < width; on++) {
		if (!sources[on]) continue;
		const source = columns[on] as CodedColumn;
		for (let at = 0; at < width; at++) {
			const target = columns[at] as CodedColumn;
			if (!targets[at] || source.column.place === target.column.place) continue;
			if (!isFunction(source, target, search.order, firstRow)) continue;
			if (chanceBits(source, target, needed) >= needed) determines[on]?.add(at);
		}
	}
	const isComplete = (at: number) => (columns[at] as CodedColumn).missing < 0;
	return reduce(determines, isComplete).map(([on, at]) =>
		dependencyOf(columns[on] as CodedColumn, columns[at] as CodedColumn),
	);
}

function canDetermine({ column, numbers }: CodedColumn, rows: number): boolean {
	if (numbers.length < 2 || numbers.length > MAX_PAIRS || rows - numbers.length < MIN_TESTED_ROWS) return false;
	if (column.type === 'level') return rows >= MIN_ROWS_PER_LEVEL * numbers.length;
	return !column.isDate && rows >= MIN_ROWS_PER_CODE * numbers.length;
}

/** @param firstRow scratch space, at least as long as the source has cells. */
function isFunction(source: CodedColumn, target: CodedColumn, order: Int32Array, firstRow: Int32Array): boolean {
	// A function has no more cells than its argument, but for those that go with a missing one.
	if (source.missing < 0 && target.numbers.length > source.numbers.length) return false;
	firstRow.fill(-1, 0, source.numbers.length);
	for (let i = 0; i < order.length; i++) {
		const row = order[i] as number;
		const cell = source.codes[row] as number;
		const first = firstRow[cell] as number;
		if (cell === source.missing) continue;
		if (first < 0) firstRow[cell] = row;
		else if (target.codes[first] !== target.codes[row]) return false;
	}
	return true;
}

function chanceBits(source: CodedColumn, target: CodedColumn, enough: number): number {
	const shares = sharesWherePresent(source, target);
	const bitsOfSize = new Map<number, number>();
	let bits = 0;
	for (const [cell, size] of source.counts.entries()) {
		if (cell === source.missing) continue;
		let known = bitsOfSize.get(size);
		if (known === undefined) {
			known = -Math.log2(shares.reduce((sum, share) => sum + share ** size, 0));
			bitsOfSize.set(size, known);
		}
		bits += known;
		if (bits > enough) return bits;
	}
	return bits;
}

/** Shares of the cells of the second column among the rows in which the first is present. */
function sharesWherePresent(source: CodedColumn, target: CodedColumn): Float64Array {
	const counts = new Float64Array(target.numbers.length);
	let rows = 0;
	for (const [row, cell] of source.codes.entries()) {
		if (cell === source.missing) continue;
		const at = target.codes[row] as number;
		counts[at] = (counts[at] as number) + 1;
		rows++;
	}
	return counts.map((count) => count / Math.max(1, rows)).filter((share) => share > 0);
}

/** The dependencies from which all others follow. */
function reduce(determines: readonly ReadonlySet<number>[], isComplete: (at: number) => boolean): [number, number][] {
	const has = (on: number, at: number) => determines[on]?.has(at) === true;
	// Columns that determine each other are one; the first of them stands for all.
	const standsFor = determines.map((targets, on) => {
		for (let first = 0; first < on; first++) if (targets.has(first) && has(first, on)) return first;
		return on;
	});
	const kept: [number, number][] = [];
	determines.forEach((targets, on) => {
		if (standsFor[on] !== on) return;
		for (const at of [...targets].sort((a, b) => a - b)) {
			if (standsFor[at] === on) kept.push([on, at]);
			else if (standsFor[at] === at) {
				const follows = [...targets].some(
					(middle) => standsFor[middle] === middle && middle !== at && isComplete(middle) && has(middle, at),
				);
				if (!follows) kept.push([on, at]);
			}
		}
	});
	return kept;
}

/** The dependency with all pairs of these rows, the last of each cell if it is none. */
export function dependencyOf(source: CodedColumn, target: CodedColumn): DependsConstraint {
	const cells = new Int32Array(source.numbers.length);
	for (const [row, cell] of source.codes.entries()) cells[cell] = target.codes[row] as number;
	return {
		type: 'depends',
		id: constraintId('depends', [source.column.name, target.column.name]),
		on: source.column.name,
		column: target.column.name,
		pairs: source.numbers.flatMap((number, code) => {
			if (code === source.missing) return [];
			const cell = target.numbers[cells[code] as number] as number;
			return [
				[
					cellOfNumber(source.column, number),
					cellOfNumber(target.column, cell),
					source.counts[code] as number,
				] as const,
			];
		}),
	};
}
