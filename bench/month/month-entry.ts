import { createRandom } from '../../src/contracts/random.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import type { PaymentsOptions } from '../../src/simulate/payments-options.ts';
import { answerParent } from '../answer-parent.ts';
import { startForest } from './forest-peer.ts';
import { MONTH_DAYS, prepareMonth } from './month-data.ts';
import { BUDGET_A_DAY, highest, type LoopDay, precisionByDay, runLoop, startsOf } from './month-loop.ts';

/** Days between two rankings by the forest. */
const FOREST_EVERY = 2;

export interface MonthRequest {
	readonly seed: number;
	readonly payments: Partial<PaymentsOptions>;
	/** Without it the forest is left out. */
	readonly withForest: boolean;
	readonly maxFitted?: number;
}

/** Precision of each day, by arm; null on days without a measurement. */
export interface MonthAnswer {
	readonly ok: true;
	readonly payments: number;
	readonly frauds: number;
	readonly arms: Readonly<Record<string, readonly (number | null)[]>>;
	readonly seconds: number;
	readonly versions: Readonly<Record<string, string>>;
}

async function carryOut({ seed, payments, withForest, maxFitted }: MonthRequest): Promise<MonthAnswer> {
	const startedMs = performance.now();
	const fitted = maxFitted === undefined ? {} : { maxFitted };
	const data = await prepareMonth(await loadBackend({}), { seed, payments, ...fitted });
	const random = createRandom(seed, 'bench/month');
	const forest = withForest ? await startForest() : null;
	const starts = startsOf(data.days);
	const frauds = data.labels.reduce((sum, label) => sum + label, 0);
	const ranked: (number | null)[] = [];

	/** The forest learns from the labels that our loop has brought. */
	async function rankByForest({ training, features, first, end, riskOf }: LoopDay): Promise<void> {
		// The forest takes most of the time of the bench: it is compared on every second day.
		if (ranked.length % FOREST_EVERY !== FOREST_EVERY - 1) {
			ranked.push(null);
			return;
		}
		const rows = Int32Array.from({ length: end - first }, (_, i) => first + i);
		const test = { table: pickRows(features.table, rows), risk: riskOf(rows) };
		const scores = await forest?.rank(training, test, seed);
		const decided = highest(scores ?? data.surprise.slice(first, end), BUDGET_A_DAY);
		ranked.push(decided.reduce((sum, i) => sum + (data.labels[first + i] as number), 0) / BUDGET_A_DAY);
	}

	const onDay = forest === null ? {} : { onDay: rankByForest };
	const loop = await runLoop(data, { discriminators: true, risk: true, ...onDay }, random);
	const without = await runLoop(data, { discriminators: false, risk: true }, random);
	forest?.close();
	return {
		ok: true,
		payments: data.table.rows,
		frauds,
		arms: {
			unsupervised: precisionByDay(data, data.surprise),
			loop,
			'without discriminators': without,
			...(forest === null ? {} : { forest: ranked }),
			ceiling: Array.from({ length: MONTH_DAYS }, (_, day) => {
				const own = data.labels.subarray(starts[day], starts[day + 1]);
				return Math.min(1, own.reduce((sum, label) => sum + label, 0) / BUDGET_A_DAY);
			}),
		},
		seconds: (performance.now() - startedMs) / 1000,
		versions: forest?.versions ?? {},
	};
}

answerParent(carryOut);
