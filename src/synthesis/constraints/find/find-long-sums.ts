import type { LinearConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import type { ColumnsByName } from '../rules/rule.ts';
import { type CodedColumn, presentCells, type Search } from './coded-columns.ts';
import { holdingLinear, type LinearForm } from './linear-relations.ts';

const MIN_VALUES = 3;
const SAMPLE_ROWS = 2000;
/** Rows for each column, so that a line through all rows is no accident. */
const ROWS_PER_COLUMN = 3;
const MAX_TERMS = 40;

/**
 * Sums of any length: columns that are a linear function of others, found by a pivoted Cholesky decomposition of
 * their covariances (what is left of a column after the pivots so far is no more than rounding). The coefficients
 * must be simple numbers with which the sum holds in every row.
 *
 * @param ratios that were found, with which a sum is written more simply: 1.19 net as net + tax.
 * @param skipped columns that are known to be a function of others.
 */
export function findLongSums(
	search: Search,
	columns: ColumnsByName,
	ratios: readonly LinearConstraint[],
	skipped: ReadonlySet<string>,
): LinearConstraint[] {
	const groups = new Map<string, CodedColumn[]>();
	for (const coded of search.columns) {
		const { column, missing, counts, codes } = coded;
		if (column.type !== 'number' || column.isDate || presentCells(coded) < MIN_VALUES) continue;
		if (skipped.has(column.name)) continue;
		// Columns are compared with those that are missing in as many rows, first and last the same.
		const key = missing < 0 ? '' : `${counts[missing]} ${codes.indexOf(missing)} ${codes.lastIndexOf(missing)}`;
		groups.set(key, [...(groups.get(key) ?? []), coded]);
	}
	return [...groups.values()].flatMap((group) => findInGroup(group, search, columns, ratios));
}

function findInGroup(
	group: readonly CodedColumn[],
	search: Search,
	columns: ColumnsByName,
	ratios: readonly LinearConstraint[],
): LinearConstraint[] {
	const numbers = group.map(({ column }) => column as NumberColumn);
	const rows = search.order.filter((row) => numbers.every(({ values }) => !Number.isNaN(values[row] as number)));
	if (numbers.length < 3 || rows.length < ROWS_PER_COLUMN * numbers.length) return [];
	const gram = createGram(numbers, rows.subarray(0, Math.max(SAMPLE_ROWS, ROWS_PER_COLUMN * numbers.length)));
	const split = termsOf(ratios, columns);
	return dependentColumns(gram, numbers).flatMap((dependent) => {
		for (const form of formsOf(gram, numbers, dependent, split)) {
			const relation = holdingForm(form, gram, columns, search.order);
			if (relation !== null) return [relation];
		}
		return [];
	});
}

/** With the smallest tolerance that rounding explains, if that is small beside the column itself. */
function holdingForm(form: LinearForm, gram: Gram, columns: ColumnsByName, order: Int32Array): LinearConstraint | null {
	const units = [form.column, ...form.terms.map((term) => term.column)].map(({ unit }) => unit);
	const rounding = units.reduce((sum, unit) => sum + (unit < 1 ? unit / 2 : 0), 0);
	const half = form.column.unit > Math.min(...units) ? [form.column.unit / 2] : [];
	const spread = gram.spreadOf(form.column);
	const tolerances = [0, ...half, rounding].filter((tolerance) => tolerance <= spread / 5);
	return holdingLinear(form, tolerances, columns, order);
}

interface Gram {
	readonly size: number;
	/** [size, size] covariances of the standardised columns. */
	readonly values: Float64Array;
	/** [size] standard deviations. */
	readonly spreads: Float64Array;
	/** Of any column. */
	meanOf(column: NumberColumn): number;
	spreadOf(column: NumberColumn): number;
}

function createGram(numbers: readonly NumberColumn[], rows: Int32Array): Gram {
	const size = numbers.length;
	const meanOf = ({ values: own }: NumberColumn) =>
		rows.reduce((sum, row) => sum + (own[row] as number), 0) / rows.length;
	const spreadOf = (column: NumberColumn) => {
		const mean = meanOf(column);
		return Math.sqrt(rows.reduce((sum, row) => sum + ((column.values[row] as number) - mean) ** 2, 0) / rows.length);
	};
	const spreads = Float64Array.from(numbers, spreadOf);
	const standard = numbers.map((column, i) => {
		const mean = meanOf(column);
		return Float64Array.from(rows, (row) => ((column.values[row] as number) - mean) / (spreads[i] || 1));
	});
	const values = new Float64Array(size * size);
	for (let i = 0; i < size; i++) {
		const first = standard[i] as Float64Array;
		for (let j = 0; j <= i; j++) {
			const second = standard[j] as Float64Array;
			let sum = 0;
			for (let row = 0; row < first.length; row++) sum += (first[row] as number) * (second[row] as number);
			values[i * size + j] = sum / first.length;
			values[j * size + i] = sum / first.length;
		}
	}
	return { size, values, spreads, meanOf, spreadOf };
}

interface Dependent {
	readonly column: number;
	readonly pivots: readonly number[];
	/** Of the standardised pivots. */
	readonly coefficients: Float64Array;
}

function dependentColumns(gram: Gram, numbers: readonly NumberColumn[]): Dependent[] {
	const { size, values, spreads } = gram;
	const left = Float64Array.from({ length: size }, (_, i) => ((spreads[i] as number) > 0 ? 1 : 0));
	const open = new Set([...left.keys()].filter((i) => (left[i] as number) > 0));
	const pivots: number[] = [];
	// factors[k][i]: coefficient of column i on the k-th pivot's remainder.
	const factors: Float64Array[] = [];
	const found: Dependent[] = [];
	while (open.size > 0) {
		for (const i of open) {
			const spread = spreads[i] as number;
			const rest = Math.sqrt(Math.max(0, left[i] as number)) * spread;
			const { unit } = numbers[i] as NumberColumn;
			const isRounding = rest <= unit && spread >= 5 * unit;
			if (!isRounding && rest > 1e-6 * spread) continue;
			open.delete(i);
			if (pivots.length > 0) found.push({ column: i, pivots: [...pivots], coefficients: solve(factors, pivots, i) });
		}
		let pivot = -1;
		for (const i of open) if (pivot < 0 || (left[i] as number) > (left[pivot] as number)) pivot = i;
		if (pivot < 0) break;
		open.delete(pivot);
		const root = Math.sqrt(left[pivot] as number);
		const factor = new Float64Array(size);
		factor[pivot] = root;
		for (const i of open) {
			let product = values[pivot * size + i] as number;
			for (const other of factors) product -= (other[pivot] as number) * (other[i] as number);
			factor[i] = product / root;
			left[i] = (left[i] as number) - (factor[i] as number) ** 2;
		}
		factors.push(factor);
		pivots.push(pivot);
	}
	return found;
}

/** Back substitution: the coefficients of the pivots that give the column. */
function solve(factors: readonly Float64Array[], pivots: readonly number[], column: number): Float64Array {
	const coefficients = new Float64Array(pivots.length);
	for (let k = pivots.length - 1; k >= 0; k--) {
		const factor = factors[k] as Float64Array;
		let rest = factor[column] as number;
		for (let later = k + 1; later < pivots.length; later++) {
			rest -= (factor[pivots[later] as number] as number) * (coefficients[later] as number);
		}
		coefficients[k] = rest / (factor[pivots[k] as number] as number);
	}
	return coefficients;
}

/** The relation solved for each of its columns, those with simple factors. */
function formsOf(gram: Gram, numbers: readonly NumberColumn[], dependent: Dependent, split: SplitTerm): LinearForm[] {
	const column = numbers[dependent.column] as NumberColumn;
	const spread = gram.spreadOf(column);
	// 0 = sum of factor x column + constant
	const side = [{ column, factor: -1 }];
	for (const [k, pivot] of dependent.pivots.entries()) {
		const term = numbers[pivot] as NumberColumn;
		const factor = ((dependent.coefficients[k] as number) * spread) / gram.spreadOf(term);
		// What moves the sum by less than half a unit is noise.
		if (Math.abs(factor) * gram.spreadOf(term) < column.unit / 2 && Math.abs(factor) < 0.3) continue;
		side.push({ column: term, factor });
	}
	if (side.length < 3 || side.length > MAX_TERMS) return [];
	const forms = side.map((total) => {
		const rest = side.filter((term) => term !== total);
		const terms = rest
			.flatMap((term) => split(term.column, -term.factor / total.factor))
			.filter(({ factor }) => factor !== 0);
		const mean = terms.reduce((sum, term) => sum + term.factor * gram.meanOf(term.column), 0);
		const unit = Math.min(total.column.unit, ...terms.map((term) => term.column.unit));
		const constant = Math.round((gram.meanOf(total.column) - mean) / unit) * unit;
		return { column: total.column, terms, constant: Number(constant.toPrecision(12)) };
	});
	const isWhole = ({ terms }: LinearForm) => terms.every(({ factor }) => Number.isInteger(factor));
	const isTotal = ({ terms }: LinearForm) => terms.every(({ factor }) => factor > 0);
	const rank = (form: LinearForm) => (isWhole(form) ? 0 : 2) + (isTotal(form) ? 0 : 1);
	return forms.sort((a, b) => rank(a) - rank(b));
}

type SplitTerm = (column: NumberColumn, factor: number) => LinearForm['terms'];

/** Writes a term as one with a simple factor, or by means of a column that is a fixed multiple of it. */
function termsOf(ratios: readonly LinearConstraint[], columns: ColumnsByName): SplitTerm {
	return (column, factor) => {
		const whole = Math.round(factor);
		if (whole !== 0 && Math.abs(factor - whole) < 1e-3) return [{ column, factor: whole }];
		for (const ratio of ratios) {
			const times = ratio.terms[0]?.column === column.name && ratio.constant === 0 ? ratio.terms[0].factor : 0;
			const other = columns.get(ratio.column);
			if (times === 0 || other?.type !== 'number') continue;
			for (const sign of [1, -1]) {
				for (const own of [0, 1, -1]) {
					if (Math.abs(own + sign * times - factor) > 1e-3) continue;
					return [...(own === 0 ? [] : [{ column, factor: own }]), { column: other, factor: sign }];
				}
			}
		}
		return [{ column, factor: simpleNumber(factor) }];
	};
}

function simpleNumber(number: number): number {
	return Number(number.toPrecision(2));
}
