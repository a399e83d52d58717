import type { FeatureTable } from '../../src/contracts/features.ts';
import type { Random } from '../../src/contracts/random.ts';
import { DAY_MS } from '../../src/features/date-format.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { fitFraudHead, type HeadTraining } from '../../src/learn/head/fit-head.ts';
import { type HeadFeatures, headFeatures, sumRows } from '../../src/learn/head/head-features.ts';
import { createRiskHistory } from '../../src/learn/risk-history.ts';
import { MONTH_DAYS, type MonthData } from './month-data.ts';

/** Payments that are looked at each day. */
export const BUDGET_A_DAY = 100;
/** Share of wrong decisions. */
const ERRORS = 0.05;
/** What was not decided becomes known so late. */
const LABEL_DELAY_MS = 7 * DAY_MS;

export interface LoopSettings {
	/** False: neither the head nor the order of the first day knows what the discriminators say. */
	readonly discriminators: boolean;
	/** False: no rates of confirmed fraud. */
	readonly risk: boolean;
	/** Told of each day before its payments are ranked, to rank them by something else with the same labels. */
	readonly onDay?: (day: LoopDay) => Promise<void>;
}

export interface LoopDay {
	/** Of the training: all payments before the day. */
	readonly training: HeadTraining;
	/** Of all payments, without the risk features. */
	readonly features: HeadFeatures;
	/** First payment of the day, and the one after its last. */
	readonly first: number;
	readonly end: number;
	/** The risk features of payments up to this day. */
	riskOf(rows: Int32Array): Float64Array[];
}

/**
 * Goes through the month day by day: in the morning a head is trained on what is known, the day's payments are ranked by
 * it (on the first day by the surprise), and an analyst decides the highest. What the analyst decides is known in the
 * evening, the truth of all other payments a week after they happened.
 *
 * @returns share of frauds among the payments decided, of each day
 */
export async function runLoop(data: MonthData, settings: LoopSettings, random: Random): Promise<number[]> {
	const month = openMonth(data, settings);
	const { features, starts } = month;
	const analyst = random.fork('analyst');
	const precisions: number[] = [];
	for (let day = 0; day < MONTH_DAYS; day++) {
		const first = starts[day] as number;
		const end = starts[day + 1] as number;
		month.learnUntil(month.morning(day));
		const training = month.trainingOf(first);
		const head = day === 0 ? null : fitFraudHead(training, { random: random.fork(`head ${day}`) });
		month.lookAtRisk(first, end);
		await settings.onDay?.({ training, features, first, end, riskOf: month.riskOf });
		const rows = Int32Array.from({ length: end - first }, (_, i) => first + i);
		const scores =
			head === null
				? month.unsupervised.slice(first, end)
				: head.logOdds({ ...features, table: pickRows(features.table, rows) }, month.riskOf(rows));
		const decided = highest(scores, BUDGET_A_DAY);
		let found = 0;
		for (const i of decided) {
			const label = data.labels[first + i] as number;
			found += label;
			month.decide(first + i, analyst.uniform() < ERRORS ? 1 - label : label, month.morning(day + 1) - 1);
		}
		precisions.push(found / BUDGET_A_DAY);
	}
	return precisions;
}

/** What a part of the loop knows at any time. */
function openMonth(data: MonthData, { discriminators, risk: hasRisk }: LoopSettings) {
	const { table, specs, times, labels } = data;
	const rows = table.rows;
	const features: HeadFeatures = headFeatures(table, specs, data, { discriminators });
	const entities = hasRisk ? data.entities.map(({ column }) => column) : [];
	const values = hasRisk ? data.entities.map((entity) => entity.values) : [];
	const history = createRiskHistory(entities);
	const risk = history.names.map(() => new Float64Array(rows));
	const known = new Int8Array(rows).fill(-1);
	const isDecided = new Uint8Array(rows);
	const decisions: { readonly row: number; readonly label: number; readonly atMs: number }[] = [];
	let nextDecision = 0;
	let nextLate = 0;
	const valuesOf = (row: number) => values.map((of) => of[row] ?? null);
	const firstMorning = Math.floor((times[0] as number) / DAY_MS) * DAY_MS;
	const starts = startsOf(data.days);

	function learn(row: number, label: number, atMs: number): void {
		known[row] = label;
		history.learn({ atMs, recordKey: String(row), isFraud: label === 1, values: valuesOf(row) });
	}

	/** All that becomes known before a time. */
	function learnUntil(timeMs: number): void {
		for (;;) {
			while (isDecided[nextLate] === 1) nextLate++;
			const late = nextLate < rows ? (times[nextLate] as number) + LABEL_DELAY_MS : Number.POSITIVE_INFINITY;
			const decision = decisions[nextDecision];
			const atMs = Math.min(late, decision?.atMs ?? Number.POSITIVE_INFINITY);
			if (atMs >= timeMs) return;
			if (decision !== undefined && decision.atMs <= late) {
				nextDecision++;
				learn(decision.row, decision.label, decision.atMs);
			} else {
				learn(nextLate, labels[nextLate] as number, late);
				nextLate++;
			}
		}
	}

	return {
		features,
		starts,
		learnUntil,
		unsupervised: discriminators ? data.surprise : sumRows(data.marginal, rows, specs.length),
		morning: (day: number) => firstMorning + day * DAY_MS,
		/** All payments before one, as they are known by now. */
		trainingOf(end: number): HeadTraining {
			return {
				features: { ...features, table: firstRows(features.table, end) },
				entities,
				time: null,
				rows: { times: times.subarray(0, end), values },
				risk: risk.map((column) => column.subarray(0, end)),
				known: known.slice(0, end),
			};
		},
		/** Fills the risk of payments, each by what is known before it. */
		lookAtRisk(first: number, end: number): void {
			for (let row = first; row < end; row++) {
				learnUntil(times[row] as number);
				history.rates(times[row] as number, valuesOf(row), risk, row);
			}
		},
		riskOf: (of: Int32Array) => risk.map((column) => Float64Array.from(of, (row) => column[row] as number)),
		decide(row: number, label: number, atMs: number): void {
			isDecided[row] = 1;
			decisions.push({ row, label, atMs });
		},
	};
}

/** The rows before one, without copying them. */
function firstRows({ columns }: FeatureTable, rows: number): FeatureTable {
	return {
		rows,
		columns: columns.map((column) =>
			column.type === 'numeric'
				? { type: column.type, values: column.values.subarray(0, rows) }
				: { type: column.type, codes: column.codes.subarray(0, rows) },
		),
	};
}

/** First payment of each day, and the number of all. */
export function startsOf(days: Int32Array): number[] {
	const starts: number[] = [];
	days.forEach((day, row) => {
		starts[day] ??= row;
	});
	return [...starts, days.length];
}

/** The rows with the highest scores; of equal ones the earlier. */
export function highest(scores: Float64Array, count: number): Int32Array {
	const order = Int32Array.from(scores.keys());
	return order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b).subarray(0, count);
}

/** Precision among the highest of each day by scores of the whole month. */
export function precisionByDay(data: MonthData, scores: Float64Array): number[] {
	const starts = startsOf(data.days);
	return Array.from({ length: MONTH_DAYS }, (_, day) => {
		const first = starts[day] as number;
		const own = scores.subarray(first, starts[day + 1]);
		const found = highest(own, BUDGET_A_DAY).reduce((sum, i) => sum + (data.labels[first + i] as number), 0);
		return found / BUDGET_A_DAY;
	});
}
