import type { Cells } from '../contracts/table.ts';
import { countLevels, type LevelCounts } from './count-levels.ts';
import { addToDistinctSketch, createDistinctSketch, mergeIntoDistinctSketch } from './distinct-sketch.ts';
import { type MissingTest, missingTestOf } from './is-missing-text.ts';
import { parseNumber } from './parse-number.ts';
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
			value = parseNumber(cells.dictionary[code] as string);
			if (Number.isNaN(value)) return NOT_GROWING;
		}
		if (Number.isNaN(value)) continue;
		if (last !== null && value <= last) return NOT_GROWING;
		first ??= value;
		last = value;
	}
	return { increasing: true, first, last };
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
	levels: Map<string, number>;
	beyond: BeyondExact | null;
	readonly wordsAreValues: boolean;
}

function emptyTally(maxExact: number, wordsAreValues: boolean): GrowingTally {
	const order: RowOrder = { increasing: true, first: null, last: null };
	return { maxExact, rows: 0, empty: 0, order, levels: new Map(), beyond: null, wordsAreValues };
}

function reopen(tally: ColumnTally, maxExact: number): GrowingTally {
	const { rows, empty, order, texts, counts } = tally;
	const levels = new Map(texts.map((text, i) => [text, counts[i] as number]));
	const wordsAreValues = tally.wordsAreValues === true;
	return { maxExact, rows, empty, order, levels, beyond: structuredClone(tally.beyond), wordsAreValues };
}

function close(name: string, tally: GrowingTally): ColumnTally {
	const { rows, empty, order, levels, beyond, wordsAreValues } = tally;
	return {
		name,
		rows,
		empty,
		order,
		texts: [...levels.keys()],
		counts: [...levels.values()],
		beyond,
		...(wordsAreValues ? { wordsAreValues } : {}),
	};
}

function addEvidence(
	beyond: BeyondExact,
	{ texts, counts, values }: Omit<LevelCounts, 'empty'>,
	isMissing: MissingTest,
): void {
	for (let i = 0; i < texts.length; i++) {
		addText(beyond.evidence, texts[i] as string, counts[i] as number, isMissing, values?.[i]);
		addToDistinctSketch(beyond.registers, texts[i] as string);
	}
}

/** Ends exact counting: what is known becomes evidence, and only the most frequent texts stay. */
function endExactCounting(tally: GrowingTally): BeyondExact {
	const counts = [...tally.levels.values()];
	const beyond: BeyondExact = {
		evidence: createTextEvidence(),
		registers: createDistinctSketch(),
		exactCells: counts.reduce((sum, count) => sum + count, 0),
		exactDistinct: counts.length,
	};
	addEvidence(beyond, { texts: [...tally.levels.keys()], counts }, missingTestOf(tally));
	tally.levels = new Map([...tally.levels].sort((a, b) => b[1] - a[1]).slice(0, Math.min(KEPT_LEVELS, tally.maxExact)));
	tally.beyond = beyond;
	return beyond;
}

function addTally(
	tally: GrowingTally,
	next: Omit<ColumnTally, 'name' | 'counts'> & Pick<LevelCounts, 'counts' | 'values'>,
): void {
	tally.rows += next.rows;
	tally.empty += next.empty;
	tally.order = followedBy(tally.order, next.order);
	if (next.beyond !== null) {
		const beyond = tally.beyond ?? endExactCounting(tally);
		mergeIntoTextEvidence(beyond.evidence, next.beyond.evidence);
		mergeIntoDistinctSketch(beyond.registers, next.beyond.registers);
	} else if (tally.beyond !== null) {
		addEvidence(tally.beyond, next, missingTestOf(tally));
	}
	const { levels } = tally;
	const kept = Math.min(KEPT_LEVELS, tally.maxExact);
	for (let i = 0; i < next.texts.length; i++) {
		const text = next.texts[i] as string;
		const known = levels.get(text);
		if (known === undefined && tally.beyond !== null && levels.size >= kept) continue;
		const count = next.counts[i] as number;
		if (known === undefined) levels.set(ownText(text), count);
		else levels.set(text, known + count);
	}
	if (tally.beyond === null && levels.size > tally.maxExact) endExactCounting(tally);
}

/** A text cut from a longer one keeps all of it in memory; this one is kept longer than the shard that it is from. */
function ownText(text: string): string {
	return text.length < SHORTEST_SLICE ? text : ` ${text}`.slice(1);
}

/** V8 copies what is shorter. */
const SHORTEST_SLICE = 13;

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
		add(cells) {
			const rows = cells.type === 'number' ? cells.values.length : cells.codes.length;
			addTally(tally, { rows, ...countLevels(cells), beyond: null, order: orderOf(cells, tally.order) });
		},
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
