import type { Constraint } from '../contracts/constraints.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import { type FeatureSpec, type FeatureTable, MISSING_LEVEL, UNSEEN_LEVEL } from '../contracts/features.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import type { TableProfile } from '../contracts/profile.ts';
import type { Random } from '../contracts/random.ts';
import { type Cells, cellText, type TableBatch } from '../contracts/table.ts';
import { fromFeatures } from '../features/from-features.ts';
import { isMissingText } from '../features/is-missing-text.ts';
import { joinFeatures } from '../features/join-features.ts';
import { pickRows } from '../features/pick-rows.ts';
import { toFeatures } from '../features/to-features.ts';
import { findBroken } from './constraints/find-broken.ts';
import { repairRows } from './constraints/repair-rows.ts';
import { isRowConstraint } from './constraints/rules/compile-rule.ts';
import { withoutConstraints } from './constraints/without-constraints.ts';
import type { RowSource } from './row-source.ts';

export interface CompleteOptions {
	/** Below 1 cells are more usual, above 1 less. @default 1 */
	readonly temperature?: number;
	/** Ids of constraints that rows need not hold. @default none */
	readonly withoutConstraints?: readonly string[];
	/** Number of the first row, from 1, for messages. @default 1 */
	readonly firstRow?: number;
}

/** Times that a row is drawn which breaks a constraint; what is given may break one by itself. */
const MOST_DRAWS = 20;

/**
 * Fills the empty cells of rows, and the columns that they lack, with what fits to the cells that they have. Those
 * are kept as they are written; so are columns that the model leaves out, such as keys.
 *
 * @throws CounterfoilError CONDITION_INVALID for a column or a level that the model does not know
 */
export function completeRows(
	source: RowSource,
	partial: TableBatch,
	random: Random,
	{ temperature = 1, firstRow = 1, withoutConstraints: leftOut = [] }: CompleteOptions = {},
): TableBatch {
	const { specs, profile } = source;
	const constraints = withoutConstraints(source.constraints, leftOut);
	requireKnownColumns(partial, profile);
	const table = toFeatures(withAllColumns(partial, specs), specs);
	requireKnownLevels(table, specs, firstRow);
	const drawn: FeatureTable[] = [];
	const order: number[] = [];
	for (const { known, rows } of groupByKnown(table, specs)) {
		drawn.push(completeGroup(source, constraints, pickRows(table, rows), known, random, temperature));
		order.push(...rows);
	}
	const back = new Int32Array(order.length);
	for (const [at, row] of order.entries()) back[row] = at;
	const cells = fromFeatures(pickRows(joinFeatures(drawn, specs), back), specs, profile);
	return mergeCells(partial, cells);
}

/** Rows of which the same features are known, drawn until they hold the constraints as far as they can. */
function completeGroup(
	{ generator, specs }: RowSource,
	constraints: readonly Constraint[],
	table: FeatureTable,
	known: readonly boolean[],
	random: Random,
	temperature: number,
): FeatureTable {
	const fixed = new Set(known.flatMap((is, feature) => (is ? [feature] : [])));
	const draw = (rows: FeatureTable) =>
		repairRows(constraints, specs, generator.complete(rows, known, random, temperature), { fixed });
	let drawn = draw(table);
	for (let draws = 1; draws < MOST_DRAWS; draws++) {
		const { broken } = findBroken(constraints.filter(isRowConstraint), specs, drawn);
		const rows = Int32Array.from(broken.keys()).filter((row) => broken[row] === 1);
		if (rows.length === 0) break;
		const again = draw(pickRows(table, rows));
		const from = Int32Array.from({ length: table.rows }, (_, row) => row);
		for (const [at, row] of rows.entries()) from[row] = table.rows + at;
		drawn = pickRows(joinFeatures([drawn, again], specs), from);
	}
	return drawn;
}

function requireKnownColumns({ names }: TableBatch, profile: TableProfile): void {
	const known = profile.columns.map(({ name }) => name);
	const unknown = names.find((name) => !known.includes(name));
	if (unknown === undefined) return;
	const nearest = findNearest(unknown, known);
	throw new CounterfoilError('CONDITION_INVALID', 'the model has no such column', {
		where: `column "${unknown}"`,
		hint: nearest === null ? 'see the columns with `counterfoil models show`' : `did you mean "${nearest}"?`,
	});
}

/** The batch with the columns that it lacks, all of their cells missing. */
function withAllColumns(batch: TableBatch, specs: readonly FeatureSpec[]): TableBatch {
	const lacking = [...new Set(specs.map(({ column }) => column))].filter((column) => !batch.names.includes(column));
	const empty: Cells = { type: 'number', values: new Float64Array(batch.rows).fill(Number.NaN) };
	return {
		rows: batch.rows,
		names: [...batch.names, ...lacking],
		columns: [...batch.columns, ...lacking.map(() => empty)],
	};
}

function requireKnownLevels(table: FeatureTable, specs: readonly FeatureSpec[], firstRow: number): void {
	for (const [feature, spec] of specs.entries()) {
		const column = table.columns[feature];
		if (column?.type !== 'categorical') continue;
		const row = column.codes.indexOf(UNSEEN_LEVEL);
		if (row < 0) continue;
		throw new CounterfoilError('CONDITION_INVALID', 'a value of the column is none that the model knows', {
			where: `column "${spec.column}", row ${firstRow + row}`,
			hint: 'write it as the training rows do, or leave the cell empty',
		});
	}
}

/** Rows of which the same features are known. A date is known whole or not at all. */
function groupByKnown(
	table: FeatureTable,
	specs: readonly FeatureSpec[],
): { readonly known: boolean[]; readonly rows: number[] }[] {
	const groups = new Map<string, { known: boolean[]; rows: number[] }>();
	const dayOf = specs.map(({ column, part }, feature) =>
		part === 'value' ? feature : specs.findIndex((spec) => spec.column === column && spec.part === 'day'),
	);
	for (let row = 0; row < table.rows; row++) {
		const known = dayOf.map((feature) => {
			const column = table.columns[feature];
			if (column === undefined) return false;
			return column.type === 'numeric'
				? !Number.isNaN(column.values[row])
				: (column.codes[row] as number) !== MISSING_LEVEL;
		});
		const key = known.map(Number).join('');
		const group = groups.get(key);
		if (group === undefined) groups.set(key, { known, rows: [row] });
		else group.rows.push(row);
	}
	return [...groups.values()];
}

/** The cells of `partial` where it has them, else the drawn ones; columns in the order of the model, others after them. */
function mergeCells(partial: TableBatch, drawn: TableBatch): TableBatch {
	const names = [...drawn.names, ...partial.names.filter((name) => !drawn.names.includes(name))];
	const columns = names.map((name): Cells => {
		const [own, other] = [partial, drawn].map(({ names: all, columns: cells }) => cells[all.indexOf(name)]);
		if (own === undefined) return other as Cells;
		if (other === undefined) return own;
		return overlay(own, other, partial.rows);
	});
	return { rows: partial.rows, names, columns };
}

function overlay(own: Cells, other: Cells, rows: number): Cells {
	if (own.type === 'number' && other.type === 'number') {
		return {
			type: 'number',
			values: own.values.map((value, row) => (Number.isNaN(value) ? (other.values[row] as number) : value)),
		};
	}
	const dictionary: string[] = [];
	const places = new Map<string, number>();
	const codes = Int32Array.from({ length: rows }, (_, row) => {
		const written = cellText(own, row);
		const text = written === null || isMissingText(written) ? cellText(other, row) : written;
		if (text === null) return -1;
		let place = places.get(text);
		if (place === undefined) {
			place = dictionary.push(text) - 1;
			places.set(text, place);
		}
		return place;
	});
	return { type: 'text', codes, dictionary };
}
