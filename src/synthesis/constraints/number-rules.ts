import type {
	DatePartConstraint,
	LinearConstraint,
	MultipleConstraint,
	OrderConstraint,
	ProductConstraint,
} from '../../contracts/constraints.ts';
import type { NumberColumn } from './constraint-columns.ts';
import { datePart } from './date-part.ts';
import { type ColumnsByName, chanceAt, columnOfType, type Rule } from './rule.ts';

/** What sums of decimals lose, as a share of their terms. */
const FLOAT_SLACK = 1e-9;

export function isMultipleOf(value: number, step: number, offset: number, unit: number): boolean {
	const steps = (value - offset) / step;
	return Math.abs(steps - Math.round(steps)) * step < unit / 4;
}

export function multipleRule(constraint: MultipleConstraint, columns: ColumnsByName): Rule {
	const column = columnOfType(columns, constraint.column, 'number');
	const { step, offset } = constraint;
	return {
		columns: [column],
		presenceOf: [],
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
		presenceOf: [],
		holds(row) {
			const gap = (high.values[row] as number) - (low.values[row] as number);
			return Number.isNaN(gap) || (strict ? gap > 0 : gap >= 0);
		},
		change(row, n) {
			if (n > 1) return null;
			const gap = gaps[Math.floor(chanceAt(row, high.place) * gaps.length)] as number;
			return n === 0
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
		presenceOf: [],
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
		presenceOf: [],
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
		presenceOf: [],
		holds(row) {
			const value = column.values[row] as number;
			const number = expected(row);
			return Number.isNaN(value) || Number.isNaN(number) || value === number;
		},
		change: (row, n) => (n === 0 ? [{ column, number: expected(row) }] : null),
	};
}
