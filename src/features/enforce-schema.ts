import type { ColumnContract, DecidedDifference, SchemaContract } from '../contracts/schema-contract.ts';
import type { Cells, TableBatch } from '../contracts/table.ts';
import { createLevelTest } from './compare-values.ts';
import { createAllowedTest } from './declare-columns.ts';
import type { ReadText } from './interpret-batch.ts';
import { isMissingText } from './is-missing-text.ts';
import { compactTexts, pickCells } from './pick-batch-rows.ts';
import { createReadableTest } from './readable-cells.ts';

/** A row that is left out, and why. */
export interface DiscardedRow {
	/** In the batch, from 0. */
	readonly row: number;
	readonly column: string;
	readonly reason: 'SCHEMA_LEVEL' | 'SCHEMA_NEW_COLUMN' | 'SCHEMA_REQUIRED' | 'SCHEMA_TYPE' | 'SCHEMA_VALUE';
}

export interface EnforcedBatch {
	/** What is left, cells that were discarded being missing. */
	readonly batch: TableBatch;
	/** In order of the rows, each once. */
	readonly discarded: readonly DiscardedRow[];
}

export interface SchemaEnforcer {
	/** Names of the columns that are left. */
	readonly names: readonly string[];
	apply(batch: TableBatch): EnforcedBatch;
	/** Cells that were made missing or left out so far, by column. */
	repairs(): ReadonlyMap<string, number>;
}

/** Whether anything is to be changed by what was decided. */
export function changesRows(decided: readonly DecidedDifference[]): boolean {
	return decided.some(({ effect }) => effect === 'discard-row' || effect === 'discard-value');
}

interface CellRule {
	readonly column: string;
	readonly reason: DiscardedRow['reason'];
	readonly discards: 'row' | 'value';
	/** Of a cell that is there. */
	isBad(text: string): boolean;
	/** Of one that is missing. @default false */
	readonly isMissingBad?: boolean;
}

/**
 * Carries out what was decided, batch by batch: rows are left out, cells made missing, columns left out or filled in.
 *
 * @param filled columns that are to be there, in any case.
 * @param readers what the texts of columns mean; what is left stays as it was written.
 */
export function createSchemaEnforcer(
	contract: SchemaContract,
	decided: readonly DecidedDifference[],
	names: readonly string[],
	filled: readonly string[] = [],
	readers: ReadonlyMap<string, ReadText> = new Map(),
): SchemaEnforcer {
	const known = new Map(contract.columns.map((column) => [column.name, column]));
	const rules = decided
		.flatMap((difference) => cellRule(difference, known.get(difference.column)))
		.map((rule) => understood(rule, readers.get(rule.column)));
	const left = new Set(rules.filter(({ reason }) => reason === 'SCHEMA_NEW_COLUMN').map(({ column }) => column));
	const added = decided.flatMap(({ type, effect, column }) =>
		type === 'missing' && effect === 'discard-value' ? [column] : [],
	);
	const toFill = [...new Set([...added, ...filled])].filter((name) => !names.includes(name));
	const repairs = new Map<string, number>();
	const count = (column: string, cells: number) => {
		if (cells > 0) repairs.set(column, (repairs.get(column) ?? 0) + cells);
	};

	function apply(batch: TableBatch): EnforcedBatch {
		const discarded: DiscardedRow[] = [];
		const isOut = new Uint8Array(batch.rows);
		for (const rule of rules) {
			if (rule.discards !== 'row') continue;
			for (const row of badRows(columnOf(batch, rule.column), rule)) {
				if (isOut[row] === 1) continue;
				isOut[row] = 1;
				discarded.push({ row, column: rule.column, reason: rule.reason });
			}
		}
		const rows = batch.rows - discarded.length;
		const kept = discarded.length === 0 ? null : Int32Array.from(isOut.keys()).filter((row) => isOut[row] === 0);
		const columns = new Map<string, Cells>();
		batch.names.forEach((name, i) => {
			let cells = batch.columns[i] as Cells;
			if (kept !== null) cells = pickCells(cells, kept);
			for (const rule of rules) {
				if (rule.column !== name || rule.discards !== 'value') continue;
				const bad = badRows(cells, rule);
				count(name, bad.length);
				cells = withoutCells(cells, bad);
			}
			if (!left.has(name)) columns.set(name, cells);
		});
		for (const name of toFill) {
			columns.set(name, { type: 'number', values: new Float64Array(rows).fill(Number.NaN) });
			count(name, rows);
		}
		return {
			batch: { rows, names: [...columns.keys()], columns: [...columns.values()] },
			discarded: discarded.sort((a, b) => a.row - b.row),
		};
	}

	return { names: [...names.filter((name) => !left.has(name)), ...toFill], apply, repairs: () => repairs };
}

/** Judges what the texts mean. */
function understood(rule: CellRule, read: ReadText | undefined): CellRule {
	if (read === undefined) return rule;
	return {
		...rule,
		isBad(text) {
			const meant = read(text);
			return meant === null ? rule.isMissingBad === true : rule.isBad(meant);
		},
	};
}

function cellRule({ type, effect, column }: DecidedDifference, contract: ColumnContract | undefined): CellRule[] {
	if (effect !== 'discard-row' && effect !== 'discard-value') return [];
	const discards = effect === 'discard-row' ? 'row' : 'value';
	if (type === 'new') return [{ column, reason: 'SCHEMA_NEW_COLUMN', discards, isBad: () => true }];
	if (contract === undefined || type === 'missing') return [];
	if (type === 'required') {
		return [{ column, reason: 'SCHEMA_REQUIRED', discards, isBad: () => false, isMissingBad: true }];
	}
	if (type === 'forbidden') {
		const isAllowed = createAllowedTest(contract.declared ?? {});
		return [{ column, reason: 'SCHEMA_VALUE', discards, isBad: (text) => !isAllowed(text) }];
	}
	const isGood = type === 'levels' ? createLevelTest(contract) : createReadableTest(contract);
	const reason = type === 'levels' ? 'SCHEMA_LEVEL' : 'SCHEMA_TYPE';
	return [{ column, reason, discards, isBad: (text) => !isGood(text) }];
}

function columnOf(batch: TableBatch, name: string): Cells {
	return batch.columns[batch.names.indexOf(name)] as Cells;
}

/** Rows whose cell is bad; each text of a dictionary is looked at once. */
function badRows(cells: Cells, { isBad, isMissingBad = false }: CellRule): number[] {
	const rows: number[] = [];
	if (cells.type === 'number') {
		cells.values.forEach((value, row) => {
			if (Number.isNaN(value) ? isMissingBad : isBad(String(value))) rows.push(row);
		});
		return rows;
	}
	const bad = cells.dictionary.map((text) => (isMissingText(text) ? isMissingBad : isBad(text)));
	cells.codes.forEach((code, row) => {
		if (code < 0 ? isMissingBad : bad[code]) rows.push(row);
	});
	return rows;
}

function withoutCells(cells: Cells, rows: readonly number[]): Cells {
	if (rows.length === 0) return cells;
	if (cells.type === 'number') {
		const values = cells.values.slice();
		for (const row of rows) values[row] = Number.NaN;
		return { ...cells, values };
	}
	const codes = cells.codes.slice();
	for (const row of rows) codes[row] = -1;
	return compactTexts(codes, cells.dictionary);
}
