import type { ColumnContract, SchemaContract, SchemaDifference } from '../contracts/schema-contract.ts';
import { type ColumnTally, evidenceOf } from './column-tally.ts';
import { compareValues } from './compare-values.ts';
import { compareDeclared } from './declare-columns.ts';
import { quoteName } from './find-alerts.ts';
import { findRenames } from './find-renames.ts';
import { percent } from './percent.ts';
import type { PartialProfile } from './profile-batch.ts';
import { countReadable } from './readable-cells.ts';

/** More unreadable cells than this share: the column is not what it was. */
export const MAX_UNREADABLE = 0.05;

/** Who looks: whoever takes in a table wants all of it as it was; a model needs only the columns that it looks at. */
export type SchemaPurpose = 'ingest' | 'score';

/**
 * What tells new data from those of a contract.
 *
 * @param fresh statistics of the new data, or its column names alone; only with statistics can be told what became of
 *   the cells.
 */
export function compareContract(
	contract: SchemaContract,
	fresh: PartialProfile | readonly string[],
	purpose: SchemaPurpose,
): SchemaDifference[] {
	const tallies = new Map('columns' in fresh ? fresh.columns.map((tally) => [tally.name, tally]) : []);
	const names = 'columns' in fresh ? fresh.columns.map(({ name }) => name) : fresh;
	const differences = [...compareColumns(contract, names, tallies, purpose), ...compareOrder(contract, names)];
	for (const column of contract.columns) {
		const tally = tallies.get(column.name);
		if (tally === undefined || (purpose === 'score' && column.role !== 'feature')) continue;
		const evidence = evidenceOf(tally);
		const unreadable = compareReadable(column, evidence.present, countReadable(column, evidence));
		if (unreadable !== null) differences.push(unreadable);
		if (unreadable?.type !== 'retyped') differences.push(...compareDeclared(column, tally));
		// What is of another type has no levels or range to compare.
		if (unreadable?.type === 'retyped' || column.role === 'ignored' || column.role === 'truth') continue;
		differences.push(...compareValues(column, tally, evidence, contract.rows));
	}
	return differences;
}

function compareColumns(
	contract: SchemaContract,
	names: readonly string[],
	tallies: ReadonlyMap<string, ColumnTally>,
	purpose: SchemaPurpose,
): SchemaDifference[] {
	const given = new Set(names);
	const known = new Set(contract.columns.map(({ name }) => name));
	const isNeeded = ({ role }: ColumnContract) => purpose === 'ingest' || role === 'feature' || role === 'key';
	const missing = contract.columns.filter((column) => !given.has(column.name) && isNeeded(column));
	const added = names.filter((name) => !known.has(name));
	const renames = findRenames(
		missing,
		added.map((name) => ({ name, tally: tallies.get(name) ?? null })),
	);
	const differences: SchemaDifference[] = renames.map(({ column, newName }) => ({
		type: 'renamed',
		column,
		newName,
		message: `Column "${column}" is missing; the new column "${newName}" looks like a rename of it. If it is: --rename ${quoteName(newName)}=${quoteName(column)}`,
	}));
	for (const { name: column, kind } of missing) {
		if (renames.some((rename) => rename.column === column)) continue;
		differences.push({ type: 'missing', column, message: `Column "${column}" (${kind}) is missing.` });
	}
	for (const column of added) {
		if (renames.some(({ newName }) => newName === column)) continue;
		differences.push({ type: 'new', column, message: `Column "${column}" was not there before.` });
	}
	return differences;
}

/** One difference for all that moved: columns are matched by name. */
function compareOrder(contract: SchemaContract, names: readonly string[]): SchemaDifference[] {
	const given = new Set(names);
	const known = new Set(contract.columns.map(({ name }) => name));
	const expected = contract.columns.map(({ name }) => name).filter((name) => given.has(name));
	const found = names.filter((name) => known.has(name));
	const at = expected.findIndex((name, i) => name !== found[i]);
	if (at < 0) return [];
	const column = found[at] as string;
	const message = `Columns stand in another order, the first of them "${column}" in the place of "${expected[at]}"; they are matched by name.`;
	return [{ type: 'reordered', column, message }];
}

const KIND_WORDS = { numeric: 'a number', integer: 'a number', datetime: 'a date' } as const;

function compareReadable(column: ColumnContract, present: number, readable: number): SchemaDifference | null {
	const unreadable = present - readable;
	if (unreadable === 0) return null;
	const { name, dateFormat } = column;
	const share = unreadable / present;
	const isOther = share > MAX_UNREADABLE;
	const kind = KIND_WORDS[column.kind as keyof typeof KIND_WORDS];
	const format = dateFormat === undefined ? '' : ` written ${dateFormat}`;
	const cells = unreadable === 1 ? '1 value is' : `${unreadable} values are`;
	const was = isOther ? `Column "${name}" was ${column.kind};` : `Column "${name}":`;
	const message = `${was} ${cells} not ${kind}${format} (${percent(share)}).`;
	return { type: isOther ? 'retyped' : 'unreadable', column: name, share, message };
}
