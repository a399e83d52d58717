import type { CombinationsConstraint, DependsConstraint, OneHotConstraint } from '../../../contracts/constraints.ts';
import { type ConstraintColumn, cellNumber, cellReader, isMissing, type LevelColumn } from '../constraint-columns.ts';
import {
	type Change,
	type ColumnsByName,
	chanceAt,
	columnNamed,
	columnOfType,
	pickWeighted,
	type Rule,
} from './rule.ts';

/** Levels that generators draw at random because they are too rare to be learnt. */
const RARE_ROWS = 5;
const LEARNT_LEVELS = 200;

interface Sources {
	readonly numbers: number[];
	readonly rows: number[];
}

export function dependsRule(constraint: DependsConstraint, columns: ColumnsByName): Rule {
	const on = columnNamed(columns, constraint.on);
	const column = columnNamed(columns, constraint.column);
	const readOn = cellReader(on);
	const readCell = cellReader(column);
	const cellOf = new Map<number, number>();
	const sources = new Map<number, Sources>();
	for (const [from, to, rows] of constraint.pairs) {
		const source = readOn(from);
		const cell = readCell(to);
		cellOf.set(source, cell);
		const known = sources.get(cell) ?? { numbers: [], rows: [] };
		known.numbers.push(source);
		known.rows.push(rows);
		sources.set(cell, known);
	}

	/** A source that goes with the cell as it is: the nearest number, a level drawn by training rows. */
	function sourceChange(row: number): Change[] {
		const known = sources.get(cellNumber(column, row));
		if (known === undefined) return [];
		if (on.type === 'number') return [{ column: on, number: nearestOf(known.numbers, on.values[row] as number) }];
		const at = pickWeighted(known.rows, chanceAt(row, column.place));
		return [{ column: on, number: known.numbers[at] as number }];
	}

	return {
		columns: [on, column],
		holds(row) {
			const source = cellNumber(on, row);
			const cell = cellOf.get(source);
			if (cell !== undefined) return Object.is(cell, cellNumber(column, row));
			return on.type === 'level' || Number.isNaN(source);
		},
		change(row, n) {
			if (n > 1) return null;
			const source = cellNumber(on, row);
			const cell = cellOf.get(source);
			// Of a level that was drawn blindly the cell knows more than the level does.
			const isBackward = (n === 0) === (cell === undefined || isRare(on, source));
			if (isBackward) return sourceChange(row);
			return cell === undefined ? [] : [{ column, number: cell }];
		},
	};
}

function nearestOf(numbers: readonly number[], number: number): number {
	let nearest = numbers[0] as number;
	for (const one of numbers) if (Math.abs(one - number) < Math.abs(nearest - number)) nearest = one;
	return nearest;
}

function isRare(column: ConstraintColumn, code: number): boolean {
	if (column.type !== 'level' || Number.isNaN(code)) return false;
	return code >= LEARNT_LEVELS || (column.counts[code] ?? 0) < RARE_ROWS;
}

/** Has no repair: which of the two is wrong cannot be told, and a generator that learnt the table rarely breaks it. */
export function combinationsRule(constraint: CombinationsConstraint, columns: ColumnsByName): Rule {
	const [first, second] = constraint.columns.map((name) => columnNamed(columns, name)) as [
		ConstraintColumn,
		ConstraintColumn,
	];
	const readFirst = cellReader(first);
	const readSecond = cellReader(second);
	const allowed = new Map<number, Set<number>>();
	for (const [a, b] of constraint.pairs) {
		const key = readFirst(a);
		const known = allowed.get(key);
		if (known === undefined) allowed.set(key, new Set([readSecond(b)]));
		else known.add(readSecond(b));
	}
	return {
		columns: [first, second],
		holds(row) {
			if (isMissing(first, row) || isMissing(second, row)) return true;
			return allowed.get(cellNumber(first, row))?.has(cellNumber(second, row)) === true;
		},
		change: () => null,
	};
}

/** The code of the level that means yes, or -1. */
export function setLevel(column: LevelColumn): number {
	return column.levels.findIndex((level) => /^(?:1|t|true|y|yes)$/i.test(level.trim()));
}

export function oneHotRule(constraint: OneHotConstraint, columns: ColumnsByName): Rule {
	const flags = constraint.columns.map((name) => columnOfType(columns, name, 'level'));
	const set = flags.map(setLevel);
	const isSet = (flag: LevelColumn, i: number, row: number) => flag.codes[row] === set[i];

	function countSet(row: number): number {
		let count = 0;
		for (let i = 0; i < flags.length; i++) if (isSet(flags[i] as LevelColumn, i, row)) count++;
		return count;
	}

	/** The changes after which that one alone is set. */
	function only(keep: number, row: number): Change[] {
		return flags.flatMap((flag, i) => {
			if ((i === keep) === isSet(flag, i, row)) return [];
			return [{ column: flag, number: i === keep ? (set[i] as number) : 1 - (set[i] as number) }];
		});
	}

	return {
		columns: flags,
		holds(row) {
			const count = countSet(row);
			return (constraint.atMost ? count <= 1 : count === 1) && !flags.some((flag) => isMissing(flag, row));
		},
		change(row, n) {
			// One of those that are set stays, else one is set; drawn by training rows, then the others by turns.
			const some = countSet(row) > 0;
			const open = flags.map((flag, i) => !some || isSet(flag, i, row));
			const weights = open.map((isOpen, i) => (isOpen ? (constraint.rows[i] as number) : 0));
			const start = pickWeighted(weights, chanceAt(row, flags[0]?.place ?? 0));
			const turns = flags.map((_, i) => (start + i) % flags.length).filter((i) => open[i]);
			const keep = turns[n];
			return keep === undefined ? null : only(keep, row);
		},
	};
}
