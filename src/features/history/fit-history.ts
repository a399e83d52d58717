import type { FeatureSpec, HistoryFact, NumericSpec } from '../../contracts/features.ts';
import type { HistoryColumn, HistoryPlan } from '../../contracts/history.ts';
import type { TableBatch } from '../../contracts/table.ts';
import { addNumber, createNumberStats } from '../number-stats.ts';
import { sketchQuantiles } from '../quantile-sketch.ts';
import { sumColumns } from '../to-features.ts';
import { layOutEntity } from './history-columns.ts';
import type { EntityPast, HistoryState } from './history-state.ts';
import { isAttribute, isHabit, type NumberHabits } from './number-habit.ts';

/** A feature before it has been measured. */
interface Draft {
	readonly name: string;
	readonly column: string;
	readonly entity: string;
	readonly fact: HistoryFact;
	readonly days?: number;
	readonly columns: readonly string[];
}

/** Fits the specs of a history from batches that come one after the other. */
export interface HistoryFit {
	add(history: TableBatch): void;
	finish(): FeatureSpec[];
}

/**
 * Describes the features of the history that are scored. A number counts only where the entities' own pasts foretell
 * it better than the table does; there is no habit otherwise, and what is unlike a habit that nobody has would only
 * drown the rest. No label is looked at. Counts, gaps and levels that are new to an entity are told with the reasons,
 * but not scored: on the simulator they hid more frauds than they found (docs/scoring.md).
 *
 * @param state after the last row of the training table
 */
export function createHistoryFit(plan: HistoryPlan, state: HistoryState): HistoryFit {
	const fits = plan.entities
		.flatMap((_, index) => draftFeatures(plan, index, state.pasts))
		.map((draft) => ({ draft, stats: createNumberStats(), rows: 0, missing: 0 }));
	return {
		add(history) {
			for (const fit of fits) {
				fit.rows += history.rows;
				for (const value of sumColumns(history, fit.draft.columns)) {
					if (Number.isNaN(value)) fit.missing++;
					else addNumber(fit.stats, value, 1);
				}
			}
		},
		finish() {
			// What no row has tells nothing: a table without numbers has no departures from habits.
			const present = fits.filter(({ stats }) => stats.count > 0);
			return present.map(({ draft, stats, rows, missing }): NumericSpec => {
				const { name, column, entity, fact, days, columns } = draft;
				return {
					type: 'numeric',
					name,
					column,
					part: 'history',
					scored: true,
					missingShare: rows === 0 ? 0 : missing / rows,
					history: { entity, fact, ...(days === undefined ? {} : { days }), columns },
					decimals: 3,
					min: stats.min,
					max: stats.max,
					quantiles: sketchQuantiles(stats.sketch, stats.min, stats.max),
				};
			});
		},
	};
}

function draftFeatures(plan: HistoryPlan, index: number, pasts: readonly EntityPast[]): Draft[] {
	const entity = plan.entities[index] as string;
	const columns = layOutEntity(plan, index);
	const find = (fact: HistoryFact, column: string, days?: number): HistoryColumn[] =>
		columns.filter((c) => c.fact === fact && c.column === column && c.days === days);
	const one = (name: string, fact: HistoryFact, column: string, days?: number): Draft[] =>
		find(fact, column, days).map((found) => ({
			name,
			column,
			entity,
			fact,
			...(days === undefined ? {} : { days }),
			columns: [found.name],
		}));
	const numbers = plan.numbers.filter((_, k) => {
		const habits = pasts.map(({ numbers }) => numbers[k] as NumberHabits);
		return isHabit(habits[index] as NumberHabits) && !habits.some(isAttribute);
	});
	return [
		...numbers.flatMap((column) => [
			...one(`${column} vs habit of ${entity}`, 'habit', column),
			...one(`${column} vs habit of ${entity} (log)`, 'habit-ratio', column),
		]),
		...one(`rows of ${entity} in 1 day`, 'burst', entity, 1),
		...one(`unusual week of ${entity}`, 'unlike', entity, 7),
		...plan.places.flatMap(({ first }) => [
			...one(`distance of ${entity} (${first})`, 'distance', first),
			...one(`speed of ${entity} (${first})`, 'speed', first),
		]),
	];
}
