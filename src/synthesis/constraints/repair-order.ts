import type { ConstraintType } from '../../contracts/constraints.ts';
import type { RowConstraint } from './rules/compile-rule.ts';

/** Which type comes first where nothing else decides. Combinations have no repair and come last. */
const TYPE_ORDER: readonly ConstraintType[] = [
	'multiple',
	'depends',
	'bands',
	'one-hot',
	'missing-if',
	'missing-together',
	'date-part',
	'order',
	'linear',
	'product',
	'combinations',
];

/** Columns that a repair looks at, and those that it changes by preference. */
function flowOf(constraint: RowConstraint): { readonly reads: readonly string[]; readonly writes: readonly string[] } {
	switch (constraint.type) {
		case 'multiple':
			return { reads: [], writes: [constraint.column] };
		case 'depends':
		case 'bands':
		case 'missing-if':
			return { reads: [constraint.on], writes: [constraint.column] };
		case 'one-hot':
			return { reads: [], writes: constraint.columns };
		case 'missing-together':
			return { reads: constraint.columns.slice(0, 1), writes: constraint.columns.slice(1) };
		case 'date-part':
			return { reads: [constraint.date], writes: [constraint.column] };
		case 'order':
			return { reads: [constraint.low], writes: [constraint.high] };
		case 'linear':
			return { reads: constraint.terms.map((term) => term.column), writes: [constraint.column] };
		case 'product':
			return { reads: constraint.of, writes: [constraint.column] };
		case 'combinations':
			return { reads: constraint.columns, writes: [] };
	}
}

const DEFINES: ReadonlySet<ConstraintType> = new Set(['depends', 'bands', 'linear', 'product', 'date-part']);

/**
 * The order in which constraints are repaired: one that changes a column comes before those that read it (a total
 * after its parts), and an order between columns after whatever defines one of them. In a circle the type decides.
 */
export function repairOrder(constraints: readonly RowConstraint[]): RowConstraint[] {
	const flows = constraints.map(flowOf);
	const readers = new Map<string, number[]>();
	constraints.forEach((constraint, i) => {
		const flow = flows[i] as ReturnType<typeof flowOf>;
		const reads = constraint.type === 'order' ? [...flow.reads, ...flow.writes] : flow.reads;
		for (const column of reads) readers.set(column, [...(readers.get(column) ?? []), i]);
	});
	const after: Set<number>[] = constraints.map(() => new Set());
	const waiting = new Int32Array(constraints.length);
	constraints.forEach((constraint, i) => {
		for (const column of flows[i]?.writes ?? []) {
			for (const reader of readers.get(column) ?? []) {
				const own = constraints[reader] as RowConstraint;
				const isSameColumn = own.type === 'order' && own.high === column && !DEFINES.has(constraint.type);
				if (reader === i || isSameColumn || after[i]?.has(reader)) continue;
				after[i]?.add(reader);
				waiting[reader] = (waiting[reader] as number) + 1;
			}
		}
	});
	const left = constraints.map((_, i) => i);
	left.sort((a, b) => rank(constraints, a) - rank(constraints, b));
	const ordered: RowConstraint[] = [];
	while (left.length > 0) {
		const free = left.findIndex((i) => waiting[i] === 0);
		const [next] = left.splice(Math.max(0, free), 1) as [number];
		ordered.push(constraints[next] as RowConstraint);
		for (const reader of after[next] ?? []) waiting[reader] = (waiting[reader] as number) - 1;
	}
	return ordered;
}

function rank(constraints: readonly RowConstraint[], at: number): number {
	return TYPE_ORDER.indexOf((constraints[at] as RowConstraint).type);
}
