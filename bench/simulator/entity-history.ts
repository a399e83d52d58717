/**
 * The score with and without the past of the entities on the payments simulator, beside PyOD's IForest on the same
 * encoded columns.
 *
 *     PYTHON=python3 node bench/simulator/entity-history.ts [seed ...] > entity-history.jsonl
 *
 * Without seeds those for reporting are used, which nothing may be tuned on. PYTHON needs pyod; without it IForest is
 * left out. `--small` takes a sixth of the population and 40 days, for development.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isSampled } from '../../src/compute/row-split.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { cellText, type TableBatch } from '../../src/contracts/table.ts';
import { averagePrecision, cardPrecisionAtK } from '../../src/evaluate/detection.ts';
import { DAY_MS } from '../../src/features/date-format.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { createEntityHistory } from '../../src/features/history/entity-history.ts';
import { createHistoryFit } from '../../src/features/history/fit-history.ts';
import { planHistory } from '../../src/features/history/plan-history.ts';
import { mergeProfiles } from '../../src/features/merge-profiles.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { encodeForBaselines, fitBaselineCoordinates } from '../../src/scoring/baselines/baseline-matrix.ts';
import { fitScorer } from '../../src/scoring/fit-scorer.ts';
import { FRAUD_KINDS } from '../../src/simulate/payment-days.ts';
import { BENCH_PAYMENTS, BENCH_REPORTING_SEEDS } from '../../src/simulate/payments-options.ts';
import { simulatePayments } from '../../src/simulate/simulate-payments.ts';

/** As the pipeline fits its score. */
const MAX_ROWS = 200_000;
const ROWS_AT_ONCE = 4096;
const SMALL = { ...BENCH_PAYMENTS, days: 40, customers: 1200, merchants: 2400, radius: 10 } as const;
const SMALL_RATES = { compromisedPerDay: 0.48, stolenPerDay: 0.72 } as const;

interface Payments {
	readonly rows: number;
	readonly specs: readonly FeatureSpec[];
	readonly table: FeatureTable;
	/** [rows] */
	readonly kinds: Int32Array;
	readonly days: Int32Array;
	readonly cards: Int32Array;
	readonly historySeconds: number;
}

function loadPayments(seed: number, small: boolean, withHistory: boolean): Payments {
	const batches = [...simulatePayments({ ...(small ? { ...SMALL, ...SMALL_RATES } : BENCH_PAYMENTS), seed })];
	const profile = finishProfile(mergeProfiles(batches.map(profileBatch)), {
		label: 'is_fraud',
		key: 'payment_id',
		ignore: ['fraud_kind'],
	});
	const columns = fitFeatures(profile, batches);
	const entities = ['customer_id', 'merchant_id'];
	const plan = planHistory(profile, entities, 'created_at');
	const history = createEntityHistory(plan);
	const startedMs = performance.now();
	const days: number[] = [];
	const cards: number[] = [];
	const pasts = batches.map((batch): TableBatch => {
		// The simulator's rows are in order of time.
		const coded = history.code(batch);
		const out = history.names.map(() => new Float64Array(batch.rows));
		for (let row = 0; row < batch.rows; row++) {
			history.step(coded, row, out);
			days.push(Math.floor((coded.times[row] as number) / DAY_MS));
			cards.push((coded.entities[0] as Int32Array)[row] as number);
		}
		return { rows: batch.rows, names: history.names, columns: out.map((values) => ({ type: 'number', values })) };
	});
	const historySeconds = (performance.now() - startedMs) / 1000;
	const fit = createHistoryFit(plan, history.state);
	for (const past of pasts) fit.add(past);
	const specs = withHistory
		? [...columns.map((spec) => (entities.includes(spec.column) ? { ...spec, scored: false } : spec)), ...fit.finish()]
		: columns;
	const tables = batches.map((batch, i) => toFeatures(batch, specs, pasts[i] as TableBatch));
	const kinds = batches.flatMap((batch) => {
		const cells = batch.columns[batch.names.indexOf('fraud_kind')];
		return Array.from({ length: batch.rows }, (_, row) =>
			FRAUD_KINDS.findIndex((kind) => cells !== undefined && kind === cellText(cells, row)),
		);
	});
	return {
		rows: kinds.length,
		specs,
		table: joinTables(tables, specs),
		kinds: Int32Array.from(kinds),
		days: Int32Array.from(days),
		cards: Int32Array.from(cards),
		historySeconds,
	};
}

function joinTables(tables: readonly FeatureTable[], specs: readonly FeatureSpec[]): FeatureTable {
	const rows = tables.reduce((sum, table) => sum + table.rows, 0);
	const columns = specs.map((spec, index): FeatureColumn => {
		const joined = spec.type === 'numeric' ? new Float64Array(rows) : new Int32Array(rows);
		let at = 0;
		for (const table of tables) {
			const column = table.columns[index] as FeatureColumn;
			joined.set(column.type === 'numeric' ? column.values : column.codes, at);
			at += table.rows;
		}
		return joined instanceof Float64Array
			? { type: 'numeric', values: joined }
			: { type: 'categorical', codes: joined };
	});
	return { rows, columns };
}

async function scoreOurs(backend: Backend, payments: Payments, seed: number): Promise<Float64Array> {
	const { table, specs, rows } = payments;
	const sampled = Int32Array.from({ length: rows }, (_, row) => row).filter((row) =>
		isSampled(row, seed, rows, MAX_ROWS),
	);
	const scorer = await fitScorer(backend, pickRows(table, sampled), specs, { seed });
	const surprise = new Float64Array(rows);
	for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
		const some = Int32Array.from({ length: Math.min(ROWS_AT_ONCE, rows - first) }, (_, i) => first + i);
		surprise.set(scorer.score(pickRows(table, some)).surprise, first);
	}
	scorer.dispose();
	return surprise;
}

/** PyOD's IForest with its defaults, fitted on all rows; null where it is not to be had. */
function scoreForest({ table, specs, rows }: Payments, seed: number): Float64Array | null {
	const python = process.env.PYTHON;
	if (python === undefined) return null;
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-bench-'));
	try {
		const { values, width } = encodeForBaselines(fitBaselineCoordinates(table, specs), table, false);
		writeFileSync(join(folder, 'matrix'), Float32Array.from(values));
		const script = fileURLToPath(new URL('../peers/iforest_matrix.py', import.meta.url));
		const ended = spawnSync(python, [script, folder, String(width), String(seed)], {
			stdio: ['ignore', 'ignore', 'inherit'],
		});
		if (ended.status !== 0) throw new Error(`${script} ended with ${ended.status}`);
		const bytes = readFileSync(join(folder, 'scores'));
		const scores = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
		if (scores.length !== rows) throw new Error(`${scores.length} scores for ${rows} rows`);
		return scores;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Average precision and card precision, of all frauds and of each kind against the honest payments. */
function measure({ kinds, days, cards }: Payments, scores: Float64Array, budget: number) {
	const of = (kind: number) => {
		const rows = Int32Array.from(kinds.keys()).filter((row) => kind === 0 || kinds[row] === 0 || kinds[row] === kind);
		const pick = <T>(from: ArrayLike<number>, to: { from(rows: Int32Array, map: (row: number) => number): T }) =>
			to.from(rows, (row) => from[row] as number);
		const labels = Uint8Array.from(rows, (row) => ((kinds[row] as number) > 0 ? 1 : 0));
		const picked = pick(scores, Float64Array);
		return {
			averagePrecision: Number(averagePrecision(picked, labels).toFixed(4)),
			cardPrecision: Number(
				cardPrecisionAtK(picked, labels, pick(days, Int32Array), pick(cards, Int32Array), budget).mean.toFixed(4),
			),
		};
	};
	return Object.fromEntries(FRAUD_KINDS.map((name, kind) => [kind === 0 ? 'all' : name, of(kind)]));
}

const args = process.argv.slice(2);
const small = args.includes('--small');
const seeds = args.filter((arg) => arg !== '--small').map(Number);
const backend = await loadBackend({});
for (const withHistory of [true, false]) {
	for (const seed of seeds.length > 0 ? seeds : BENCH_REPORTING_SEEDS) {
		const payments = loadPayments(seed, small, withHistory);
		const budget = small ? 24 : 100;
		const startedMs = performance.now();
		const ours = measure(payments, await scoreOurs(backend, payments, seed), budget);
		const seconds = Math.round((performance.now() - startedMs) / 1000);
		const forest = scoreForest(payments, seed);
		console.log(
			JSON.stringify({
				seed,
				rows: payments.rows,
				withHistory,
				features: payments.specs.filter(({ scored }) => scored).length,
				historySeconds: Number(payments.historySeconds.toFixed(1)),
				seconds,
				ours,
				iforest: forest === null ? null : measure(payments, forest, budget),
			}),
		);
	}
}
