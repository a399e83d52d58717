import { isSampled } from '../../src/compute/row-split.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { createEntityHistory, type EntityHistory } from '../../src/features/history/entity-history.ts';
import { createHistoryFit } from '../../src/features/history/fit-history.ts';
import { planHistory } from '../../src/features/history/plan-history.ts';
import { joinFeatures } from '../../src/features/join-features.ts';
import { mergeProfiles } from '../../src/features/merge-profiles.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { BENCH_PAYMENTS } from '../../src/simulate/payments-options.ts';
import { simulatePayments } from '../../src/simulate/simulate-payments.ts';
import type { DetectionData } from './load-case.ts';
import { labelsOf, textsOf } from './read-texts.ts';

/** Rows of the payments that ours is fitted on: what a run takes at most. */
const MAX_FITTED = 200_000;
/** Columns whose own past is looked at, who acts first. */
const ENTITIES: readonly string[] = ['customer_id', 'merchant_id'];

/**
 * The simulator's bench setting, as `counterfoil run payments.csv --entity customer_id,merchant_id --time created_at` sees it: the
 * columns of the table, and what the earlier payments of the same customer and terminal say of each.
 */
export function loadPayments(seed: number): DetectionData {
	const batches = [...simulatePayments({ ...BENCH_PAYMENTS, seed })];
	const options = { label: 'is_fraud', key: 'payment_id', ignore: ['fraud_kind'] };
	const profile = finishProfile(mergeProfiles(batches.map(profileBatch)), options);
	const plan = planHistory(profile, ENTITIES, 'created_at');
	const history = createEntityHistory(plan);
	const pasts = batches.map((batch) => readPasts(history, batch));
	const pastFit = createHistoryFit(plan, history.state);
	for (const past of pasts) pastFit.add(past);
	// Who acts is not scored beside what its past tells, as in a run.
	const columns = fitFeatures(profile, batches).map((spec) => {
		return ENTITIES.includes(spec.column) ? { ...spec, scored: false } : spec;
	});
	const specs = [...columns, ...pastFit.finish()];
	const table = joinFeatures(
		batches.map((batch, i) => toFeatures(batch, specs, pasts[i])),
		specs,
	);
	const rows = Int32Array.from({ length: table.rows }, (_, row) => row);
	const fitted = rows.filter((row) => isSampled(row, 0, table.rows, MAX_FITTED));
	const texts = (column: string) => textsOf(batches, column).map(String);
	return {
		specs,
		train: pickRows(table, fitted),
		test: table,
		normalOnly: false,
		labels: labelsOf(batches, options.label, '1'),
		payments: {
			kinds: texts('fraud_kind'),
			days: numbersOf(texts('created_at').map((text) => text.slice(0, 10))),
			cards: numbersOf(texts('customer_id')),
		},
	};
}

/** What the earlier rows say of each row; the simulator's are in order of time. */
function readPasts(history: EntityHistory, batch: TableBatch): TableBatch {
	const coded = history.code(batch);
	const columns = history.names.map(() => new Float64Array(batch.rows));
	for (let row = 0; row < batch.rows; row++) history.step(coded, row, columns);
	return { rows: batch.rows, names: history.names, columns: columns.map((values) => ({ type: 'number', values })) };
}

/** A number for each text, the same for the same. */
function numbersOf(texts: readonly string[]): Int32Array {
	const known = new Map<string, number>();
	return Int32Array.from(texts, (text) => {
		const number = known.get(text) ?? known.size;
		known.set(text, number);
		return number;
	});
}
