import type { Constraint, MultipleConstraint } from '../../contracts/constraints.ts';
import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import { settleDates } from '../../features/settle-dates.ts';
import { compileRule, isRowConstraint } from './compile-rule.ts';
import {
	type ConstraintColumn,
	cellNumber,
	constraintColumns,
	featureTableOf,
	isMissing,
	restoreCell,
	writeCell,
} from './constraint-columns.ts';
import { repairOrder } from './repair-order.ts';
import type { Change, Rule } from './rule.ts';

export interface RepairOptions {
	/** Indices of features that were asked for and must not be changed. @default none */
	readonly fixed?: ReadonlySet<number>;
}

const FREE = 0;
const KEEPS_PRESENCE = 1;
const LOCKED = 2;

/**
 * Changes rows that break a constraint, as little as possible: the determined side of a dependency, the total of a
 * sum, the cells that must be missing. The constraints are taken in the order of `repairOrder`; once one holds in a
 * row its columns are locked there, so that no later repair undoes it. Rows that could not be repaired still break
 * one: `findBroken` finds them. Rows that break none stay as they are.
 *
 * @param table generated rows, numbers rounded and within their ranges; dates are settled (`settleDates`) here.
 */
export function repairRows(
	constraints: readonly Constraint[],
	specs: readonly FeatureSpec[],
	table: FeatureTable,
	options: RepairOptions = {},
): FeatureTable {
	const { fixed = new Set<number>() } = options;
	const settled = settleDates(table, specs, fixed);
	const columns = constraintColumns(settled, specs);
	const byName = new Map(columns.map((column) => [column.name, column]));
	const ordered = repairOrder(constraints.filter(isRowConstraint));
	const multiples = new Map<number, MultipleConstraint>();
	const rules: Rule[] = [];
	for (const constraint of ordered) {
		const rule = compileRule(constraint, byName);
		rules.push(rule);
		if (constraint.type === 'multiple') multiples.set((rule.columns[0] as ConstraintColumn).place, constraint);
	}
	const isFixed = new Set(columns.filter((column) => column.features.some((f) => fixed.has(f))).map((c) => c.place));
	const locks = new Uint8Array(columns.length);

	function mayChange({ column, number }: Change, row: number): boolean {
		const lock = locks[column.place] as number;
		if (lock === LOCKED || isFixed.has(column.place)) return false;
		return lock === FREE || Number.isNaN(number) === isMissing(column, row);
	}

	function onGrid({ column, number }: Change): number {
		const multiple = multiples.get(column.place);
		if (multiple === undefined) return number;
		return multiple.offset + Math.round((number - multiple.offset) / multiple.step) * multiple.step;
	}

	/** Makes the changes, and takes them back unless the rule holds with them. */
	function attempt(rule: Rule, changes: readonly Change[], row: number): boolean {
		if (!changes.every((change) => mayChange(change, row))) return false;
		const before = changes.map(({ column }) => cellNumber(column, row));
		const areWritten = changes.every((change) => writeCell(change.column, row, onGrid(change)));
		if (areWritten && rule.holds(row)) return true;
		changes.forEach(({ column }, i) => {
			restoreCell(column, row, before[i] as number);
		});
		return false;
	}

	function repair(row: number): void {
		locks.fill(FREE);
		for (const rule of rules) {
			let holds = rule.holds(row);
			for (let n = 0; !holds; n++) {
				const changes = rule.change(row, n);
				if (changes === null) break;
				holds = attempt(rule, changes, row);
			}
			// A multiple is kept by whoever writes the column, so it needs no lock.
			const isGrid = rule.columns.length === 1 && rule.presenceOf.length === 0;
			if (!holds || isGrid) continue;
			for (const { place } of rule.columns) locks[place] = LOCKED;
			for (const { place } of rule.presenceOf) locks[place] = Math.max(KEEPS_PRESENCE, locks[place] as number);
		}
	}

	for (let row = 0; row < table.rows; row++) {
		if (rules.some((rule) => !rule.holds(row))) repair(row);
	}
	return featureTableOf(columns, settled);
}
