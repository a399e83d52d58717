import { isSampled } from '../../src/compute/row-split.ts';
import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { DAY_MS } from '../../src/features/date-format.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { createEntityHistory } from '../../src/features/history/entity-history.ts';
import { createHistoryFit } from '../../src/features/history/fit-history.ts';
import { planHistory } from '../../src/features/history/plan-history.ts';
import { joinFeatures } from '../../src/features/join-features.ts';
import { mergeProfiles } from '../../src/features/merge-profiles.ts';
import { pickBatchRows } from '../../src/features/pick-batch-rows.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import type { Backend } from '../../src/gan/backend.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { BENCH_PAYMENTS, type PaymentsOptions } from '../../src/simulate/payments-options.ts';
import { simulatePayments } from '../../src/simulate/simulate-payments.ts';
import { labelsOf, textsOf } from '../detection/read-texts.ts';

/** Days before the month, of which no label is known: what the unsupervised model is trained on. */
export const TRAINING_DAYS = 30;
export const MONTH_DAYS = 28;
/** Half of the month goes by before the world becomes another. */
const DRIFT_FROM_DAY = TRAINING_DAYS + MONTH_DAYS / 2;
const ENTITIES: readonly string[] = ['customer_id', 'merchant_id'];
const ROWS_AT_ONCE = 4096;

/** The month as all arms see it: the payments after the training days, in order of time. */
export interface MonthData {
	readonly specs: readonly FeatureSpec[];
	readonly table: FeatureTable;
	/** [rows]; the day of the month, from 0. */
	readonly days: Int32Array;
	/** [rows]; milliseconds since 1970 UTC. */
	readonly times: Float64Array;
	/** [rows]; only the analyst and the late labels know. */
	readonly labels: Uint8Array;
	/** Of each entity column, [rows]. */
	readonly entities: readonly { readonly column: string; readonly values: readonly (string | null)[] }[];
	/** What the unsupervised model says, [rows]. */
	readonly surprise: Float64Array;
	readonly discriminatorOutput: Float64Array;
	/** [rows, specs]: with and without what the discriminators say. */
	readonly contributions: Float64Array;
	readonly marginal: Float64Array;
}

export interface MonthSetting {
	readonly seed: number;
	/** Other than `BENCH_PAYMENTS`. */
	readonly payments?: Partial<PaymentsOptions>;
	/** Rows that the unsupervised model is fitted on at most. @default 100,000 */
	readonly maxFitted?: number;
}

/** Simulates the payments, trains the unsupervised model on the days before the month and scores the month. */
export async function prepareMonth(backend: Backend, setting: MonthSetting): Promise<MonthData> {
	const { seed, payments = {}, maxFitted = 100_000 } = setting;
	const all = [
		...simulatePayments({
			...BENCH_PAYMENTS,
			drift: { fromDay: DRIFT_FROM_DAY },
			...payments,
			days: TRAINING_DAYS + MONTH_DAYS,
			seed,
		}),
	];
	const times = Float64Array.from(textsOf(all, 'created_at'), (text) =>
		Date.parse(`${String(text).replace(' ', 'T')}Z`),
	);
	const firstDay = Math.floor((times[0] as number) / DAY_MS);
	const firstRow = times.findIndex((time) => time >= (firstDay + TRAINING_DAYS) * DAY_MS);
	const before = rowsOf(all, 0, firstRow);
	const month = rowsOf(all, firstRow, times.length);

	const profile = finishProfile(mergeProfiles(before.map(profileBatch)), {
		label: 'is_fraud',
		key: 'payment_id',
		ignore: ['fraud_kind'],
	});
	const plan = planHistory(profile, ENTITIES, 'created_at');
	const history = createEntityHistory(plan);
	const readPasts = (batch: TableBatch): TableBatch => {
		const coded = history.code(batch);
		const columns = history.names.map(() => new Float64Array(batch.rows));
		for (let row = 0; row < batch.rows; row++) history.step(coded, row, columns);
		return { rows: batch.rows, names: history.names, columns: columns.map((values) => ({ type: 'number', values })) };
	};
	const pastsBefore = before.map(readPasts);
	const fit = createHistoryFit(plan, history.state);
	for (const past of pastsBefore) fit.add(past);
	const columns = fitFeatures(profile, before).map((spec) =>
		ENTITIES.includes(spec.column) ? { ...spec, scored: false } : spec,
	);
	const specs = [...columns, ...fit.finish()];
	const trained = joinFeatures(
		before.map((batch, i) => toFeatures(batch, specs, pastsBefore[i] as TableBatch)),
		specs,
	);
	const table = joinFeatures(
		month.map((batch) => toFeatures(batch, specs, readPasts(batch))),
		specs,
	);
	const sampled = Int32Array.from({ length: trained.rows }, (_, row) => row).filter((row) =>
		isSampled(row, seed, trained.rows, maxFitted),
	);
	const scorer = await fitScorer(backend, pickRows(trained, sampled), specs, { seed });
	const scored = {
		surprise: new Float64Array(table.rows),
		discriminatorOutput: new Float64Array(table.rows),
		contributions: new Float64Array(table.rows * specs.length),
		marginal: new Float64Array(table.rows * specs.length),
	};
	for (let first = 0; first < table.rows; first += ROWS_AT_ONCE) {
		const rows = Int32Array.from({ length: Math.min(ROWS_AT_ONCE, table.rows - first) }, (_, i) => first + i);
		const part = scorer.score(pickRows(table, rows), { reasons: 'columns' });
		scored.surprise.set(part.surprise, first);
		scored.discriminatorOutput.set(part.discriminatorOutput, first);
		scored.contributions.set(part.contributions as Float64Array, first * specs.length);
		scored.marginal.set(part.marginal as Float64Array, first * specs.length);
	}
	scorer.dispose();
	const monthTimes = times.slice(firstRow);
	return {
		specs,
		table,
		days: Int32Array.from(monthTimes, (time) => Math.floor(time / DAY_MS) - firstDay - TRAINING_DAYS),
		times: monthTimes,
		labels: labelsOf(month, 'is_fraud', '1'),
		entities: ENTITIES.map((column) => ({ column, values: textsOf(month, column) })),
		...scored,
	};
}

/** The rows from `first` to before `end` of all batches. */
function rowsOf(batches: readonly TableBatch[], first: number, end: number): TableBatch[] {
	let start = 0;
	return batches.flatMap((batch) => {
		const from = Math.max(0, first - start);
		const to = Math.min(batch.rows, end - start);
		start += batch.rows;
		if (to <= from) return [];
		return [
			pickBatchRows(
				batch,
				Int32Array.from({ length: to - from }, (_, i) => from + i),
			),
		];
	});
}
