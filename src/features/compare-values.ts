import type { ColumnContract, SchemaDifference } from '../contracts/schema-contract.ts';
import type { ColumnTally } from './column-tally.ts';
import { groupLevels, levelKey } from './group-levels.ts';
import { missingTestOf } from './is-missing-text.ts';
import { percent } from './percent.ts';
import { shareWithin, sketchQuantiles } from './quantile-sketch.ts';
import { statsOf } from './readable-cells.ts';
import type { TextEvidence } from './text-evidence.ts';

/** New levels that are named. */
const SHOWN_LEVELS = 5;
/** Rows from which on shares of them tell anything. */
const LEAST_ROWS = 20;
/** Standard errors that a share has to lie off: what chance does once in some 30,000 comparisons. */
const CERTAIN = 4;
/** Of data like those of the contract, this share lies outside of its 1 % and 99 % quantiles. */
const USUALLY_OUTSIDE = 0.02;
/** Fewer values may do so by chance, however few there are in all. */
const LEAST_UNUSUAL = 4;
/** Less than this more is not worth telling. */
const WORTH_TELLING = 0.05;
/** Values so many widths of the range away from it are of another unit. */
const OTHER_UNIT = 10;

/** Which values are not as they were: new levels, ranges that moved, missing cells that became more. */
export function compareValues(
	column: ColumnContract,
	tally: ColumnTally,
	evidence: TextEvidence,
	rows: number,
): SchemaDifference[] {
	const found = [
		compareLevels(column, tally, evidence),
		compareRange(column, evidence, rows * (1 - column.missingShare)),
		compareMissing(column, tally.rows, evidence, rows),
	];
	return found.filter((difference) => difference !== null);
}

/** A test of whether a text is one of the levels; true for all where not all levels are known. */
export function createLevelTest({ kind, levels }: ColumnContract): (text: string) => boolean {
	if (levels === undefined || !levels.areAll) return () => true;
	const ignoreCase = kind === 'boolean';
	const known = new Set(levels.known.map(({ level }) => levelKey(level, ignoreCase)));
	return (text) => known.has(levelKey(text, ignoreCase));
}

function compareLevels(column: ColumnContract, tally: ColumnTally, evidence: TextEvidence): SchemaDifference | null {
	// Where it was said which there may be, those that were there tell nothing.
	const isSaid = column.declared?.levels !== undefined;
	if (column.levels?.areAll !== true || evidence.present === 0 || isSaid) return null;
	const isKnown = createLevelTest(column);
	const added = groupLevels(tally.texts, tally.counts, column.kind === 'boolean', missingTestOf(tally)).filter(
		({ level }) => !isKnown(level),
	);
	if (added.length === 0) return null;
	const cells = added.reduce((sum, { count }) => sum + count, 0);
	const share = cells / evidence.present;
	const shown = added.slice(0, SHOWN_LEVELS).map(({ level }) => level);
	const more = added.length > shown.length ? ` and ${added.length - shown.length} more` : '';
	const what = added.length === 1 ? '1 new value' : `${added.length} new values`;
	return {
		type: 'levels',
		column: column.name,
		share,
		message: `Column "${column.name}": ${what}, in ${percent(share)} of the cells.`,
		now: `${shown.join(', ')}${more}`,
	};
}

/** Of numbers only: that dates go on is how it should be. */
function compareRange(column: ColumnContract, evidence: TextEvidence, known: number): SchemaDifference | null {
	const { kind, numbers: range } = column;
	if (range === undefined || (kind !== 'numeric' && kind !== 'integer')) return null;
	const stats = statsOf(column, evidence);
	if (stats === null || stats.count === 0) return null;
	const { min, max, p1, p99 } = range;
	const outside = 1 - shareWithin(stats.sketch, min, max);
	const unusual = 1 - shareWithin(stats.sketch, p1, p99);
	const error = Math.sqrt(USUALLY_OUTSIDE * (1 - USUALLY_OUTSIDE) * (1 / stats.count + 1 / Math.max(1, known)));
	const hasMoved =
		known >= LEAST_ROWS &&
		unusual * stats.count >= LEAST_UNUSUAL &&
		unusual > USUALLY_OUTSIDE + WORTH_TELLING &&
		unusual > USUALLY_OUTSIDE + CERTAIN * error;
	const width = OTHER_UNIT * (max - min || Math.abs(max) || 1);
	const isOfOtherUnit = shareWithin(stats.sketch, min - width, max + width) < 0.5;
	if (!hasMoved && !isOfOtherUnit) return null;
	const quantiles = sketchQuantiles(stats.sketch, stats.min, stats.max);
	const unit = isOfOtherUnit ? ', most of them so far that the unit may be another' : '';
	return {
		type: 'range',
		column: column.name,
		share: outside,
		message: `Column "${column.name}": ${percent(unusual)} of the values lie outside of what was usual (2 % are to be expected), ${percent(outside)} outside of all there was${unit}.`,
		before: `${shortNumber(p1)} to ${shortNumber(p99)}`,
		now: `${shortNumber(quantiles[1] as number)} to ${shortNumber(quantiles[99] as number)}`,
	};
}

function shortNumber(value: number): string {
	return String(Number(value.toPrecision(4)));
}

function compareMissing(
	column: ColumnContract,
	rows: number,
	evidence: TextEvidence,
	rowsBefore: number,
): SchemaDifference | null {
	if (rows < LEAST_ROWS || rowsBefore < LEAST_ROWS) return null;
	const share = 1 - evidence.present / rows;
	const before = column.missingShare;
	const pooled = (share * rows + before * rowsBefore) / (rows + rowsBefore);
	const error = Math.sqrt(pooled * (1 - pooled) * (1 / rows + 1 / rowsBefore));
	if (share - before <= Math.max(WORTH_TELLING, CERTAIN * error)) return null;
	const message = `Column "${column.name}": ${percent(share)} of the cells are missing; ${percent(before)} were before.`;
	return { type: 'missing-share', column: column.name, share, message };
}
