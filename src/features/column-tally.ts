import type { Cells, TextCells } from '../contracts/table.ts';
import { decodeText, encodeTexts } from '../texts/byte-texts.ts';
import {
	addBytesToDistinctSketch,
	addToDistinctSketch,
	createDistinctSketch,
	mergeIntoDistinctSketch,
} from './distinct-sketch.ts';
import { type MissingTest, missingTestOf } from './is-missing-text.ts';
import {
	createLevelCounter,
	type DistinctValues,
	distinctOf,
	eachOf,
	type LevelCounter,
	levelsOf,
	startOf,
} from './level-counter.ts';
import { parseNumber } from './parse-number.ts';
import { addTextBytes } from './text-bytes.ts';
import { addText, createTextEvidence, mergeIntoTextEvidence, type TextEvidence } from './text-evidence.ts';

/** Distinct texts of a column that are counted exactly at most, and of all columns of a table together. */
const MAX_EXACT_LEVELS = 100_000;
const MAX_EXACT_OF_TABLE = 2_000_000;
const LEAST_EXACT_LEVELS = 1_000;
/** Frequent texts that are still counted once there are more distinct ones than that. */
const KEPT_LEVELS = 10_000;

/** Distinct texts that are counted exactly in each column of a table of so many: fewer where it is very wide. */
export function exactLevelsOf(columns: number): number {
	const share = Math.floor(MAX_EXACT_OF_TABLE / Math.max(1, columns));
	return Math.min(MAX_EXACT_LEVELS, Math.max(LEAST_EXACT_LEVELS, share));
}

/**
 * Statistics of one column over some consecutive rows. Plain data: it may be stored as JSON and merged later.
 *
 * While a column has at most `exactLevelsOf` distinct texts, they and their counts are all there is to know;
 * beyond, they are turned into `beyond` and only the frequent ones go on being counted.
 */
export interface ColumnTally {
	readonly name: string;
	readonly rows: number;
	/** Cells without any text. */
	readonly empty: number;
	readonly texts: readonly string[];
	readonly counts: readonly number[];
	readonly beyond: BeyondExact | null;
	readonly order: RowOrder;
	/** Words such as `NA` are values of the column. @default false */
	readonly wordsAreValues?: true;
}

export interface BeyondExact {
	readonly evidence: TextEvidence;
	/** Registers of a distinct-count sketch over all texts. */
	readonly registers: number[];
	/** Cells and distinct texts when exact counting ended. */
	readonly exactCells: number;
	readonly exactDistinct: number;
}

/** Whether the cells are numbers that grow from row to row. */
export interface RowOrder {
	readonly increasing: boolean;
	readonly first: number | null;
	readonly last: number | null;
}

const NOT_GROWING: RowOrder = { increasing: false, first: null, last: null };

/** @param before of the rows before; where they do not grow, nothing is looked at. */
function orderOf(cells: Cells, before: RowOrder): RowOrder {
	if (!before.increasing) return NOT_GROWING;
	let first: number | null = null;
	let last: number | null = null;
	const rows = cells.type === 'number' ? cells.values.length : cells.codes.length;
	for (let row = 0; row < rows; row++) {
		let value: number;
		if (cells.type === 'number') value = cells.values[row] as number;
		else {
			const code = cells.codes[row] as number;
			if (code < 0) continue;
			value = parseNumber(textOf(cells, code));
			if (Number.isNaN(value)) return NOT_GROWING;
		}
		if (Number.isNaN(value)) continue;
		if (last !== null && value <= last) return NOT_GROWING;
		first ??= value;
		last = value;
	}
	return { increasing: true, first, last };
}

function textOf(cells: TextCells, code: number): string {
	const { utf8 } = cells;
	return utf8 === undefined
		? (cells.dictionary[code] as string)
		: decodeText(utf8.bytes, startOf(utf8, code), utf8.ends[code] as number);
}

function followedBy(a: RowOrder, b: RowOrder): RowOrder {
	const increasing = a.increasing && b.increasing && (a.last === null || b.first === null || a.last < b.first);
	if (!increasing) return NOT_GROWING;
	return { increasing, first: a.first ?? b.first, last: b.last ?? a.last };
}

/** A tally that grows. */
interface GrowingTally {
	/** Distinct texts that are counted exactly. */
	readonly maxExact: number;
	rows: number;
	empty: number;
	order: RowOrder;
	levels: LevelCounter;
	beyond: BeyondExact | null;
	readonly wordsAreValues: boolean;
}

function emptyTally(maxExact: number, wordsAreValues: boolean): GrowingTally {
	const order: RowOrder = { increasing: true, first: null, last: null };
	return { maxExact, rows: 0, empty: 0, order, levels: createLevelCounter(), beyond: null, wordsAreValues };
}

function reopen(tally: ColumnTally, maxExact: number): GrowingTally {
	const { rows, empty, order, beyond } = tally;
	const levels = createLevelCounter();
	levels.add(distinctTexts(tally));
	const wordsAreValues = tally.wordsAreValues === true;
	return { maxExact, rows, empty, order, levels, beyond: structuredClone(beyond), wordsAreValues };
}

function close(name: string, tally: GrowingTally): ColumnTally {
	const { rows, empty, order, levels, beyond, wordsAreValues } = tally;
	const counted = levelsOf(levels.distinct());
	return { name, rows, empty, order, ...counted, beyond, ...(wordsAreValues ? { wordsAreValues } : {}) };
}

function distinctTexts({ texts, counts }: ColumnTally): DistinctValues {
	return { values: encodeTexts(texts), counts, order: null };
}

function addEvidence({ evidence, registers }: BeyondExact, distinct: DistinctValues, isMissing: MissingTest): void {
	const { values } = distinct;
	if (values instanceof Float64Array) {
		eachOf(distinct, (index, count) => {
			const value = values[index] as number;
			const text = String(value);
			addText(evidence, text, count, isMissing, value);
			addToDistinctSketch(registers, text);
		});
		return;
	}
	const { bytes, ends } = values;
	eachOf(distinct, (index, count) => {
		const start = startOf(values, index);
		const end = ends[index] as number;
		addTextBytes(evidence, bytes, start, end, count, isMissing);
		addBytesToDistinctSketch(registers, bytes, start, end);
	});
}

/** Ends exact counting: what is known becomes evidence, and only the most frequent texts stay. */
function endExactCounting(tally: GrowingTally): BeyondExact {
	const distinct = tally.levels.distinct();
	const counts = Float64Array.from(distinct.counts);
	const beyond: BeyondExact = {
		evidence: createTextEvidence(),
		registers: createDistinctSketch(),
		exactCells: counts.reduce((sum, count) => sum + count, 0),
		exactDistinct: counts.length,
	};
	addEvidence(beyond, distinct, missingTestOf(tally));
	const byCount = Int32Array.from(counts.keys()).sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
	tally.levels = createLevelCounter();
	tally.levels.add({ ...distinct, order: byCount.subarray(0, keptLevels(tally)) });
	tally.beyond = beyond;
	return beyond;
}

function keptLevels({ maxExact }: GrowingTally): number {
	return Math.min(KEPT_LEVELS, maxExact);
}

function addCells(tally: GrowingTally, cells: Cells): void {
	tally.rows += cells.type === 'number' ? cells.values.length : cells.codes.length;
	tally.order = followedBy(tally.order, orderOf(cells, tally.order));
	const { beyond, levels } = tally;
	if (beyond === null) {
		tally.empty += levels.addCells(cells);
		if (levels.size() > tally.maxExact) endExactCounting(tally);
		return;
	}
	const { empty, ...distinct } = distinctOf(cells);
	tally.empty += empty;
	addEvidence(beyond, distinct, missingTestOf(tally));
	levels.add(distinct, keptLevels(tally));
}

function addTally(tally: GrowingTally, next: ColumnTally): void {
	tally.rows += next.rows;
	tally.empty += next.empty;
	tally.order = followedBy(tally.order, next.order);
	const distinct = distinctTexts(next);
	if (next.beyond !== null) {
		const beyond = tally.beyond ?? endExactCounting(tally);
		mergeIntoTextEvidence(beyond.evidence, next.beyond.evidence);
		mergeIntoDistinctSketch(beyond.registers, next.beyond.registers);
	} else if (tally.beyond !== null) {
		addEvidence(tally.beyond, distinct, missingTestOf(tally));
	}
	tally.levels.add(distinct, tally.beyond === null ? undefined : keptLevels(tally));
	if (tally.beyond === null && tally.levels.size() > tally.maxExact) endExactCounting(tally);
}

/** The tally of a column that is read part by part, in the order of the rows. */
export interface ColumnTallier {
	add(cells: Cells): void;
	/** Of all cells so far. */
	tally(): ColumnTally;
}

/**
 * @param maxExact see `exactLevelsOf`
 * @param wordsAreValues whether words such as `NA` are values of the column, and no missing cells
 */
export function createTallier(name: string, maxExact: number, wordsAreValues = false): ColumnTallier {
	const tally = emptyTally(maxExact, wordsAreValues);
	return {
		add: (cells) => addCells(tally, cells),
		tally: () => close(name, tally),
	};
}

/**
 * Merges tallies of one column in the order of their rows; the parts are left as they are.
 *
 * @param maxExact see `exactLevelsOf`
 */
export function mergeTallies(tallies: readonly ColumnTally[], maxExact: number): ColumnTally {
	const first = tallies[0] as ColumnTally;
	const tally = reopen(first, maxExact);
	for (const next of tallies.slice(1)) addTally(tally, next);
	return close(first.name, tally);
}

/** All evidence of a column, gathered from its levels or carried along. */
export function evidenceOf(tally: ColumnTally): TextEvidence {
	if (tally.beyond !== null) return tally.beyond.evidence;
	const evidence = createTextEvidence();
	const isMissing = missingTestOf(tally);
	tally.texts.forEach((text, i) => {
		addText(evidence, text, tally.counts[i] as number, isMissing);
	});
	return evidence;
}
