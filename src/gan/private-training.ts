import type { Tensor } from '@tensorflow/tfjs';
import { CounterfoilError } from '../contracts/errors.ts';
import { createRandom } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';
import type { NoiseSource } from '../features/private/noise-source.ts';
import { type AdamState, adamStep } from './adam.ts';
import { type AutoregressiveGenerator, createAutoregressiveGenerator } from './autoregressive-generator.ts';
import {
	type AutoregressivePlan,
	initialAutoregressive,
	orderMask,
	planAutoregressive,
	type TokenBatch,
} from './autoregressive-network.ts';
import { defaultEmbedding } from './autoregressive-options.ts';
import { learningRateAt } from './autoregressive-trainer.ts';
import type { Backend } from './backend.ts';
import { clippedGradientTensor } from './clipped-gradient.ts';
import type { NoisySteps } from './privacy-accountant.ts';

export interface PrivateTrainingOptions {
	/** Numbers that a token is embedded as. @default 8, less for many columns */
	readonly embedding?: number;
	/** Hidden units of each column. @default four times the embedding */
	readonly hidden?: number;
	/** Longest gradient of a row. @default 1 */
	readonly clipNorm?: number;
	/** Of Adam, at its highest. @default 0.02 */
	readonly learningRate?: number;
	/** Of the moving average of the parameters. @default 0.99 */
	readonly averageDecay?: number;
	readonly signal?: AbortSignal;
	readonly onProgress?: (step: number) => void;
}

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
/** Cells of the widest array of a part of a batch, which bounds the memory. */
const MOST_CELLS = 1e7;
const STEPS_PER_TURN = 5;
/** Half of what is best without noise: noise grows with the number of parameters. */
const MOST_EMBEDDED = 8;

/**
 * Trains an autoregressive generator so that no row has much to say in it (DP-SGD, Abadi et al. 2016): each step takes
 * every row with the same probability, shortens what each says, and adds noise to the sum.
 *
 * @param tokens [rows, features]
 * @param seed of what needs no protection: first parameters and orders of the columns
 * @param noise of what does: the rows of a batch and the noise on their sum
 * @throws CounterfoilError CANCELLED, TRAINING_DIVERGED
 */
export async function trainPrivately(
	backend: Backend,
	columns: readonly TokenColumn[],
	tokens: Int32Array,
	{ rate, noise: multiplier, steps }: NoisySteps,
	seed: number,
	noise: NoiseSource,
	options: PrivateTrainingOptions = {},
): Promise<AutoregressiveGenerator> {
	const { tf } = backend;
	const features = columns.length;
	const rows = tokens.length / features;
	const { clipNorm = 1, learningRate = 0.02, averageDecay = 0.99, signal, onProgress } = options;
	const embedding = options.embedding ?? Math.min(MOST_EMBEDDED, defaultEmbedding(features));
	const plan = planAutoregressive({ columns, embedding, hidden: options.hidden ?? 4 * embedding });
	const random = createRandom(seed, 'private/training');
	const first: Tensor = tf.tensor1d(initialAutoregressive(plan, rows, createRandom(seed, 'private/initial')));
	let adam: AdamState = { parameters: first, firstMoment: tf.zerosLike(first), secondMoment: tf.zerosLike(first) };
	let average: Tensor = tf.clone(first);
	const drawn = new Float32Array(plan.layout.total);
	const expectedRows = rate * rows;

	for (let step = 1; step <= steps; step++) {
		if (signal?.aborted) throw new CounterfoilError('CANCELLED', 'The training was cancelled.');
		const mask = orderMask(random.permutation(features));
		const batches = drawParts(tokens, plan, rate, mask, noise);
		noise.fillNormal(drawn, multiplier * clipNorm);
		const before = { adam, average };
		const next = tf.tidy((() => {
			// Parameters that the order masks are no function of any row, so that they need no noise.
			let sum = tf.mul(tf.tensor1d(drawn), reachedTensor(backend, plan, mask));
			for (const batch of batches) {
				sum = tf.add(sum, clippedGradientTensor(backend, plan, adam.parameters, batch, clipNorm));
			}
			const gradient = tf.div(sum, expectedRows);
			const rateNow = learningRateAt(step, { steps, learningRate });
			const after = adamStep(tf, adam, gradient, step, { ...ADAM, learningRate: rateNow });
			const decay = Math.min(averageDecay, step / (step + 9));
			return { ...after, average: tf.add(average, tf.mul(tf.sub(after.parameters, average), 1 - decay)) };
		}) as unknown as () => Tensor) as unknown as AdamState & { readonly average: Tensor };
		tf.dispose([...Object.values(before.adam), before.average]);
		({ average, ...adam } = next);
		onProgress?.(step);
		if (step % STEPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	const parameters = (average.dataSync() as Float32Array).slice();
	tf.dispose([...Object.values(adam), average]);
	if (!parameters.every(Number.isFinite)) {
		throw new CounterfoilError('TRAINING_DIVERGED', 'The training of the generator left the range of numbers.', {
			hint: 'Allow a larger epsilon, or train on more rows.',
		});
	}
	return createAutoregressiveGenerator(backend, plan, parameters);
}

/** Every row with the same probability (Poisson sampling), in parts that fit into the memory. */
function drawParts(
	tokens: Int32Array,
	plan: AutoregressivePlan,
	rate: number,
	mask: Float32Array,
	noise: NoiseSource,
): TokenBatch[] {
	const { features, widest } = plan;
	const rows = tokens.length / features;
	const chosen: number[] = [];
	for (let row = 0; row < rows; row++) if (noise.uniform() < rate) chosen.push(row);
	const most = Math.max(16, Math.floor(MOST_CELLS / (features * widest)));
	const parts: TokenBatch[] = [];
	for (let start = 0; start < chosen.length; start += most) {
		const part = chosen.slice(start, start + most);
		const own = new Int32Array(part.length * features);
		for (const [i, row] of part.entries()) {
			own.set(tokens.subarray(row * features, (row + 1) * features), i * features);
		}
		parts.push({ tokens: own, rows: part.length, mask, dropout: null, weights: null });
	}
	return parts;
}

/** 1 for parameters that the rows can say anything of under this order and 0 for the others, flat. */
function reachedTensor({ tf }: Backend, plan: AutoregressivePlan, mask: Float32Array): Tensor {
	const { columns, features, embedding: e, hidden: h, tokens, widest } = plan;
	const used = Float32Array.from({ length: features * widest }, (_, i) =>
		i % widest < (columns[Math.floor(i / widest)] as TokenColumn).tokens ? 1 : 0,
	);
	const byToken = tf.tensor3d(used, [features, 1, widest]);
	const first = tf.mul(tf.tensor4d(mask, [features, 1, features, 1]), tf.ones([features, e, features, h]));
	const blocks = [
		tf.ones([tokens * e]),
		first,
		tf.ones([features * h]),
		tf.mul(byToken, tf.ones([features, h, widest])),
		byToken,
	];
	return tf.concat(blocks.map((block) => tf.reshape(block, [-1])));
}
