import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { TrainingPlan } from '../contracts/pipeline.ts';
import { createRandom } from '../contracts/random.ts';
import { pickRows } from '../features/pick-rows.ts';
import { fitTokenEncoder } from '../features/token-encoder.ts';
import { createAutoregressiveTrainer } from '../gan/autoregressive-trainer.ts';
import type { Backend } from '../gan/backend.ts';
import { defaultDiscriminatorSteps, trainTokenDiscriminator } from '../gan/token-discriminator.ts';
import { poolRowsFor } from './autoregressive-table.ts';
import { startMlp } from './mlp-table.ts';
import type { GeneratorKind } from './table-generator.ts';

export interface Budget {
	readonly kind: GeneratorKind;
	/** Seconds that the training may take. */
	readonly seconds: number;
}

/** Steps that are timed, after as many that warm up. */
const TIMED_STEPS = 12;
/** Rows that are drawn to time the drawing. */
const TIMED_ROWS = 2048;
/** Rows that are looked at: the time of a step does not depend on how many there are. */
const MOST_ROWS = 20_000;
/** Steps below which there is nothing worth having. */
const FEWEST_STEPS = 50;

/**
 * The number of steps that fit into a time on this machine; at most the default, since more steps make rows no
 * better. Run it once and keep the plan: the same plan gives the same model anywhere, the same budget does not.
 *
 * @throws CounterfoilError TABLE_UNTRAINABLE
 */
export async function planBudget(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	seed: number,
	{ kind, seconds }: Budget,
): Promise<TrainingPlan> {
	const rows = Math.min(MOST_ROWS, table.rows);
	const sample = rows < table.rows ? pickRows(table, createRandom(seed, 'budget').sample(table.rows, rows)) : table;
	const ms = seconds * 1000;
	if (kind === 'mlp') {
		const stepMs = await timeSteps((steps) => trainMlp(backend, sample, specs, seed, steps));
		return { steps: Math.max(FEWEST_STEPS, Math.floor(ms / stepMs)), judgeSteps: null };
	}
	const encoder = fitTokenEncoder(sample, specs);
	const { columns } = encoder;
	const tokens = encoder.encode(sample);
	const train = async (steps: number) => {
		const trainer = createAutoregressiveTrainer(backend, columns, tokens, { steps: 2 * TIMED_STEPS, heldOut: 0 }, seed);
		await trainer.train({ untilStep: steps });
		return trainer;
	};
	const stepMs = await timeSteps(async (steps) => (await train(steps)).dispose());
	const judgeMs = await timeSteps(async (steps) => {
		(await trainTokenDiscriminator(backend, columns, tokens, tokens, seed, { steps })).dispose();
	});
	const trainer = await train(1);
	const generator = trainer.generator();
	const started = performance.now();
	generator.sample(Math.min(TIMED_ROWS, 4 * rows), createRandom(seed, 'budget'));
	const rowMs = (performance.now() - started) / Math.min(TIMED_ROWS, 4 * rows);
	const full = createAutoregressiveTrainer(backend, columns, tokens, {}, seed);
	// By the rows of the whole table, not of the sample.
	const steps = Math.round((full.totalSteps * table.rows) / rows);
	for (const part of [trainer, generator, full]) part.dispose();

	const judgeSteps = defaultDiscriminatorSteps(table.rows);
	const poolMs = poolRowsFor(table.rows) * rowMs;
	const share = (ms - poolMs) / (steps * stepMs + judgeSteps * judgeMs);
	// Judging is left out where drawing the rows to judge takes most of the time.
	if (poolMs > ms / 2) return { steps: clampSteps(ms / stepMs, steps), judgeSteps: 0 };
	return {
		steps: clampSteps(steps * share, steps),
		judgeSteps: clampSteps(judgeSteps * share, judgeSteps),
	};
}

function clampSteps(wanted: number, most: number): number {
	return Math.max(Math.min(FEWEST_STEPS, most), Math.min(most, Math.floor(wanted)));
}

async function trainMlp(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	seed: number,
	steps: number,
): Promise<void> {
	const training = startMlp(backend, table, specs, seed, { steps });
	(await training.finish()).generator.dispose();
	training.dispose();
}

/** Milliseconds of a step: what so many steps take longer than half of them. */
async function timeSteps(run: (steps: number) => Promise<void>): Promise<number> {
	const times: number[] = [];
	for (const steps of [TIMED_STEPS, 2 * TIMED_STEPS]) {
		const started = performance.now();
		await run(steps);
		times.push(performance.now() - started);
	}
	const [half = 0, whole = 0] = times;
	// The second run is warm already: the difference can be too little, never less than a part of the whole.
	return Math.max(whole - half, whole / 4, 1) / TIMED_STEPS;
}
