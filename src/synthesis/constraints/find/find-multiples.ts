import type { MultipleConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { type CodedColumn, presentCells, type Search } from './coded-columns.ts';
import { neededBits } from './evidence.ts';

/**
 * Number columns whose values all lie on a grid that is coarser than their digits: multiples of 50, prices that end
 * in .99. Chance: d different values leave the same remainder by g with probability g^-(d - 1).
 */
export function findMultiples(search: Search): MultipleConstraint[] {
	const numbers = search.columns.filter(({ column }) => column.type === 'number');
	return numbers.flatMap((coded) => {
		const column = coded.column as NumberColumn;
		const grid = gridOf(coded, column.unit);
		if (grid === null || !isPlain(grid.step)) return [];
		const bits = (presentCells(coded) - 1) * Math.log2(grid.step / column.unit);
		if (bits < neededBits(numbers.length)) return [];
		return [{ type: 'multiple', id: constraintId('multiple', [column.name]), column: column.name, ...grid }];
	});
}

/** The largest step, if it is more than one unit; null also where values are not whole units. */
function gridOf({ numbers }: CodedColumn, unit: number): { step: number; offset: number } | null {
	const scale = unit < 1 ? Math.round(1 / unit) : 1 / unit;
	const present = numbers.filter((number) => !Number.isNaN(number));
	const first = Math.round((present[0] ?? 0) * scale);
	let step = 0;
	for (const number of present) {
		const units = Math.round(number * scale);
		if (Math.abs(units - number * scale) > 0.01 || !Number.isSafeInteger(units)) return null;
		step = greatestCommonDivisor(step, Math.abs(units - first));
		if (step === 1) return null;
	}
	if (step === 0) return null;
	const offset = ((first % step) + step) % step;
	return { step: step / scale, offset: offset / scale };
}

/** Whole, or of the kind that people count in: 0.05, 0.25, 2.5. Other grids are those of instruments and scalings. */
function isPlain(step: number): boolean {
	if (Number.isInteger(step)) return true;
	const cents = Math.round(step * 100);
	return Math.abs(step * 100 - cents) < 1e-9 && [2, 5, 10, 20, 25, 50, 250].includes(cents);
}

function greatestCommonDivisor(a: number, b: number): number {
	while (b !== 0) [a, b] = [b, a % b];
	return a;
}
