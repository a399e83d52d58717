import type { CategoricalFeature, FeatureSpec, FeatureTable, NumericFeature } from '../contracts/features.ts';
import { MISSING_LEVEL } from '../contracts/features.ts';
import { pickRows } from '../features/pick-rows.ts';
import type { Background } from './background/background.ts';
import { findImpossibleGroups } from './background/impossible-groups.ts';
import { nearestNormalRows } from './background/normal-rows.ts';
import { rankValue, shareNearby } from './background/value-ranks.ts';
import { SEVERITY_THRESHOLDS } from './options.ts';
import { describeGroup, describeUnusual } from './reason-words.ts';
import {
	type CellValue,
	describeReasons,
	describeTypical,
	type FeatureReason,
	type Reason,
	shareOfLevel,
	type ValueFrequency,
} from './reasons.ts';
import type { Scorer } from './scorer.ts';
import type { ScoringModel } from './scoring-model.ts';
import { findSmallestChanges } from './smallest-change.ts';

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
	const frequencyOf = valueFrequencies(scorer, background, picked);
	const asRareOf = levelRarities(specs, picked);
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
			frequencies: specs.map((_, feature) => frequencyOf(feature, position)),
		});
		const together = (groups[position] ?? []).map((group) => describeGroup(specs, background.counts, group, cells));
		// What a group says already, and what is not odd as a whole, is not said of a single value.
		const grouped = new Set(together.flatMap(({ features }) => features));
		const withText = (reason: FeatureReason): FeatureReason => {
			const dependence = isOdd(position) && !grouped.has(reason.feature) ? reason.dependence : 0;
			const asRare = asRareOf(reason.feature, position);
			const text = reason.contribution > 0 ? describeUnusual({ ...reason, dependence, asRare }) : null;
			return text === null ? reason : { ...reason, text };
		};
		return [
			...named.map((reason) => (reason.column === null ? reason : withText(reason))),
			...together,
			...(change ? [change] : []),
			...(nearestRow < 0 ? [] : [{ kind: 'nearest', column: null, contribution: 0, rowNumber: nearestRow } as const]),
		];
	});
}

/** Share of the training rows whose level of a feature is as rare as that of a row or rarer; 1 for numbers. */
function levelRarities(specs: readonly FeatureSpec[], table: FeatureTable): (feature: string, row: number) => number {
	const shares = specs.map((spec) => {
		if (spec.type === 'numeric') return null;
		const total = spec.counts.reduce((sum, count) => sum + count, 0);
		const rising = Float64Array.from(spec.counts).sort();
		return spec.counts.map((own) => {
			let rarer = 0;
			for (const count of rising) {
				if (count > own) break;
				rarer += count;
			}
			return rarer / Math.max(1, total);
		});
	});
	return (feature, row) => {
		const index = specs.findIndex(({ name }) => name === feature);
		const column = table.columns[index];
		return column?.type === 'categorical' ? (shares[index]?.[column.codes[row] as number] ?? 0) : 1;
	};
}

/** How usual the value of a feature in a row is. */
function valueFrequencies(
	{ specs }: Pick<Scorer, 'specs'>,
	{ ranks }: Background,
	table: FeatureTable,
): (feature: number, row: number) => ValueFrequency {
	const present = specs.map((spec) =>
		spec.type === 'categorical' ? spec.counts.reduce((sum, count) => sum + count, 0) : 0,
	);
	return (feature, row) => {
		const spec = specs[feature] as (typeof specs)[number];
		if (spec.type === 'categorical') {
			const code = (table.columns[feature] as CategoricalFeature).codes[row] as number;
			return {
				seen: code === MISSING_LEVEL ? spec.missingShare : shareOfLevel(spec, present[feature] as number, code),
			};
		}
		const value = (table.columns[feature] as NumericFeature).values[row] as number;
		const points = ranks[feature];
		if (Number.isNaN(value)) return { seen: spec.missingShare };
		if (!points) return {};
		if (spec.period !== undefined) return { near: shareNearby(points, value, spec.period) };
		return { ...rankValue(points, value) };
	};
}
