import type { OrderConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import type { Search } from './coded-columns.ts';
import { MIN_TESTED_ROWS, neededBits } from './evidence.ts';

/** Share of pairs of independent rows that would be in the wrong order; below it the ranges hardly meet. */
const MIN_WRONG = 0.05;
const MIN_WRONG_DATES = 0.01;
const SAMPLE_ROWS = 2000;
const GAP_ROWS = 500;
const GAPS = 21;
/** Rows without a single tie from which on "never equal" is believed. */
const STRICT_ROWS = 100;

/**
 * Pairs of numbers, or of dates, of which one is never above the other. Chance: independent rows would be in the
 * wrong order with probability w, so that all n are right with (1 - w)^n. Correlated numbers can be in order without
 * there being a rule, as far apart as they are; so either differences reach down to nothing, as they do where a rule
 * cuts them off, or the names are opposites (`min_`, `max_`). A chain a, b, c is told by its neighbours.
 */
export function findOrders(search: Search): OrderConstraint[] {
	const numbers = search.columns.map(({ column }) => column).filter((column) => column.type === 'number');
	const needed = neededBits(numbers.length ** 2);
	const above: Set<number>[] = numbers.map(() => new Set());
	const sorted = new Map<NumberColumn, Float64Array>();
	const sample = search.order.subarray(0, SAMPLE_ROWS);
	const sortedOf = (column: NumberColumn): Float64Array => {
		const known = sorted.get(column);
		if (known !== undefined) return known;
		const values = Float64Array.from(sample, (row) => column.values[row] as number);
		const kept = values.filter((value) => !Number.isNaN(value)).sort();
		sorted.set(column, kept);
		return kept;
	};
	numbers.forEach((low, i) => {
		numbers.forEach((high, j) => {
			if (i === j || low.isDate !== high.isDate) return;
			const tested = testedRows(low, high, search.order);
			if (tested < MIN_TESTED_ROWS) return;
			const wrong = wrongShare(sortedOf(low), sortedOf(high));
			const isLikely = low.isDate || haveOppositeNames(low.name, high.name);
			if (wrong < (isLikely ? MIN_WRONG_DATES : MIN_WRONG)) return;
			if (-tested * Math.log2(1 - wrong) < needed) return;
			if (isLikely || reachesNothing(gapsOf(low, high, sample.subarray(0, GAP_ROWS)))) above[i]?.add(j);
		});
	});
	return above.flatMap((highs, i) =>
		[...highs].flatMap((j) => {
			const isEqual = above[j]?.has(i) === true;
			const follows = [...highs].some((middle) => middle !== j && above[middle]?.has(j) === true);
			return follows || isEqual
				? []
				: [toConstraint(numbers[i] as NumberColumn, numbers[j] as NumberColumn, search.order)];
		}),
	);
}

/** Rows in which both are present and differ; 0 if one of them is in the wrong order. */
function testedRows(low: NumberColumn, high: NumberColumn, order: Int32Array): number {
	let tested = 0;
	for (let i = 0; i < order.length; i++) {
		const row = order[i] as number;
		const gap = (high.values[row] as number) - (low.values[row] as number);
		if (gap < 0) return 0;
		if (gap > 0) tested++;
	}
	return tested;
}

/** The probability that a value of `low` is above one of `high`. */
function wrongShare(low: Float64Array, high: Float64Array): number {
	let below = 0;
	let wrong = 0;
	for (const value of low) {
		while (below < high.length && (high[below] as number) < value) below++;
		wrong += below;
	}
	return wrong / Math.max(1, low.length * high.length);
}

/** Ascending. */
function gapsOf(low: NumberColumn, high: NumberColumn, rows: Int32Array): Float64Array {
	const gaps = new Float64Array(rows.length);
	let count = 0;
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i] as number;
		const gap = (high.values[row] as number) - (low.values[row] as number);
		if (!Number.isNaN(gap)) gaps[count++] = gap;
	}
	return gaps.subarray(0, count).sort();
}

/** Whether one row in a hundred has a difference below a tenth of the usual one. */
function reachesNothing(gaps: Float64Array): boolean {
	const usual = gaps[Math.floor(gaps.length / 2)] as number;
	return (gaps[Math.floor(gaps.length / 100)] as number) <= 0.1 * usual;
}

const OPPOSITES: readonly (readonly [RegExp, RegExp])[] = [
	[/^(?:min|minimum|lowest|low|lower|least)$/, /^(?:max|maximum|highest|high|upper|most)$/],
	[
		/^(?:start|started|begin|from|first|open|opened|opening|birth|created)$/,
		/^(?:end|ended|finish|to|until|last|close|closed|closing|death|updated)$/,
	],
	[/^(?:net|part|sub|partial|used|paid)$/, /^(?:gross|total|all|limit|due)$/],
];

function haveOppositeNames(low: string, high: string): boolean {
	const words = (name: string) =>
		name
			.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
			.toLowerCase()
			.split(/[^a-z0-9]+/);
	const [lows, highs] = [words(low), words(high)];
	return OPPOSITES.some(
		([one, other]) => lows.some((word) => one.test(word)) && highs.some((word) => other.test(word)),
	);
}

function toConstraint(low: NumberColumn, high: NumberColumn, rows: Int32Array): OrderConstraint {
	const gaps = gapsOf(low, high, rows);
	const last = gaps.length - 1;
	return {
		type: 'order',
		id: constraintId('order', [low.name, high.name]),
		low: low.name,
		high: high.name,
		strict: gaps.length >= STRICT_ROWS && (gaps[0] as number) > 0,
		gaps: Array.from({ length: GAPS }, (_, i) => gaps[Math.round((i * last) / (GAPS - 1))] as number),
	};
}
