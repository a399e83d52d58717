import type { Constraint, MultipleConstraint } from '../../contracts/constraints.ts';
import type { FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import { settleDates } from '../../features/settle-dates.ts';
import {
	type ConstraintColumn,
	cellNumber,
	constraintColumns,
	featureTableOf,
	restoreCell,
	writeCell,
} from './constraint-columns.ts';
import { repairOrder } from './repair-order.ts';
import { compileRule, isRowConstraint } from './rules/compile-rule.ts';
import type { Change, Rule } from './rules/rule.ts';

export interface RepairOptions {
	/** Indices of features that were asked for and must not be changed. @default none */
	readonly fixed?: ReadonlySet<number>;
}

/** Times that the constraints are gone through: a later change may make room for an earlier repair. */
const PASSES = 2;

/**
 * Changes rows that break a constraint, as little as possible: the determined side of a dependency, the total of a
 * sum, the cells that must be missing. The constraints are taken in the order of `repairOrder`; once one holds in a
 * row, later changes are made only if it still holds with them, so that no repair undoes another. Rows that could not
 * be repaired still break one: `findBroken` finds them. Rows that break none stay as they are.
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
	/** Indices of the rules that a column's cells matter to, by place. */
	const rulesOf: number[][] = columns.map(() => []);
	for (const [at, { columns: own }] of rules.entries()) {
		for (const place of new Set(own.map((column) => column.place))) rulesOf[place]?.push(at);
	}
	/** [rules] whether it holds in the row at hand and must go on to. */
	const isKept = new Uint8Array(rules.length);

	/** Whether the constraints that were seen to still hold with the changes. */
	function keepsOthers(changes: readonly Change[], row: number): boolean {
		return changes.every(({ column }) =>
			(rulesOf[column.place] as number[]).every((at) => isKept[at] === 0 || (rules[at] as Rule).holds(row)),
		);
	}

	function onGrid({ column, number }: Change): number {
		const multiple = multiples.get(column.place);
		if (multiple === undefined) return number;
		return multiple.offset + Math.round((number - multiple.offset) / multiple.step) * multiple.step;
	}

	/** Makes the changes, and takes them back unless the rule holds with them and no other is undone. */
	function attempt(rule: Rule, changes: readonly Change[], row: number): boolean {
		if (changes.some(({ column }) => isFixed.has(column.place))) return false;
		const before = changes.map(({ column }) => cellNumber(column, row));
		const areWritten = changes.every((change) => writeCell(change.column, row, onGrid(change)));
		if (areWritten && rule.holds(row) && keepsOthers(changes, row)) return true;
		changes.forEach(({ column }, i) => {
			restoreCell(column, row, before[i] as number);
		});
		return false;
	}

	function hold(rule: Rule, row: number): boolean {
		if (rule.holds(row)) return true;
		for (let n = 0; ; n++) {
			const changes = rule.change(row, n);
			if (changes === null) return false;
			if (attempt(rule, changes, row)) return true;
		}
	}

	function repair(row: number): void {
		isKept.fill(0);
		for (let pass = 0; pass < PASSES; pass++) {
			for (const [at, rule] of rules.entries()) if (isKept[at] === 0 && hold(rule, row)) isKept[at] = 1;
		}
	}

	for (let row = 0; row < table.rows; row++) {
		if (rules.some((rule) => !rule.holds(row))) repair(row);
	}
	return featureTableOf(columns, settled);
}
