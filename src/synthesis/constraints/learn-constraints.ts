import type {
	Constraint,
	DependsConstraint,
	LinearConstraint,
	MissingIfConstraint,
	OneHotConstraint,
} from '../../contracts/constraints.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import { settleDates } from '../../features/settle-dates.ts';
import { constraintColumns } from './constraint-columns.ts';
import { createSearch } from './find/coded-columns.ts';
import { findBands } from './find/find-bands.ts';
import { findCombinations } from './find/find-combinations.ts';
import { findDateParts, findDurations } from './find/find-date-relations.ts';
import { dependencyOf, findDependencies } from './find/find-dependencies.ts';
import { findLongSums } from './find/find-long-sums.ts';
import { findMissing } from './find/find-missing.ts';
import { findMultiples } from './find/find-multiples.ts';
import { findOneHot } from './find/find-one-hot.ts';
import { findOrders } from './find/find-orders.ts';
import { findRatios } from './find/find-ratios.ts';
import { findTriples } from './find/find-triples.ts';
import { findUnique } from './find/find-unique.ts';
import { withoutImplied } from './find/implied-orders.ts';
import { independentRelations } from './find/linear-relations.ts';
import { findBroken } from './find-broken.ts';

/** Rows below which nothing is believed. */
const MIN_ROWS = 30;

export interface LearnConstraintsOptions {
	/** Rows that are searched, spread evenly; what is found is checked against all. @default 100,000 */
	readonly maxRows?: number;
}

/**
 * What holds in every row of the table and is more than luck (see evidence.ts); what follows from other constraints
 * is left out. Rows that are not in the table can be checked with `keepHolding`.
 *
 * @param table training rows.
 */
export function learnConstraints(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	options: LearnConstraintsOptions = {},
): Constraint[] {
	if (table.rows < MIN_ROWS) return [];
	const searched = spreadRows(table, options.maxRows ?? 100_000);
	const columns = constraintColumns(settleDates(searched, specs), specs);
	const byName = new Map(columns.map((column) => [column.name, column]));
	const all = createSearch(columns, searched.rows);
	const ratios = findRatios(all, byName);
	// What holds for a column need not be said of its copies.
	const copies = new Set(ratios.filter(isCopy).map((ratio) => ratio.column));
	const search = { ...all, columns: all.columns.filter(({ column }) => !copies.has(column.name)) };

	const triples = findTriples(search, byName);
	const sums = findLongSums(search, byName, ratios, new Set([...ratios, ...triples.sums].map((known) => known.column)));
	const linear = [
		...independentRelations([...triples.sums, ...ratios, ...sums]),
		...independentRelations(findDurations(search, byName)),
	];
	const isResult = new Set([...linear, ...triples.products].map((relation) => relation.column));
	const dateParts = findDateParts(search);
	const bands = findBands({ ...search, columns: search.columns.filter(({ column }) => !isResult.has(column.name)) });
	const dependencies = findDependencies(search).filter(
		({ on, column }) =>
			!linear.some((relation) => relatesOnly(relation, on, column)) &&
			!bands.some((band) => band.on === on && band.column === column),
	);
	// Of a number that others depend on only those that occur are possible.
	const isCode = new Set(dependencies.map(({ on }) => on));
	const missing = findMissing(search);
	const found: Constraint[] = [
		...(searched === table ? dependencies : completed(dependencies, table, specs)),
		...bands,
		...findCombinations(search, dependencies),
		...findOneHot(search).filter((oneHot) => !followsFromDependencies(oneHot, dependencies)),
		...findMultiples(search).filter(({ column }) => !isResult.has(column) && !isCode.has(column)),
		...withoutImplied(findOrders(search), linear, triples.products, byName),
		...linear,
		...triples.products,
		...dateParts,
		...missing.together,
		...missing.ifs.filter((rule) => !followsFromDependency(rule, dependencies)),
		...findUnique(search),
	];
	return keepHolding(found, specs, table);
}

/** With the cells that only occur in rows that were not searched. */
function completed(
	dependencies: readonly DependsConstraint[],
	table: FeatureTable,
	specs: readonly FeatureSpec[],
): DependsConstraint[] {
	const names = new Set(dependencies.flatMap(({ on, column }) => [on, column]));
	const columns = constraintColumns(settleDates(table, specs), specs).filter(({ name }) => names.has(name));
	const coded = new Map(createSearch(columns, table.rows).columns.map((one) => [one.column.name, one]));
	return dependencies.flatMap(({ on, column }) => {
		const [source, target] = [coded.get(on), coded.get(column)];
		return source === undefined || target === undefined ? [] : [dependencyOf(source, target)];
	});
}

function spreadRows(table: FeatureTable, most: number): FeatureTable {
	if (table.rows <= most) return table;
	const rowAt = (i: number) => Math.floor((i * table.rows) / most);
	const columns = table.columns.map((column): FeatureColumn => {
		if (column.type === 'numeric') {
			return {
				type: 'numeric',
				values: Float64Array.from({ length: most }, (_, i) => column.values[rowAt(i)] as number),
			};
		}
		return {
			type: 'categorical',
			codes: Int32Array.from({ length: most }, (_, i) => column.codes[rowAt(i)] as number),
		};
	});
	return { rows: most, columns };
}

/** The constraints that none of these rows breaks. */
export function keepHolding(
	constraints: readonly Constraint[],
	specs: readonly FeatureSpec[],
	table: FeatureTable,
): Constraint[] {
	const { counts } = findBroken(constraints, specs, table);
	return constraints.filter((_, i) => counts[i] === 0);
}

function isCopy({ terms, constant, tolerance }: LinearConstraint): boolean {
	return terms.length === 1 && terms[0]?.factor === 1 && constant === 0 && tolerance === 0;
}

function relatesOnly({ column, terms }: LinearConstraint, first: string, second: string): boolean {
	const [term] = terms;
	if (terms.length !== 1 || term === undefined) return false;
	return (column === first && term.column === second) || (column === second && term.column === first);
}

function followsFromDependencies(oneHot: OneHotConstraint, dependencies: readonly DependsConstraint[]): boolean {
	const sourceOf = (column: string) => dependencies.find((dependency) => dependency.column === column)?.on;
	const source = sourceOf(oneHot.columns[0] as string);
	return source !== undefined && oneHot.columns.every((column) => sourceOf(column) === source);
}

function followsFromDependency(rule: MissingIfConstraint, dependencies: readonly DependsConstraint[]): boolean {
	return dependencies.some(({ on, column }) => on === rule.on && column === rule.column);
}
