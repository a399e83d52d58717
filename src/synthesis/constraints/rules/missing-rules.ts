import type { MissingIfConstraint, MissingTogetherConstraint } from '../../../contracts/constraints.ts';
import { type ConstraintColumn, cellNumber, cellReader, isMissing } from '../constraint-columns.ts';
import { type ColumnsByName, columnNamed, type Rule } from './rule.ts';

/** The first column leads: where it is missing the others are emptied. A value that is wanting is not made up. */
export function missingTogetherRule(constraint: MissingTogetherConstraint, columns: ColumnsByName): Rule {
	const all = constraint.columns.map((name) => columnNamed(columns, name)) as [ConstraintColumn, ...ConstraintColumn[]];
	const [leader, ...others] = all;
	return {
		columns: all,
		holds(row) {
			const missing = isMissing(leader, row);
			for (const other of others) if (isMissing(other, row) !== missing) return false;
			return true;
		},
		change(row, n) {
			if (n > 0 || !isMissing(leader, row)) return null;
			return others.filter((other) => !isMissing(other, row)).map((column) => ({ column, number: Number.NaN }));
		},
	};
}

export function missingIfRule(constraint: MissingIfConstraint, columns: ColumnsByName): Rule {
	const column = columnNamed(columns, constraint.column);
	const on = columnNamed(columns, constraint.on);
	const always = new Set(constraint.always.map(cellReader(on)));
	const never = new Set(constraint.never.map(cellReader(on)));
	return {
		columns: [on, column],
		holds(row) {
			const cell = cellNumber(on, row);
			return isMissing(column, row) ? !never.has(cell) : !always.has(cell);
		},
		change: (row, n) => (n > 0 || isMissing(column, row) ? null : [{ column, number: Number.NaN }]),
	};
}
