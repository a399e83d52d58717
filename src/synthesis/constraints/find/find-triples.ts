import type { LinearConstraint, ProductConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { compileRule } from '../rules/compile-rule.ts';
import type { ColumnsByName } from '../rules/rule.ts';
import { type CodedColumn, largestShare, presentCells, type Search } from './coded-columns.ts';
import { MIN_TESTED_ROWS, neededBits } from './evidence.ts';
import { holdingLinear } from './linear-relations.ts';

const MIN_VALUES = 3;
const PROBE_ROWS = 6;
/** Rows from which the probe rows are chosen, and on which a candidate is tried before all. */
const SAMPLE_ROWS = 256;
const FACTORS = [1, 0.01, 100];

export interface Triples {
	readonly sums: LinearConstraint[];
	readonly products: ProductConstraint[];
}

/**
 * c = a + b and c = a b, c = a / b (also in per cent), up to the rounding of c. In a few probe rows all pairs are
 * combined and the result is looked up among the other columns; what is found is tried on all rows. Chance: in a row
 * where neither a nor b is a cell that leaves the other as it is, c has the right value with at most the share of its
 * most frequent value.
 */
export function findTriples(search: Search, columns: ColumnsByName): Triples {
	const numbers = search.columns.filter(
		(coded) => coded.column.type === 'number' && !coded.column.isDate && presentCells(coded) >= MIN_VALUES,
	);
	const needed = neededBits(numbers.length ** 3);
	const sample = search.order.subarray(0, SAMPLE_ROWS);
	const seen = new Set<string>();
	const sums: LinearConstraint[] = [];
	const products: ProductConstraint[] = [];

	function take(
		kind: 'sum' | ProductConstraint['operation'],
		a: CodedColumn,
		b: CodedColumn,
		c: CodedColumn,
		factor: number,
	) {
		const [first, second, total] = [a.column as NumberColumn, b.column as NumberColumn, c.column as NumberColumn];
		if (!holdsIn(sample, kind, first, second, total, factor)) return;
		const key = `${kind} ${factor} ${a.column.place} ${b.column.place} ${c.column.place}`;
		if (seen.has(key)) return;
		seen.add(key);
		if (evidence(kind, first, second, c, search.rows) < needed) return;
		if (kind === 'sum') {
			const terms = [first, second].map((column) => ({ column, factor: 1 }));
			const form = { column: total, terms, constant: 0 };
			const relation = holdingLinear(form, [0, toleranceOf(first, second, total)], columns, search.order);
			if (relation !== null) sums.push(relation);
			return;
		}
		const constraint: ProductConstraint = {
			type: 'product',
			id: constraintId('product', [total.name, first.name, second.name]),
			column: total.name,
			of: [first.name, second.name],
			operation: kind,
			factor,
			tolerance: total.unit / 2,
		};
		const rule = compileRule(constraint, columns);
		if (search.order.every((row) => rule.holds(row))) products.push(constraint);
	}

	for (const row of probeRows(numbers, sample)) probe(numbers, row, take);
	return { sums, products: withoutInverses(products, columns) };
}

/** A sum is exact, unless its total has fewer digits than its terms. */
function toleranceOf(first: NumberColumn, second: NumberColumn, total: NumberColumn): number {
	return total.unit > 1.5 * Math.min(first.unit, second.unit) ? total.unit / 2 : 0;
}

function holdsIn(
	rows: Int32Array,
	kind: 'sum' | ProductConstraint['operation'],
	first: NumberColumn,
	second: NumberColumn,
	total: NumberColumn,
	factor: number,
): boolean {
	const tolerance = kind === 'sum' ? toleranceOf(first, second, total) : total.unit / 2;
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i] as number;
		const a = first.values[row] as number;
		const b = second.values[row] as number;
		const c = total.values[row] as number;
		const result = kind === 'sum' ? a + b : kind === 'times' ? factor * a * b : (factor * a) / b;
		if (Math.abs(c - result) > tolerance + 1e-9 * (1 + Math.abs(c))) return false;
	}
	return true;
}

function evidence(
	kind: 'sum' | ProductConstraint['operation'],
	first: NumberColumn,
	second: NumberColumn,
	total: CodedColumn,
	rows: number,
): number {
	const values = (total.column as NumberColumn).values;
	const isIdle = (value: number) => value === 0 || (kind !== 'sum' && Math.abs(value) === 1);
	let tested = 0;
	for (let row = 0; row < rows; row++) {
		const a = first.values[row] as number;
		const b = second.values[row] as number;
		if (Number.isNaN(a + b + (values[row] as number)) || isIdle(a) || isIdle(b)) continue;
		tested++;
	}
	if (tested < MIN_TESTED_ROWS) return 0;
	return -tested * Math.log2(Math.min(0.9, largestShare(total)));
}

/** Rows in which the most columns are present and not at their most frequent value; each covers what others do not. */
function probeRows(numbers: readonly CodedColumn[], sample: Int32Array): number[] {
	// The code of a value that so many rows have that it tells little.
	const usual = numbers.map((coded) => {
		const share = largestShare(coded);
		return share < 0.2 ? -1 : coded.counts.indexOf(Math.round(share * coded.codes.length));
	});
	const isTelling = (coded: CodedColumn, i: number, row: number) =>
		coded.codes[row] !== coded.missing && coded.codes[row] !== usual[i];
	const covered = new Float64Array(numbers.length);
	const chosen: number[] = [];
	for (let probe = 0; probe < Math.min(PROBE_ROWS, sample.length); probe++) {
		let best = -1;
		let most = -1;
		for (const row of sample) {
			if (chosen.includes(row)) continue;
			let gain = 0;
			for (const [i, coded] of numbers.entries())
				if (isTelling(coded, i, row)) gain += 1 / (1 + (covered[i] as number));
			if (gain > most) [best, most] = [row, gain];
		}
		chosen.push(best);
		for (const [i, coded] of numbers.entries()) if (isTelling(coded, i, best)) covered[i] = (covered[i] as number) + 1;
	}
	return chosen;
}

type Take = (
	kind: 'sum' | ProductConstraint['operation'],
	a: CodedColumn,
	b: CodedColumn,
	c: CodedColumn,
	factor: number,
) => void;

function probe(numbers: readonly CodedColumn[], row: number, take: Take): void {
	const numberOf = ({ column }: CodedColumn) => (column as NumberColumn).values[row] as number;
	const present = numbers.filter((coded) => !Number.isNaN(numberOf(coded)) && numberOf(coded) !== 0);
	const sorted = [...present].sort((a, b) => numberOf(a) - numberOf(b));
	const values = Float64Array.from(sorted, numberOf);
	const unit = present.reduce((most, { column }) => Math.max(most, (column as NumberColumn).unit), 0);

	function lookUp(result: number, a: CodedColumn, b: CodedColumn, found: (c: CodedColumn) => void): void {
		const slack = unit / 2 + 1e-9 * (1 + Math.abs(result));
		let at = firstAtLeast(values, result - slack);
		for (; at < values.length && (values[at] as number) <= result + slack; at++) {
			const c = sorted[at] as CodedColumn;
			const off = Math.abs((values[at] as number) - result);
			if (c === a || c === b || off > (c.column as NumberColumn).unit / 2 + 1e-9 * (1 + Math.abs(result))) continue;
			found(c);
		}
	}

	for (const [i, a] of present.entries()) {
		const x = numberOf(a);
		for (let j = i + 1; j < present.length; j++) {
			const b = present[j] as CodedColumn;
			const y = numberOf(b);
			lookUp(x + y, a, b, (c) => take('sum', a, b, c, 1));
			if (Math.abs(x) === 1 || Math.abs(y) === 1) continue;
			for (const factor of FACTORS) {
				lookUp(factor * x * y, a, b, (c) => take('times', a, b, c, factor));
				lookUp((factor * x) / y, a, b, (c) => take('by', a, b, c, factor));
				lookUp((factor * y) / x, a, b, (c) => take('by', b, a, c, factor));
			}
		}
	}
}

function firstAtLeast(ascending: Float64Array, number: number): number {
	let low = 0;
	let high = ascending.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((ascending[middle] as number) < number) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** c = a b says what a = c / b says; of what is said of the same columns the one with the finest result is kept. */
function withoutInverses(products: readonly ProductConstraint[], columns: ColumnsByName): ProductConstraint[] {
	const coarseness = ({ column, tolerance }: ProductConstraint) => {
		const { min, max } = columns.get(column) as NumberColumn;
		return tolerance / Math.max(Math.abs(min), Math.abs(max));
	};
	const sorted = [...products].sort((a, b) => coarseness(a) - coarseness(b));
	const said = new Set<string>();
	return sorted.filter(({ column, of }) => {
		const key = JSON.stringify([column, ...of].sort());
		if (said.has(key)) return false;
		said.add(key);
		return true;
	});
}
