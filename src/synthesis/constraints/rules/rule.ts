import { CounterfoilError } from '../../../contracts/errors.ts';
import type { ConstraintColumn } from '../constraint-columns.ts';

/** A constraint made ready for the rows of one table. */
export interface Rule {
	/** Whose cells decide whether it holds. */
	readonly columns: readonly ConstraintColumn[];
	holds(row: number): boolean;
	/** The n-th way in which the row may be made to hold, from 0 and best first; null if there is no other. */
	change(row: number, n: number): readonly Change[] | null;
}

export interface Change {
	readonly column: ConstraintColumn;
	/** As `cellNumber` gives it; NaN for missing. */
	readonly number: number;
}

export type ColumnsByName = ReadonlyMap<string, ConstraintColumn>;

/** @throws MODEL_INVALID if the table has no such column. */
export function columnNamed(columns: ColumnsByName, name: string): ConstraintColumn {
	const column = columns.get(name);
	if (column !== undefined) return column;
	throw new CounterfoilError('MODEL_INVALID', `A constraint is about column "${name}", which the table does not have.`);
}

/** @throws MODEL_INVALID if there is no such column of that type. */
export function columnOfType<T extends ConstraintColumn['type']>(
	columns: ColumnsByName,
	name: string,
	type: T,
): Extract<ConstraintColumn, { type: T }> {
	const column = columnNamed(columns, name);
	if (column.type === type) return column as Extract<ConstraintColumn, { type: T }>;
	throw new CounterfoilError('MODEL_INVALID', `A constraint takes column "${name}" for a ${type}.`);
}

/**
 * A number in [0, 1) that depends on row and salt only (the finaliser of MurmurHash3), so that a repair is the same
 * in every run.
 */
export function chanceAt(row: number, salt: number): number {
	let h = (Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(salt + 1, 0x85ebca6b)) >>> 0;
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
}

/** Index of the weight that `chance` falls to. */
export function pickWeighted(weights: readonly number[], chance: number): number {
	let left = chance * weights.reduce((sum, weight) => sum + weight, 0);
	for (let i = 0; i < weights.length - 1; i++) {
		left -= weights[i] as number;
		if (left < 0) return i;
	}
	return weights.length - 1;
}
