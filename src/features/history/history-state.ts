import type { HistoryPlan } from '../../contracts/history.ts';
import type { Codes } from './code-rows.ts';
import { createGrowingNumbers, type GrowingNumbers } from './growing-numbers.ts';
import { WINDOW_DAYS } from './history-columns.ts';
import { createLevelHabit, type LevelHabit } from './level-habit.ts';
import { createNumberHabit, type NumberHabits } from './number-habit.ts';
import { createPlaceHabit, type PlaceHabit } from './place-habit.ts';
import { createRecentRows, type RecentRows } from './recent-rows.ts';

/** All that is kept of the rows so far. */
export interface HistoryState {
	/** One per entity column. */
	readonly pasts: readonly EntityPast[];
	/** Codes of the levels, one per column of levels. */
	readonly levels: readonly Codes[];
	readonly recent: RecentRows;
	/** Milliseconds of the first and the last row, and the rows, so far. */
	readonly clock: { first: number; last: number; rows: number };
}

/** The past of the entities of one column. */
export interface EntityPast {
	readonly codes: Codes;
	/** [entities, 1]: rows, and the time of the last one. */
	readonly rows: GrowingNumbers;
	readonly last: GrowingNumbers;
	/** [entities, windows]: rows in each window. */
	readonly inWindow: GrowingNumbers;
	/** [entities, 2]: rows with a departure in the window, and the sum of these. */
	readonly unlike: GrowingNumbers;
	/**
	 * [3] entities that have come; days from the table's first row to each one's first, summed; rows of those that had
	 * come before.
	 */
	readonly arrivals: Float64Array;
	/** [3] over all rows: departures, their sum, the sum of their squares. */
	readonly usualUnlike: Float64Array;
	/** One per number of the plan. */
	readonly numbers: readonly NumberHabits[];
	/** One per column of levels, those of later entities first. */
	readonly levels: readonly LevelHabit[];
	readonly places: readonly PlaceHabit[];
	/** Everything above that has a row per entity. */
	readonly growing: readonly GrowingNumbers[];
}

export function createHistoryState(plan: HistoryPlan): HistoryState {
	return {
		pasts: plan.entities.map((_, index) => createPast(plan, index)),
		levels: plan.levels.map(() => new Map()),
		recent: createRecentRows(plan.entities.length, WINDOW_DAYS.length),
		clock: { first: Number.NaN, last: Number.NaN, rows: 0 },
	};
}

function createPast(plan: HistoryPlan, index: number): EntityPast {
	const rows = createGrowingNumbers(1);
	const last = createGrowingNumbers(1, Number.NaN);
	const inWindow = createGrowingNumbers(WINDOW_DAYS.length);
	const unlike = createGrowingNumbers(2);
	const numbers = plan.numbers.map(() => ({
		plain: createNumberHabit(),
		ratio: createNumberHabit(),
		lowest: new Float64Array(1).fill(Number.POSITIVE_INFINITY),
	}));
	const levels = Array.from({ length: plan.entities.length - 1 - index + plan.levels.length }, createLevelHabit);
	const places = plan.places.map(createPlaceHabit);
	return {
		codes: new Map(),
		rows,
		last,
		inWindow,
		unlike,
		arrivals: new Float64Array(3),
		usualUnlike: new Float64Array(3),
		numbers,
		levels,
		places,
		growing: [
			rows,
			last,
			inWindow,
			unlike,
			...numbers.flatMap(({ plain, ratio }) => [plain.entities, ratio.entities]),
			...levels.map(({ entities }) => entities),
			...places,
		],
	};
}
