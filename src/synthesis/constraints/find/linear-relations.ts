import type { LinearConstraint } from '../../../contracts/constraints.ts';
import type { NumberColumn } from '../constraint-columns.ts';
import { constraintId } from '../constraint-id.ts';
import { compileRule } from '../rules/compile-rule.ts';
import type { ColumnsByName } from '../rules/rule.ts';

export interface LinearForm {
	readonly column: NumberColumn;
	readonly terms: readonly { readonly column: NumberColumn; readonly factor: number }[];
	readonly constant: number;
}

/**
 * The constraint that says so, with the first of the tolerances with which it holds in every row, or null.
 *
 * @param tolerances ascending.
 */
export function holdingLinear(
	form: LinearForm,
	tolerances: readonly number[],
	columns: ColumnsByName,
	order: Int32Array,
): LinearConstraint | null {
	const { column, terms, constant: offset } = inTableOrder(form);
	for (const tolerance of tolerances) {
		const constraint: LinearConstraint = {
			type: 'linear',
			id: constraintId('linear', [column.name, ...terms.map((term) => term.column.name)]),
			column: column.name,
			terms: terms.map((term) => ({ column: term.column.name, factor: term.factor })),
			constant: offset,
			tolerance,
		};
		const rule = compileRule(constraint, columns);
		if (order.every((row) => rule.holds(row))) return constraint;
	}
	return null;
}

/** So that the id does not depend on how it was found: of columns that add up to a constant the last is the total. */
function inTableOrder({ column, terms, constant }: LinearForm): LinearForm {
	const addsUp = terms.length > 1 && terms.every(({ factor }) => factor === -1);
	const all = [...terms, ...(addsUp ? [{ column, factor: -1 }] : [])].sort((a, b) => a.column.place - b.column.place);
	const last = addsUp ? all.pop() : undefined;
	return { column: last?.column ?? column, terms: all, constant };
}

/**
 * The relations that do not follow from those before them (Gaussian elimination of their coefficients). Exact ones
 * come first, then the shorter ones.
 */
export function independentRelations(found: readonly LinearConstraint[]): LinearConstraint[] {
	const sorted = [...found].sort(
		(a, b) => Number(isRounded(a)) - Number(isRounded(b)) || a.terms.length - b.terms.length,
	);
	const places = new Map<string, number>();
	const placeOf = (name: string) => {
		const place = places.get(name) ?? places.size;
		places.set(name, place);
		return place;
	};
	// Each row of the basis leads with 1 at a place where no later one has anything.
	const basis: { readonly lead: number; readonly row: Map<number, number> }[] = [];
	return sorted.filter(({ column, terms }) => {
		const row = new Map<number, number>([[placeOf(column), 1]]);
		for (const term of terms) row.set(placeOf(term.column), -term.factor);
		for (const { lead, row: other } of basis) {
			const times = row.get(lead) ?? 0;
			if (times === 0) continue;
			for (const [place, value] of other) row.set(place, (row.get(place) ?? 0) - times * value);
		}
		let lead = -1;
		for (const [place, value] of row) if (Math.abs(value) > Math.abs(row.get(lead) ?? 1e-6)) lead = place;
		if (lead < 0) return false;
		const scale = row.get(lead) as number;
		basis.push({ lead, row: new Map([...row].map(([place, value]) => [place, place === lead ? 1 : value / scale])) });
		return true;
	});
}

function isRounded({ tolerance }: LinearConstraint): boolean {
	return tolerance > 0;
}
