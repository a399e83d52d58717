import type { Constraint, UniqueConstraint } from '../../contracts/constraints.ts';
import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import { settleDates } from '../../features/settle-dates.ts';
import { type ConstraintColumn, cellNumber, constraintColumns } from './constraint-columns.ts';
import { compileRule, isRowConstraint } from './rules/compile-rule.ts';
import { type ColumnsByName, columnNamed } from './rules/rule.ts';

export interface BrokenRows {
	/** [rows]; 1 where a constraint is broken. */
	readonly broken: Uint8Array;
	/** Rows that break each constraint, in the order of the constraints. */
	readonly counts: readonly number[];
}

/** The cells of unique columns in the rows that were kept so far, by id of the constraint. Grows with the rows. */
export type KeptCells = Map<string, Set<string>>;

/**
 * Rows that break a constraint. Of rows that must differ and do not, all but the first do.
 *
 * @param kept cells of earlier rows, which new ones must differ from; those of rows that are not broken are added.
 */
export function findBroken(
	constraints: readonly Constraint[],
	specs: readonly FeatureSpec[],
	table: FeatureTable,
	kept: KeptCells = new Map(),
): BrokenRows {
	const columns = constraintColumns(settleDates(table, specs), specs);
	const byName = new Map(columns.map((column) => [column.name, column]));
	const broken = new Uint8Array(table.rows);
	const counts = constraints.map((constraint) => {
		if (!isRowConstraint(constraint)) return 0;
		const rule = compileRule(constraint, byName);
		let count = 0;
		for (let row = 0; row < table.rows; row++) {
			if (rule.holds(row)) continue;
			broken[row] = 1;
			count++;
		}
		return count;
	});
	const unique = constraints.filter((constraint) => constraint.type === 'unique');
	const keepers = unique.map((constraint) => uniqueKeeper(constraint, byName, kept));
	for (let row = 0; row < table.rows; row++) {
		if (broken[row] === 1) continue;
		const repeated = keepers.filter((keeper) => keeper.isKnown(row));
		for (const { constraint } of repeated) {
			const at = constraints.indexOf(constraint);
			counts[at] = (counts[at] as number) + 1;
		}
		if (repeated.length > 0) broken[row] = 1;
		else for (const keeper of keepers) keeper.keep(row);
	}
	return { broken, counts };
}

function uniqueKeeper(constraint: UniqueConstraint, byName: ColumnsByName, kept: KeptCells) {
	const columns = constraint.columns.map((name) => columnNamed(byName, name));
	const known = kept.get(constraint.id) ?? new Set<string>();
	kept.set(constraint.id, known);
	return {
		constraint,
		isKnown: (row: number) => known.has(rowKey(columns, row) ?? ''),
		keep(row: number) {
			const key = rowKey(columns, row);
			if (key !== null) known.add(key);
		},
	};
}

/** The cells of the columns as one text, or null where one is missing: what is not known may repeat. */
export function rowKey(columns: readonly ConstraintColumn[], row: number): string | null {
	let key = '';
	for (const column of columns) {
		const number = cellNumber(column, row);
		if (Number.isNaN(number)) return null;
		key += `${number},`;
	}
	return key;
}
