import type { FeatureTable } from '../contracts/features.ts';
import { pickRows } from '../features/pick-rows.ts';
import { findImpossibleGroups } from './background/impossible-groups.ts';
import { nearestNormalRows } from './background/normal-rows.ts';
import { SEVERITY_THRESHOLDS } from './options.ts';
import { describeGroup } from './reason-words.ts';
import { type CellValue, describeReasons, describeTypical, type FeatureReason, type Reason } from './reasons.ts';
import type { ScoringModel } from './scoring-model.ts';
import { findSmallestChanges } from './smallest-change.ts';
import { createValueWords } from './value-words.ts';

export interface RowsToExplain {
	readonly table: FeatureTable;
	/** Row numbers in the table. */
	readonly rows: Int32Array;
	/** The values of a row of the table as they are to be shown, one per feature. */
	values(row: number): readonly CellValue[];
	/** Features named one by one. @default 5 */
	readonly top?: number;
}

/**
 * All that can be said of why rows have their surprise: the features that add most, with where each value stands among
 * those of the training rows; the values that do not occur together; what would have to change for the row to be normal;
 * the nearest normal training row. About a hundred times the cost of a score.
 *
 * @returns per row, its reasons; their contributions add up to its surprise.
 */
export function explainRows(
	{ scorer, background }: Pick<ScoringModel, 'scorer' | 'background'>,
	{ table, rows, values, top = 5 }: RowsToExplain,
): Reason[][] {
	const { specs } = scorer;
	const width = specs.length;
	const picked = pickRows(table, rows);
	const all = Int32Array.from({ length: rows.length }, (_, position) => position);
	const scored = scorer.score(picked, { reasons: 'full' });
	const isOdd = (position: number) => (scored.score[position] as number) >= SEVERITY_THRESHOLDS.medium;
	const contributions = scored.contributions as Float64Array;
	const marginal = scored.marginal as Float64Array;
	const groups = findImpossibleGroups(scorer, background.counts, { table: picked, rows: all, contributions, marginal });
	const nearest = nearestNormalRows(background.normal, picked, all);
	const changes = findSmallestChanges(scorer, {
		table: picked,
		contributions,
		score: scored.score,
		surprise: scored.surprise,
		values: (position) => values(rows[position] as number),
	});
	const typical = specs.map(describeTypical);
	const words = createValueWords(specs, background, picked);
	return Array.from(rows, (row, position): Reason[] => {
		const cells = values(row);
		const nearestRow = nearest[position] as number;
		const change = changes[position];
		const named = describeReasons({
			specs,
			typical,
			contributions: contributions.subarray(position * width, (position + 1) * width),
			marginal: marginal.subarray(position * width, (position + 1) * width),
			top,
			values: cells,
			frequencyOf: (feature) => words.frequency(feature, position),
		});
		const together = (groups[position] ?? []).map((group) => describeGroup(specs, background.counts, group, cells));
		// What a group says already, and what is not odd as a whole, is not said of a single value.
		const grouped = new Set(together.flatMap(({ features }) => features));
		const withText = (reason: FeatureReason): FeatureReason => {
			const dependence = isOdd(position) && !grouped.has(reason.feature) ? reason.dependence : 0;
			return words.say(reason, position, dependence);
		};
		return [
			...named.map((reason) => (reason.column === null ? reason : withText(reason))),
			...together,
			...(change ? [change] : []),
			...(nearestRow < 0 ? [] : [{ kind: 'nearest', column: null, contribution: 0, rowNumber: nearestRow } as const]),
		];
	});
}
