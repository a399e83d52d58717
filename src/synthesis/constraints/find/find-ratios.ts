import type { LinearConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import type { ColumnsByName } from '../rules/rule.ts';
import { presentCells, type Search } from './coded-columns.ts';
import { MIN_TESTED_ROWS, neededBits } from './evidence.ts';
import { holdingLinear } from './linear-relations.ts';

const MIN_VALUES = 8;
const SAMPLE_ROWS = 500;
const MAX_DIGITS = 9;

/**
 * Numbers that are a fixed multiple of another, plus a constant, up to rounding: tax = 0.19 net. Chance: with k
 * different values of the second column each must meet one of the first's, two of them being used up by the line.
 */
export function findRatios(search: Search, columns: ColumnsByName): LinearConstraint[] {
	const numbers = search.columns.filter(
		(coded) => coded.column.type === 'number' && !coded.column.isDate && presentCells(coded) >= MIN_VALUES,
	);
	const needed = neededBits(numbers.length ** 2);
	const sample = search.order.subarray(0, SAMPLE_ROWS);
	const found: LinearConstraint[] = [];
	// What is on a line with a column that is on a line with a third is so by way of it.
	const isDefined = new Set<string>();
	numbers.forEach((first, i) => {
		for (const second of numbers.slice(i + 1)) {
			if (isDefined.has(first.column.name)) return;
			if (isDefined.has(second.column.name)) continue;
			const values = Math.min(presentCells(first), presentCells(second));
			if ((values - 2) * Math.log2(values) < needed) continue;
			const a = first.column as NumberColumn;
			const b = second.column as NumberColumn;
			const ratio = relate(b, a, sample, columns, search.order) ?? relate(a, b, sample, columns, search.order);
			if (ratio === null) continue;
			found.push(ratio);
			isDefined.add(ratio.column);
		}
	});
	return found;
}

interface Line {
	readonly slope: number;
	readonly constant: number;
	/** Standard deviation of what is left. */
	readonly rest: number;
	readonly spread: number;
}

/** Least squares of y on x over the rows in which both are present. */
function fitLine(y: NumberColumn, x: NumberColumn, rows: Int32Array): Line | null {
	let count = 0;
	let meanX = 0;
	let meanY = 0;
	let xx = 0;
	let xy = 0;
	let yy = 0;
	for (let i = 0; i < rows.length; i++) {
		const row = rows[i] as number;
		const dx = (x.values[row] as number) - meanX;
		const dy = (y.values[row] as number) - meanY;
		if (Number.isNaN(dx) || Number.isNaN(dy)) continue;
		count++;
		meanX += dx / count;
		meanY += dy / count;
		xx += dx * ((x.values[row] as number) - meanX);
		xy += dx * ((y.values[row] as number) - meanY);
		yy += dy * ((y.values[row] as number) - meanY);
		// Most pairs are not on a line, which a few rows tell.
		if (count === 30 && xx > 0 && yy > 0 && xy * xy < 0.9 * xx * yy) return null;
	}
	if (count < MIN_TESTED_ROWS || xx <= 0 || yy <= 0) return null;
	const slope = xy / xx;
	const rest = Math.sqrt(Math.max(0, yy - slope * xy) / count);
	return { slope, constant: meanY - slope * meanX, rest, spread: Math.sqrt(yy / count) };
}

function relate(
	y: NumberColumn,
	x: NumberColumn,
	sample: Int32Array,
	columns: ColumnsByName,
	order: Int32Array,
): LinearConstraint | null {
	const line = fitLine(y, x, sample);
	if (line === null || line.spread < 3 * y.unit) return null;
	if (line.rest > Math.max(0.6 * y.unit, 1e-6 * line.spread)) return null;
	for (let digits = 1; digits <= MAX_DIGITS; digits++) {
		const factor = Number(line.slope.toPrecision(digits));
		// The slope is known only as well as the rest allows.
		if (Math.abs(factor - line.slope) > 0.05 * Math.abs(line.slope)) continue;
		for (const constant of constantsFor(y, x, factor, line, sample)) {
			const form = { column: y, terms: [{ column: x, factor }], constant };
			const relation = holdingLinear(form, [0, y.unit / 2], columns, order);
			if (relation !== null) return relation;
		}
	}
	return null;
}

/** None at all, else the middle of what is left, rounded as the column is. */
function constantsFor(y: NumberColumn, x: NumberColumn, factor: number, line: Line, rows: Int32Array): number[] {
	const rests = Array.from(rows, (row) => (y.values[row] as number) - factor * (x.values[row] as number))
		.filter((rest) => !Number.isNaN(rest))
		.sort((a, b) => a - b);
	const middle = ((rests[0] as number) + (rests[rests.length - 1] as number)) / 2;
	const rounded = Math.round(middle / y.unit) * y.unit;
	const constant = Number(rounded.toPrecision(12));
	return Math.abs(line.constant) < y.unit ? [0, constant] : [constant];
}
