import type { DatePartConstraint, LinearConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { DATE_PARTS, datePart } from '../rules/date-part.ts';
import type { ColumnsByName } from '../rules/rule.ts';
import { type CodedColumn, largestShare, presentCells, type Search } from './coded-columns.ts';
import { bitsOf, MIN_TESTED_ROWS, neededBits } from './evidence.ts';
import { holdingLinear } from './linear-relations.ts';

/** Seconds of the units in which durations are written. */
const UNITS = [1, 60, 3600, 86_400, 604_800];

/** Numbers that are the time between two dates: duration = end - start, in seconds to weeks, up to rounding. */
export function findDurations(search: Search, columns: ColumnsByName): LinearConstraint[] {
	const dates = datesOf(search);
	const numbers = numbersOf(search).filter((coded) => presentCells(coded) > 2);
	const needed = neededBits(dates.length ** 2 * numbers.length * UNITS.length);
	const found: LinearConstraint[] = [];
	for (const start of dates) {
		for (const end of dates) {
			if (start === end) continue;
			for (const coded of numbers) {
				const column = coded.column as NumberColumn;
				const units = UNITS.filter((unit) => isDuration(column, start, end, unit, search.order));
				if (units.length === 0) continue;
				const tested = bothPresent(start, end, column, search.rows);
				if (tested < MIN_TESTED_ROWS || bitsOf(tested, largestShare(coded)) < needed) continue;
				for (const unit of units) {
					const terms = [
						{ column: end, factor: 1 / unit },
						{ column: start, factor: -1 / unit },
					];
					const form = { column, terms, constant: 0 };
					const tolerances = [0, column.unit / 2, column.unit].filter((tolerance) => tolerance <= widthOf(column) / 5);
					const relation = holdingLinear(form, tolerances, columns, search.order);
					if (relation !== null) found.push(relation);
				}
			}
		}
	}
	return found;
}

/** Whether the number is that time up to one of its units, in every row. */
function isDuration(
	column: NumberColumn,
	start: NumberColumn,
	end: NumberColumn,
	unit: number,
	order: Int32Array,
): boolean {
	for (let i = 0; i < order.length; i++) {
		const row = order[i] as number;
		const time = ((end.values[row] as number) - (start.values[row] as number)) / unit;
		if (Math.abs(time - (column.values[row] as number)) > 1.001 * column.unit) return false;
	}
	return true;
}

/** Numbers that are part of a date: year, month, hour and so on. Chance: by the share of the most frequent number. */
export function findDateParts(search: Search): DatePartConstraint[] {
	const numbers = numbersOf(search);
	const dates = datesOf(search);
	const needed = neededBits(numbers.length * dates.length * DATE_PARTS.length * 2);
	const found: DatePartConstraint[] = [];
	for (const coded of numbers) {
		const column = coded.column as NumberColumn;
		if (column.min < 0 || column.max > 9999 || column.unit < 1) continue;
		for (const date of dates) {
			for (const part of DATE_PARTS) {
				const offset = partOffset(column, date, part, search.order);
				if (offset === null) continue;
				const tested = bothPresent(date, date, column, search.rows);
				if (tested < MIN_TESTED_ROWS || bitsOf(tested, largestShare(coded)) < needed) continue;
				const id = constraintId('date-part', [column.name, date.name]);
				if (found.some((known) => known.id === id)) continue;
				found.push({ type: 'date-part', id, column: column.name, date: date.name, part, offset });
			}
		}
	}
	return found;
}

function partOffset(
	column: NumberColumn,
	date: NumberColumn,
	part: (typeof DATE_PARTS)[number],
	order: Int32Array,
): number | null {
	let offset: number | null = null;
	for (const row of order) {
		const difference = (column.values[row] as number) - datePart(part, date.values[row] as number);
		if (Number.isNaN(difference)) continue;
		if (offset === null) offset = difference;
		else if (difference !== offset) return null;
	}
	// Weekdays count from 0 or from 1.
	return offset === 0 || (offset === 1 && part.startsWith('weekday')) ? offset : null;
}

function datesOf(search: Search): NumberColumn[] {
	return search.columns
		.map(({ column }) => column)
		.filter((column): column is NumberColumn => column.type === 'number' && column.isDate);
}

function numbersOf(search: Search): CodedColumn[] {
	return search.columns.filter(({ column }) => column.type === 'number' && !column.isDate);
}

function bothPresent(start: NumberColumn, end: NumberColumn, column: NumberColumn, rows: number): number {
	let count = 0;
	for (let row = 0; row < rows; row++) {
		if (!Number.isNaN((end.values[row] as number) - (start.values[row] as number) + (column.values[row] as number))) {
			count++;
		}
	}
	return count;
}

function widthOf(column: NumberColumn): number {
	return column.max - column.min;
}
