import type {
	BandsConstraint,
	DatePartConstraint,
	LinearConstraint,
	MultipleConstraint,
	OrderConstraint,
	ProductConstraint,
} from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { datePart } from './date-part.ts';
import { type ColumnsByName, chanceAt, columnOfType, type Rule } from './rule.ts';

/** What sums of decimals lose, as a share of their terms. */
const FLOAT_SLACK = 1e-9;

/** Gaps that are tried to mend an order; the last is the smallest of training. */
const GAP_TRIES = 4;

export function isMultipleOf(value: number, step: number, offset: number, unit: number): boolean {
	const steps = (value - offset) / step;
	return Math.abs(steps - Math.round(steps)) * step < unit / 4;
}

export function multipleRule(constraint: MultipleConstraint, columns: ColumnsByName): Rule {
	const column = columnOfType(columns, constraint.column, 'number');
	const { step, offset } = constraint;
	return {
		columns: [column],
		holds(row) {
			const value = column.values[row] as number;
			return Number.isNaN(value) || isMultipleOf(value, step, offset, column.unit);
		},
		change(row, n) {
			if (n > 1) return null;
			const steps = ((column.values[row] as number) - offset) / step;
			const near = Math.round(steps);
			const other = near > steps ? near - 1 : near + 1;
			return [{ column, number: offset + (n === 0 ? near : other) * step }];
		},
	};
}

/** Where the order is wrong, one of the two is put at a distance that training rows have. */
export function orderRule(constraint: OrderConstraint, columns: ColumnsByName): Rule {
	const low = columnOfType(columns, constraint.low, 'number');
	const high = columnOfType(columns, constraint.high, 'number');
	const { gaps, strict } = constraint;
	return {
		columns: [low, high],
		holds(row) {
			const gap = (high.values[row] as number) - (low.values[row] as number);
			return Number.isNaN(gap) || (strict ? gap > 0 : gap >= 0);
		},
		change(row, n) {
			if (n >= 2 * GAP_TRIES) return null;
			// Halved from try to try, since a wide gap may not fit into the range of the column.
			const widest = Math.floor(chanceAt(row, high.place) * gaps.length);
			const gap = gaps[n < 2 * GAP_TRIES - 2 ? widest >> (n >> 1) : 0] as number;
			return n % 2 === 0
				? [{ column: high, number: (low.values[row] as number) + gap }]
				: [{ column: low, number: (high.values[row] as number) - gap }];
		},
	};
}

export function linearRule(constraint: LinearConstraint, columns: ColumnsByName): Rule {
	const column = columnOfType(columns, constraint.column, 'number');
	const terms = constraint.terms.map((term) => ({
		column: columnOfType(columns, term.column, 'number'),
		factor: term.factor,
	}));
	// Of the terms the one that can take up a difference most easily.
	const order = [...terms].sort((a, b) => Math.abs(a.factor) * a.column.unit - Math.abs(b.factor) * b.column.unit);

	function sum(row: number): number {
		let total = constraint.constant;
		for (let i = 0; i < terms.length; i++) {
			const term = terms[i] as (typeof terms)[number];
			total += term.factor * (term.column.values[row] as number);
		}
		return total;
	}

	return {
		columns: [column, ...terms.map((term) => term.column)],
		holds(row) {
			const value = column.values[row] as number;
			const off = Math.abs(value - sum(row));
			return Number.isNaN(off) || off <= constraint.tolerance + FLOAT_SLACK * (1 + Math.abs(value));
		},
		change(row, n) {
			const total = sum(row);
			if (n === 0) return [{ column, number: total }];
			const term = order[n - 1];
			if (term === undefined) return null;
			const off = (column.values[row] as number) - total;
			return [{ column: term.column, number: (term.column.values[row] as number) + off / term.factor }];
		},
	};
}

export function productRule(constraint: ProductConstraint, columns: ColumnsByName): Rule {
	const column = columnOfType(columns, constraint.column, 'number');
	const [first, second] = constraint.of.map((name) => columnOfType(columns, name, 'number')) as [
		NumberColumn,
		NumberColumn,
	];
	const { factor, operation, tolerance } = constraint;

	function product(row: number): number {
		const a = first.values[row] as number;
		const b = second.values[row] as number;
		return operation === 'times' ? factor * a * b : (factor * a) / b;
	}

	return {
		columns: [column, first, second],
		holds(row) {
			const value = column.values[row] as number;
			const off = Math.abs(value - product(row));
			// Nothing divided by nothing says nothing.
			return Number.isNaN(off) || off <= tolerance + FLOAT_SLACK * (1 + Math.abs(value));
		},
		change(row, n) {
			const c = column.values[row] as number;
			const a = first.values[row] as number;
			const b = second.values[row] as number;
			if (n === 0) return [{ column, number: product(row) }];
			if (n === 1) return [{ column: first, number: operation === 'times' ? c / (factor * b) : (c * b) / factor }];
			if (n === 2) return [{ column: second, number: operation === 'times' ? c / (factor * a) : (factor * a) / c }];
			return null;
		},
	};
}

export function datePartRule(constraint: DatePartConstraint, columns: ColumnsByName): Rule {
	const column = columnOfType(columns, constraint.column, 'number');
	const date = columnOfType(columns, constraint.date, 'number');
	const { part, offset } = constraint;
	const expected = (row: number) => datePart(part, date.values[row] as number) + offset;
	return {
		columns: [column, date],
		holds(row) {
			const value = column.values[row] as number;
			const number = expected(row);
			return Number.isNaN(value) || Number.isNaN(number) || value === number;
		},
		change: (row, n) => (n === 0 ? [{ column, number: expected(row) }] : null),
	};
}

/** A number between two bands goes with either; a level with none of its bands is left alone. */
export function bandsRule(constraint: BandsConstraint, columns: ColumnsByName): Rule {
	const on = columnOfType(columns, constraint.on, 'number');
	const column = columnOfType(columns, constraint.column, 'level');
	const { bands } = constraint;
	const codes = bands.map(({ level }) => column.levels.indexOf(level));

	function nearest(number: number): number {
		let at = 0;
		while (at < bands.length - 1 && number > middleAfter(at)) at++;
		return at;
	}

	function middleAfter(at: number): number {
		return ((bands[at]?.to ?? 0) + (bands[at + 1]?.from ?? 0)) / 2;
	}

	return {
		columns: [on, column],
		holds(row) {
			const number = on.values[row] as number;
			const at = codes.indexOf(column.codes[row] as number);
			if (Number.isNaN(number) || at < 0) return true;
			return number > (bands[at - 1]?.to ?? -Infinity) && number < (bands[at + 1]?.from ?? Infinity);
		},
		change(row, n) {
			if (n === 0) return [{ column, number: codes[nearest(on.values[row] as number)] as number }];
			const band = bands[codes.indexOf(column.codes[row] as number)];
			if (n > 1 || band === undefined) return null;
			return [{ column: on, number: band.from + chanceAt(row, on.place) * (band.to - band.from) }];
		},
	};
}
