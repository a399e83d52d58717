import { createRandom } from '../../src/contracts/random.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import type { PaymentsOptions } from '../../src/simulate/payments-options.ts';
import { answerParent } from '../answer-parent.ts';
import { startForest } from './forest-peer.ts';
import { MONTH_DAYS, prepareMonth } from './month-data.ts';
import { BUDGET_A_DAY, highest, type LoopDay, precisionByDay, runLoop, startsOf } from './month-loop.ts';

export interface MonthRequest {
	readonly seed: number;
	readonly payments: Partial<PaymentsOptions>;
	/** Without it the forests are left out. */
	readonly withForest: boolean;
	readonly maxFitted?: number;
}

/** Precision of each day, by arm. */
export interface MonthAnswer {
	readonly ok: true;
	readonly payments: number;
	readonly frauds: number;
	readonly arms: Readonly<Record<string, readonly number[]>>;
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
	const forests: Record<string, number[]> = { forest: [], 'plain forest': [] };
	// The columns of the table and the past of the entities come first.
	const plain = data.specs.filter(({ scored }) => scored).length;

	/** Both forests learn from the labels that our loop has brought. */
	async function rankByForests({ training, features, first, end, riskOf }: LoopDay): Promise<void> {
		const rows = Int32Array.from({ length: end - first }, (_, i) => first + i);
		const table = pickRows(features.table, rows);
		const rank = async (name: string, isPlain: boolean): Promise<void> => {
			const seen = isPlain ? { ...training, risk: [] } : training;
			const risk = isPlain ? [] : riskOf(rows);
			const scores = await forest?.rank(seen, { table, risk }, (index) => !isPlain || index < plain, seed);
			const decided = highest(scores ?? data.surprise.slice(first, end), BUDGET_A_DAY);
			const found = decided.reduce((sum, i) => sum + (data.labels[first + i] as number), 0);
			forests[name]?.push(found / BUDGET_A_DAY);
		};
		await rank('forest', false);
		await rank('plain forest', true);
	}

	const onDay = forest === null ? {} : { onDay: rankByForests };
	const loop = await runLoop(data, { discriminators: true, risk: true, ...onDay }, random);
	const without = await runLoop(data, { discriminators: false, risk: true }, random);
	const withoutRisk = await runLoop(data, { discriminators: true, risk: false }, random);
	forest?.close();
	return {
		ok: true,
		payments: data.table.rows,
		frauds,
		arms: {
			unsupervised: precisionByDay(data, data.surprise),
			loop,
			'without discriminators': without,
			'without risk': withoutRisk,
			...(forest === null ? {} : forests),
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
