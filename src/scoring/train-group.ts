import { CounterfoilError } from '../contracts/errors.ts';
import type { Random } from '../contracts/random.ts';
import type { Backend } from '../gan/backend.ts';
import type { AdamWSettings } from './adamw.ts';
import { disposeAdamW, startAdamW, stepAdamW } from './adamw.ts';
import type { MemberInputs } from './member-inputs.ts';
import type { NetworkShape } from './member-network.ts';
import { gradientTensor, initialParameters } from './member-network.ts';
import type { FakeSource } from './reference-density.ts';

export interface GroupTraining {
	readonly inputs: MemberInputs;
	/** What each member trains on, [members, rows, width]. */
	readonly source: Float32Array;
	/** Rows of each member. */
	readonly rows: number;
	readonly hidden: number;
	readonly steps: number;
	/** Real rows, and as many fakes, of a member's batch. */
	readonly batch: number;
	readonly learningRate: number;
	readonly warmupSteps: number;
	readonly finalRate: number;
	readonly weightDecay: number;
	readonly drawFakes: FakeSource;
	/** Called after each step; may wait, and may throw to end the training. */
	readonly onStep: () => Promise<void> | void;
}

/** Rate of a step: a linear rise, then a cosine down to a share of the peak. */
export function rateAt(
	step: number,
	training: Pick<GroupTraining, 'steps' | 'learningRate' | 'warmupSteps' | 'finalRate'>,
): number {
	const { steps, learningRate, warmupSteps, finalRate } = training;
	const rise = Math.min(1, (step + 1) / warmupSteps);
	const cosine = (1 + Math.cos((Math.PI * step) / steps)) / 2;
	return learningRate * rise * (finalRate + (1 - finalRate) * cosine);
}

/**
 * Trains the members of a group, all at once: each tells its real rows from fakes.
 *
 * @returns their parameters, flat.
 * @throws CounterfoilError TRAINING_DIVERGED
 */
export async function trainGroup(backend: Backend, training: GroupTraining, random: Random): Promise<Float32Array> {
	const { tf } = backend;
	const { inputs, source, rows, hidden, steps, batch } = training;
	const { members, width } = inputs;
	const shape: NetworkShape = { members, width, hidden };
	const optimiser: AdamWSettings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: training.weightDecay };
	const start = initialParameters(shape, inputs.variance, random.fork('initial'));
	const batches = random.fork('batches');
	const sources = Array.from({ length: members }, (_, m) => source.subarray(m * rows * width, (m + 1) * rows * width));

	let state = startAdamW(tf, start);
	const targets = tf.tensor3d(
		Float32Array.from({ length: 2 * batch }, (_, i) => (i < batch ? 1 : 0)),
		[1, 2 * batch, 1],
	);
	try {
		for (let step = 0; step < steps; step++) {
			// A new buffer each time: the WebAssembly and plain backends may keep the one they were given.
			const x = new Float32Array(members * 2 * batch * width);
			for (let member = 0; member < members; member++) {
				fillBatch(x, member, sources[member] as Float32Array, training, batches);
			}
			const before = state;
			state = tidyState(tf, () => {
				const inputTensor = tf.tensor3d(x, [members, 2 * batch, width]);
				const gradient = gradientTensor(backend, before.parameters, shape, inputTensor, targets);
				return stepAdamW(tf, before, gradient, rateAt(step, training), optimiser);
			});
			disposeAdamW(before);
			await training.onStep();
		}
		const trained = (await state.parameters.data()) as Float32Array;
		if (!trained.every(Number.isFinite)) {
			throw new CounterfoilError('TRAINING_DIVERGED', 'The discriminators of the score did not stay finite.', {
				hint: 'Look for a column with extreme values; "--ignore COLUMN" leaves it out.',
			});
		}
		return trained;
	} finally {
		disposeAdamW(state);
		targets.dispose();
	}
}

function tidyState<State extends object>(tf: Backend['tf'], step: () => State): State {
	return tf.tidy(step as unknown as () => Record<string, never>) as unknown as State;
}

function fillBatch(
	x: Float32Array,
	member: number,
	source: Float32Array,
	{ inputs, rows, batch, drawFakes }: GroupTraining,
	random: Random,
): void {
	const { width } = inputs;
	const offset = member * 2 * batch * width;
	for (let i = 0; i < batch; i++) {
		const from = random.integer(rows) * width;
		const to = offset + i * width;
		for (let c = 0; c < width; c++) x[to + c] = source[from + c] as number;
	}
	const fakes = offset + batch * width;
	for (let i = 0; i < batch; i++) x[fakes + (i + 1) * width - 1] = 1;
	const spans = inputs.spans[member] as (typeof inputs.spans)[number];
	drawFakes({ source, rows, width, spans, target: x, offset: fakes, count: batch }, random);
}
