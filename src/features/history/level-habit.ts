import { createGrowingNumbers, type GrowingNumbers, growTo } from './growing-numbers.ts';
import { addPair, countOfPair, createPairCounts, type PairCounts } from './pair-counts.ts';

/**
 * How often each entity has had each level of a column. Newness is -log of the smoothed share
 *
 *     (uses + alpha p) / (rows + alpha),  p = the level's share in the table so far
 *
 * so a level that everybody has is less new than one that nobody has.
 */
export interface LevelHabit {
	/** [entities, 1]: earlier rows. */
	readonly entities: GrowingNumbers;
	readonly pairs: PairCounts;
	/** [levels, 1]: rows of the table so far. */
	readonly levels: GrowingNumbers;
	/** [2] rows of the table, and levels that occurred, so far. */
	readonly table: Float64Array;
	/** As of a NumberHabit. */
	readonly gain: Float64Array;
}

/** Rows' worth of trust in the table's share. */
const ALPHA = 2;
const SMOOTHING = 0.5;

export function createLevelHabit(): LevelHabit {
	return {
		entities: createGrowingNumbers(1),
		pairs: createPairCounts(),
		levels: createGrowingNumbers(1),
		table: new Float64Array(2),
		gain: new Float64Array(2),
	};
}

/**
 * Compares a level with those that its entity has had, then counts it.
 *
 * @param level 0 where it is missing, which is a level too
 * @param out [2] gets the newness and the uses; the newness is NaN for an entity without a past.
 */
export function stepLevelHabit(habit: LevelHabit, entity: number, level: number, out: Float64Array): void {
	const { table, gain } = habit;
	growTo(habit.levels, level + 1);
	const rows = habit.entities.values[entity] as number;
	const levelRows = habit.levels.values[level] as number;
	const uses = countOfPair(habit.pairs, entity, level);
	out[0] = Number.NaN;
	out[1] = uses;
	if (rows > 0) {
		const share = (levelRows + SMOOTHING) / ((table[0] as number) + SMOOTHING * ((table[1] as number) + 1));
		const newness = -Math.log((uses + ALPHA * share) / (rows + ALPHA));
		out[0] = newness;
		gain[0] = (gain[0] as number) + 1;
		gain[1] = (gain[1] as number) - Math.log(share) - newness;
	}
	if (levelRows === 0) table[1] = (table[1] as number) + 1;
	table[0] = (table[0] as number) + 1;
	habit.levels.values[level] = levelRows + 1;
	habit.entities.values[entity] = rows + 1;
	addPair(habit.pairs, entity, level);
}
