import { mean } from '../mean.ts';
import type { HiddenRun } from './hidden-run.ts';
import { RULE_KINDS } from './hide-anomalies.ts';
import { GRID, type NeighbourChoice, stepsFromShipped, WIDE_GRID } from './settings-grid.ts';
import { SELECTION_SEEDS, type SettingsRun } from './settings-run.ts';

export interface RankedSetting {
	readonly choice: NeighbourChoice;
	/** Place in the grid. */
	readonly index: number;
	/** Mean of (AUROC + average precision) / 2 over what it was ranked by. */
	readonly value: number;
}

/** Differences below this come from the order of sums. */
const EQUAL = 1e-9;

/**
 * The settings of the grid as the rule ranks them on some tables, the chosen one first: by the mean of (AUROC + average
 * precision) / 2 with the selection seeds; of equals, the one nearest to the shipped setting.
 */
export function rankSettings(runs: readonly SettingsRun[], tables: readonly string[]): RankedSetting[] {
	return rank(
		GRID,
		runs.filter((run) => SELECTION_SEEDS.includes(run.seed) && tables.includes(run.case)),
	);
}

/** The settings of the wide grid as the rule without labels ranks them by what was hidden in some tables. */
export function rankUnlabelled(runs: readonly HiddenRun[], tables: readonly string[]): RankedSetting[] {
	return rank(
		WIDE_GRID,
		runs.filter((run) => RULE_KINDS.includes(run.kind) && tables.includes(run.case)),
	);
}

function rank(
	grid: readonly NeighbourChoice[],
	runs: readonly Pick<SettingsRun, 'auroc' | 'averagePrecision'>[],
): RankedSetting[] {
	const ranked = grid.map((choice, index): RankedSetting => {
		const values = runs.map((run) => ((run.auroc[index] as number) + (run.averagePrecision[index] as number)) / 2);
		return { choice, index, value: mean(values) };
	});
	return ranked.sort((a, b) => {
		const isEqual = Math.abs(a.value - b.value) < EQUAL;
		return isEqual ? stepsFromShipped(a.choice) - stepsFromShipped(b.choice) : b.value - a.value;
	});
}
