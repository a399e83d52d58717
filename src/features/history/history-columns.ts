import type { HistoryFact } from '../../contracts/features.ts';
import type { HistoryColumn, HistoryPlan } from '../../contracts/history.ts';

/** Windows in which rows are counted. */
export const WINDOW_DAYS = [1, 7, 30] as const;
/** Windows of which the usual rate of rows is known well enough to compare with. */
export const BURST_DAYS = [1, 7] as const;
/** Window over which departures from habits are added up. */
export const UNLIKE_DAYS = 7;

/** Name of a column of the history: unique, whatever the columns of the table are called. */
export function historyColumnName(entity: string, fact: HistoryFact, column: string, days?: number): string {
	return JSON.stringify([entity, fact, column, ...(days === undefined ? [] : [days])]);
}

/** The columns of the history of one entity and what they are about, in their order. */
export function layOutEntity(plan: HistoryPlan, index: number): HistoryColumn[] {
	const entity = plan.entities[index] as string;
	const columns: HistoryColumn[] = [];
	const add = (fact: HistoryFact, column: string, days?: number) => {
		const name = historyColumnName(entity, fact, column, days);
		columns.push({ name, entity, fact, column, ...(days === undefined ? {} : { days }) });
	};
	add('rows', entity);
	if (plan.time !== null) {
		for (const days of WINDOW_DAYS) add('rows', entity, days);
		add('gap', entity);
		for (const days of BURST_DAYS) add('burst', entity, days);
		add('unlike', entity, UNLIKE_DAYS);
	}
	for (const column of plan.numbers) {
		for (const fact of ['habit', 'habit-ratio', 'usual-low', 'usual-high'] as const) add(fact, column);
	}
	for (const { column } of levelsOf(plan, index)) {
		add('newness', column);
		add('uses', column);
	}
	for (const { first } of plan.places) {
		add('distance', first);
		if (plan.time !== null) add('speed', first);
	}
	return columns;
}

/** All the columns of a history, entity by entity. */
export function layOutHistory(plan: HistoryPlan): HistoryColumn[] {
	return plan.entities.flatMap((_, index) => layOutEntity(plan, index));
}

/** The levels that an entity may have had before: those of the plan and the entities named after it. */
export function levelsOf(plan: HistoryPlan, index: number): readonly { readonly column: string }[] {
	return [...plan.entities.slice(index + 1).map((column) => ({ column })), ...plan.levels];
}
