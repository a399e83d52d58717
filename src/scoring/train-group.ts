import { CounterfoilError } from '../contracts/errors.ts';
import type { Random } from '../contracts/random.ts';
import type { Backend } from '../gan/backend.ts';
import type { AdamWSettings, AdamWState } from './adamw.ts';
import { disposeAdamW, startAdamW, stepAdamW } from './adamw.ts';
import type { MemberInputs } from './member-inputs.ts';
import type { NetworkShape } from './member-network.ts';
import { gradientTensor, initialParameters, membersTogether, pickMembers, placeMembers } from './member-network.ts';
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
	/** Called after a step of some members, a share of the group; may wait, and may throw to end the training. */
	readonly onStep: (share: number) => Promise<void> | void;
}

/**
 * Members that are trained as one product, at most. A fixed number, because the last bit of a sum may depend on the
 * size of the product: so the result does not depend on which process trains which members.
 */
export const MEMBERS_PER_SLICE = 16;

/** Neighbouring members of a group. */
export interface MemberRange {
	readonly first: number;
	readonly count: number;
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
 * Trains members of a group: each tells its real rows from fakes, with random numbers of its own.
 *
 * @param range the members to train, from a multiple of MEMBERS_PER_SLICE on; all of them by default.
 * @returns the parameters of those, flat.
 * @throws CounterfoilError TRAINING_DIVERGED
 */
export async function trainGroup(
	backend: Backend,
	training: GroupTraining,
	random: Random,
	range: MemberRange = { first: 0, count: training.inputs.members },
): Promise<Float32Array> {
	const { inputs, hidden } = training;
	const { members, width } = inputs;
	const shape: NetworkShape = { members, width, hidden };
	const parameters = initialParameters(shape, inputs.variance, random.fork('initial'));
	const together = Math.min(MEMBERS_PER_SLICE, membersTogether(backend, members));
	const end = range.first + range.count;
	for (let first = range.first; first < end; first += together) {
		const count = Math.min(together, end - first);
		const start = pickMembers(parameters, shape, first, count);
		const randoms = Array.from({ length: count }, (_, m) => random.fork(`member/${first + m}`));
		placeMembers(parameters, shape, first, await trainTogether(backend, training, first, start, randoms));
	}
	if (!parameters.every(Number.isFinite)) {
		throw new CounterfoilError('TRAINING_DIVERGED', 'The discriminators of the score did not stay finite.', {
			hint: 'Look for a column with extreme values; "--ignore COLUMN" leaves it out.',
		});
	}
	return pickMembers(parameters, shape, range.first, range.count);
}

/** @param randoms one per member, of which the first is number `first` of the group. */
async function trainTogether(
	backend: Backend,
	training: GroupTraining,
	first: number,
	start: Float32Array,
	randoms: readonly Random[],
): Promise<Float32Array> {
	const { tf } = backend;
	const { inputs, hidden, steps, batch } = training;
	const { width } = inputs;
	const members = randoms.length;
	const shape: NetworkShape = { members, width, hidden };
	const optimiser: AdamWSettings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: training.weightDecay };
	let state = startAdamW(tf, start);
	const isReal = Float32Array.from({ length: 2 * batch }, (_, i) => (i < batch ? 1 : 0));
	const targets = tf.tensor3d(isReal, [1, 2 * batch, 1]);
	try {
		for (let step = 0; step < steps; step++) {
			// A new buffer each time: the WebAssembly and plain backends may keep the one they were given.
			const x = new Float32Array(members * 2 * batch * width);
			for (const [m, random] of randoms.entries()) {
				fillBatch(x.subarray(m * 2 * batch * width, (m + 1) * 2 * batch * width), first + m, training, random);
			}
			const before = state;
			state = tidyState(tf, () => {
				const inputTensor = tf.tensor3d(x, [members, 2 * batch, width]);
				const gradient = gradientTensor(backend, before.parameters, shape, inputTensor, targets);
				return stepAdamW(tf, before, gradient, rateAt(step, training), optimiser);
			});
			disposeAdamW(before);
			await training.onStep(members / inputs.members);
		}
		return (await state.parameters.data()) as Float32Array;
	} finally {
		disposeAdamW(state);
		targets.dispose();
	}
}

function tidyState(tf: Backend['tf'], step: () => AdamWState): AdamWState {
	return tf.tidy(step as unknown as () => Record<string, never>) as unknown as AdamWState;
}

/** @param x one member's batch, [2 batch, width]: real rows, then fakes. */
function fillBatch(x: Float32Array, member: number, training: GroupTraining, random: Random): void {
	const { inputs, rows, batch } = training;
	const { width } = inputs;
	const source = training.source.subarray(member * rows * width, (member + 1) * rows * width);
	for (let i = 0; i < batch; i++) {
		const from = random.integer(rows) * width;
		for (let c = 0; c < width; c++) x[i * width + c] = source[from + c] as number;
		x[(batch + i + 1) * width - 1] = 1;
	}
	const spans = inputs.spans[member] as (typeof inputs.spans)[number];
	training.drawFakes({ source, rows, width, spans, target: x, offset: batch * width, count: batch }, random);
}
