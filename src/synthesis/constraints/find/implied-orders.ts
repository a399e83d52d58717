import type { LinearConstraint, OrderConstraint, ProductConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { type ColumnsByName, columnOfType } from '../rules/rule.ts';

/** Relations that are followed one after the other. */
const MAX_DEPTH = 4;

/** The orders that do not follow from sums and products of columns that are never negative (net <= net + tax). */
export function withoutImplied(
	orders: readonly OrderConstraint[],
	linear: readonly LinearConstraint[],
	products: readonly ProductConstraint[],
	columns: ColumnsByName,
): OrderConstraint[] {
	const number = (name: string): NumberColumn => columnOfType(columns, name, 'number');
	const times = products.filter(
		({ operation, of }) => operation === 'times' && of.every((name) => number(name).min >= 0),
	);
	// What rounding adds may turn an order round only where the two are next to equal.
	const sums = linear.filter(({ constant, terms }) => {
		return constant >= 0 && terms.every(({ column, factor }) => factor > 0 && number(column).min >= 0);
	});

	/** The smallest r that is known with low <= r high; infinite if none is. */
	function bound(low: string, high: string, depth: number): number {
		if (low === high) return 1;
		if (depth === 0) return Number.POSITIVE_INFINITY;
		let least = Number.POSITIVE_INFINITY;
		const consider = (ratio: number) => {
			least = Math.min(least, ratio);
		};
		for (const { column, terms, constant } of sums) {
			if (column === low && constant === 0) {
				consider(terms.reduce((sum, term) => sum + term.factor * bound(term.column, high, depth - 1), 0));
			}
			if (column === high) for (const term of terms) consider(bound(low, term.column, depth - 1) / term.factor);
		}
		for (const { column, of, factor } of times) {
			for (const [one, other] of [of, [of[1], of[0]] as const]) {
				if (column === low) consider(factor * number(other).max * bound(one, high, depth - 1));
				const least = factor * number(other).min;
				if (column === high && least > 0) consider(bound(low, one, depth - 1) / least);
			}
		}
		return least;
	}

	return orders.filter(({ low, high }) => {
		if (number(low).isDate || number(low).min < 0 || number(high).min < 0) return true;
		return bound(low, high, MAX_DEPTH) > 1;
	});
}
