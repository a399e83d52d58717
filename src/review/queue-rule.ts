import { CounterfoilError } from '../contracts/errors.ts';
import type { Queue } from '../store/review-database.ts';

/** Which records of a run go into a queue; the alerts of the run where nothing is said. */
export type QueueRule = Pick<Queue, 'alert_budget' | 'budget_per' | 'score_threshold' | 'fdr_level'>;

export interface RuleOptions {
	/** So many records with the highest scores. */
	readonly alertBudget?: number;
	/** What the budget is for: each run, or all runs of a day (UTC) together. @default 'run' */
	readonly budgetPer?: 'run' | 'day';
	/** Every record from this score on, 0 to 1. */
	readonly scoreThreshold?: number;
	/** As many as can be while this share of them, at most, is expected to be normal records; 0 to 1. */
	readonly fdrLevel?: number;
}

/** @throws USAGE if more than one of budget, threshold and share is given. */
export function ruleOf(options: RuleOptions): QueueRule {
	const { alertBudget, scoreThreshold, fdrLevel, budgetPer = 'run' } = options;
	if ([alertBudget, scoreThreshold, fdrLevel].filter((value) => value !== undefined).length > 1) {
		throw new CounterfoilError(
			'USAGE',
			'A queue is filled by a budget, by a threshold or by a share of false alarms, not by more than one.',
			{ hint: 'keep one of --budget, --threshold and --fdr; counterfoil queue preview shows what each would give' },
		);
	}
	return {
		alert_budget: alertBudget ?? null,
		budget_per: budgetPer,
		score_threshold: scoreThreshold ?? null,
		fdr_level: fdrLevel ?? null,
	};
}

export function isRuleGiven(options: RuleOptions): boolean {
	const { alertBudget, scoreThreshold, fdrLevel } = options;
	return alertBudget !== undefined || scoreThreshold !== undefined || fdrLevel !== undefined;
}
