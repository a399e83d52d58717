import type { AlertCutPoint } from './alert-cut.ts';
import { createAlertCut, isAlert } from './alert-cut.ts';

/** Which rows are alerts: those that reach the threshold, down to the cut of their period. */
export interface AlertRule {
	/** Score from which on a row may be an alert; null: any. */
	readonly threshold: number | null;
	/** One cut for each period that has rows; `period` null: all rows, or those without a time. */
	readonly cuts: readonly (AlertCutPoint & { readonly period: number | null })[];
}

/** What is known of some consecutive rows, [rows] each. */
export interface RankedRows {
	readonly firstRow: number;
	/** What rows are ordered by, highest first. */
	readonly order: Float64Array;
	readonly score: Float64Array;
	/** Number of the hour, day or week of each row, NaN where it has none; null: no periods. */
	readonly period: Float64Array | null;
}

export interface AlertLimits {
	/** Alerts of each period. */
	readonly budget: number;
	readonly threshold: number | null;
}

/** Finds the rule that keeps the highest rows of each period while shards come one after the other. */
export function createAlertRule({ budget, threshold }: AlertLimits): {
	add(rows: RankedRows): void;
	rule(): AlertRule;
} {
	const cuts = new Map<number | null, ReturnType<typeof createAlertCut>>();
	const single = new Float64Array(1);
	return {
		add({ firstRow, order, score, period }) {
			for (let row = 0; row < order.length; row++) {
				if (threshold !== null && (score[row] as number) < threshold) continue;
				const key = periodKey(period, row);
				let cut = cuts.get(key);
				if (cut === undefined) {
					cut = createAlertCut(budget);
					cuts.set(key, cut);
				}
				single[0] = order[row] as number;
				cut.add(single, firstRow + row);
			}
		},
		rule: () => ({ threshold, cuts: [...cuts].map(([period, cut]) => ({ period, ...cut.cut() })) }),
	};
}

/** Whether each row is an alert, [rows] of 0 and 1. */
export function findAlerts(rule: AlertRule, { firstRow, order, score, period }: RankedRows): Uint8Array {
	const cuts = new Map(rule.cuts.map((cut) => [cut.period, cut]));
	return Uint8Array.from(order, (value, row) => {
		if (rule.threshold !== null && (score[row] as number) < rule.threshold) return 0;
		const cut = cuts.get(periodKey(period, row));
		return cut !== undefined && isAlert(value, firstRow + row, cut) ? 1 : 0;
	});
}

function periodKey(period: Float64Array | null, row: number): number | null {
	const key = period?.[row];
	return key === undefined || Number.isNaN(key) ? null : key;
}

const HOUR_MS = 3_600_000;
/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const DAYS_TO_MONDAY = 3;

/** The number of the hour, day or week (from Monday) in UTC that a time in milliseconds since 1970 falls into. */
export function periodOf(ms: number, per: 'hour' | 'day' | 'week'): number {
	if (per === 'hour') return Math.floor(ms / HOUR_MS);
	const day = Math.floor(ms / (24 * HOUR_MS));
	return per === 'day' ? day : Math.floor((day + DAYS_TO_MONDAY) / 7);
}
