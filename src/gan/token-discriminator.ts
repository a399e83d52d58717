import type { Tensor } from '@tensorflow/tfjs';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState } from '../contracts/model-state.ts';
import { createRandom, type Random } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';
import { type AdamState, adamStep } from './adam.ts';
import { countTokens, initialEmbedding, placeTokens } from './autoregressive-network.ts';
import type { Backend } from './backend.ts';
import {
	createCriticLayout,
	criticBackward,
	criticForward,
	criticInputGradient,
	criticLogits,
	initialiseCritic,
} from './critic-network.ts';
import { drawDropout } from './draw-dropout.ts';
import { readSettings, readTensor } from './model-parts.ts';
import { createParameterLayout, joinParameters, splitParameters } from './parameter-layout.ts';
import { segmentSumTensor } from './segment-sum.ts';
import { fitTemperature } from './temperature.ts';

export interface TokenDiscriminatorOptions {
	/** @default `defaultDiscriminatorSteps` */
	readonly steps?: number;
	/** Real rows, and as many generated ones, of a batch. @default 512 */
	readonly batchRows?: number;
	readonly signal?: AbortSignal;
	readonly onProgress?: (step: number, steps: number) => void;
}

/** Tells real rows of tokens from generated ones. */
export interface TokenDiscriminator {
	/** What the log-odds are multiplied by to be right on rows set aside; 0: it knows nothing. */
	readonly scale: number;
	/** Its log-loss on rows set aside, scaled, at each look; a coin has .693. */
	readonly history: JudgeHistory;
	/** Calibrated log-odds of being real, [rows]. */
	logits(tokens: Int32Array): Float32Array;
	toState(): ModelState;
	dispose(): void;
}

/** All arrays of one length. */
export interface JudgeHistory {
	readonly step: number[];
	readonly loss: number[];
}

interface Shape {
	readonly columns: readonly TokenColumn[];
	readonly scale: number;
	readonly history: JudgeHistory;
}

const BATCH_ROWS = 512;
const EMBEDDING = 16;
const HIDDEN = [256, 256] as const;
/** A quarter. */
const DROPOUT_256THS = 64;
const ADAM = { beta1: 0.5, beta2: 0.99, epsilon: 1e-8 } as const;
const LEARNING_RATE = 1e-3;
/** Share of rows that are set aside, to choose the best state and the scale on. */
const HELD_OUT = 0.05;
const FEWEST_HELD_OUT = 50;
const MOST_HELD_OUT = 4000;
const MOST_SCALE = 2;
/** Times that rows set aside are looked at. */
const LOOKS = 20;
const STEPS_PER_TURN = 5;
const ROWS_AT_ONCE = 4096;

/** About fifteen passes over the rows, at least 300 steps. */
export function defaultDiscriminatorSteps(rows: number, batchRows: number = BATCH_ROWS): number {
	return Math.max(300, Math.min(3000, Math.ceil((15 * rows) / batchRows)));
}

/**
 * Trains a discriminator between real rows and a pool of generated ones: logistic loss, the best of twenty looks at
 * rows set aside, then one scale of the log-odds that fits those (temperature scaling, Guo et al. 2017).
 *
 * @param real [rows, features] tokens
 * @param pool [poolRows, features] tokens of generated rows
 * @throws CounterfoilError CANCELLED
 */
export async function trainTokenDiscriminator(
	backend: Backend,
	columns: readonly TokenColumn[],
	real: Int32Array,
	pool: Int32Array,
	seed: number,
	options: TokenDiscriminatorOptions = {},
): Promise<TokenDiscriminator> {
	const { tf } = backend;
	const network = planNetwork(columns);
	const { features, layout } = network;
	const rows = real.length / features;
	const { batchRows = BATCH_ROWS, signal, onProgress } = options;
	const steps = options.steps ?? defaultDiscriminatorSteps(rows, batchRows);
	const random = createRandom(seed, 'token-discriminator');
	const realSplit = setAside(rows, random.fork('real'));
	const poolSplit = setAside(pool.length / features, random.fork('pool'));
	const heldOut = pickTokens(real, realSplit.aside, features);
	const heldOutFakes = pickTokens(pool, poolSplit.aside, features);

	const start = tf.tensor1d(initialParameters(network, random.fork('initial')));
	let state: AdamState = { parameters: start, firstMoment: tf.zerosLike(start), secondMoment: tf.zerosLike(start) };
	let best = { loss: Number.POSITIVE_INFINITY, scale: 0, parameters: new Float32Array(layout.total) };
	const lookEvery = Math.max(1, Math.floor(steps / LOOKS));
	const history: JudgeHistory = { step: [], loss: [] };
	try {
		for (let step = 1; step <= steps; step++) {
			if (signal?.aborted) {
				throw new CounterfoilError('CANCELLED', 'Training was cancelled.', { where: `discriminator, step ${step}` });
			}
			const picks = Int32Array.from(
				{ length: batchRows },
				() => realSplit.rest[random.integer(realSplit.rest.length)] as number,
			);
			const fakes = Int32Array.from(
				{ length: batchRows },
				() => poolSplit.rest[random.integer(poolSplit.rest.length)] as number,
			);
			const tokens = new Int32Array(2 * batchRows * features);
			tokens.set(pickTokens(real, picks, features));
			tokens.set(pickTokens(pool, fakes, features), batchRows * features);
			const before = state;
			const rate = LEARNING_RATE * Math.max(0.02, 1 - step / steps);
			state = tf.tidy((() => {
				const gradient = gradientTensor(backend, network, before.parameters, tokens, random);
				return adamStep(tf, before, gradient, step, { ...ADAM, learningRate: rate });
			}) as unknown as () => Tensor) as unknown as AdamState;
			tf.dispose(Object.values(before));
			if (step % lookEvery === 0 || step === steps) {
				const realLogits = logitsOf(backend, network, state.parameters, heldOut);
				const fakeLogits = logitsOf(backend, network, state.parameters, heldOutFakes);
				const { weight: scale, loss } = fitTemperature(realLogits, fakeLogits, MOST_SCALE);
				history.step.push(step);
				history.loss.push(loss / 2);
				if (loss < best.loss) {
					best = { loss, scale, parameters: (state.parameters.dataSync() as Float32Array).slice() };
				}
				onProgress?.(step, steps);
			}
			if (step % STEPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
		}
	} finally {
		tf.dispose(Object.values(state));
	}
	return createTokenDiscriminator(backend, { columns, scale: best.scale, history }, best.parameters);
}

/** @param parameters kept, not copied. */
function createTokenDiscriminator(backend: Backend, shape: Shape, parameters: Float32Array): TokenDiscriminator {
	const network = planNetwork(shape.columns);
	const flat = backend.tf.tensor1d(parameters);
	return {
		scale: shape.scale,
		history: shape.history,
		logits: (tokens) => logitsOf(backend, network, flat, tokens).map((logit) => logit * shape.scale),
		toState: () => ({
			json: { kind: 'token-discriminator', ...shape },
			tensors: { parameters: { shape: [parameters.length], data: parameters } },
		}),
		dispose: () => flat.dispose(),
	};
}

/** @throws CounterfoilError MODEL_INVALID */
export function restoreTokenDiscriminator(backend: Backend, state: ModelState): TokenDiscriminator {
	const shape = readSettings<Shape>(state, 'token-discriminator', ['columns', 'scale', 'history']);
	const { layout } = planNetwork(shape.columns);
	return createTokenDiscriminator(backend, shape, readTensor(state, 'parameters', layout.total));
}

type Network = ReturnType<typeof planNetwork>;

function planNetwork(columns: readonly TokenColumn[]) {
	const features = columns.length;
	const { tokens, offsets } = countTokens(columns);
	const critic = { inputWidth: features * EMBEDDING, hiddenWidths: HIDDEN };
	const { shapes } = createCriticLayout(critic);
	const layout = createParameterLayout([[tokens, EMBEDDING], ...shapes]);
	return { columns, features, tokens, offsets, critic, layout, embedding: EMBEDDING };
}

function initialParameters(network: Network, random: Random): Float32Array {
	const embedding = initialEmbedding(network, random.fork('embedding'));
	const critic = initialiseCritic(network.critic, random.fork('layers'));
	// The last layer begins small: no verdict before there is evidence.
	const last = HIDDEN[HIDDEN.length - 1] as number;
	for (let i = critic.length - last - 1; i < critic.length; i++) critic[i] = 0.1 * (critic[i] as number);
	const flat = new Float32Array(network.layout.total);
	flat.set(embedding);
	flat.set(critic, embedding.length);
	return flat;
}

function embed(backend: Backend, network: Network, flat: Tensor, tokens: Int32Array) {
	const { tf } = backend;
	const [embedding, ...critic] = splitParameters(tf, flat, network.layout) as [Tensor, ...Tensor[]];
	const places = placeTokens(network, tokens);
	const rows = tokens.length / network.features;
	const input = tf.reshape(tf.gather(embedding, tf.tensor1d(places, 'int32')), [rows, network.features * EMBEDDING]);
	return { critic, places, input, rows };
}

/**
 * Gradient of the mean logistic loss of a batch whose first half is real; parts of the inputs of each layer are dropped.
 *
 * @returns flat, as the parameters; call inside a tidy.
 */
function gradientTensor(backend: Backend, network: Network, flat: Tensor, tokens: Int32Array, random: Random): Tensor {
	const { tf } = backend;
	const { critic, places, input, rows } = embed(backend, network, flat, tokens);
	const dropouts = [network.critic.inputWidth, ...HIDDEN].map((width) =>
		tf.tensor2d(drawDropout(rows * width, DROPOUT_256THS, random), [rows, width]),
	);
	const pass = criticForward(tf, critic, input, dropouts);
	const isReal = tf.tensor2d(
		Float32Array.from({ length: rows }, (_, row) => (row < rows / 2 ? 1 : 0)),
		[rows, 1],
	);
	const dLogits = tf.mul(tf.sub(tf.sigmoid(pass.logits), isReal), 2 / rows);
	const { gradient } = criticInputGradient(tf, critic, pass.slopes, dLogits);
	const dInput = tf.reshape(tf.mul(gradient, dropouts[0] as Tensor), [-1, EMBEDDING]);
	const dEmbedding = segmentSumTensor(backend, dInput, places, network.tokens);
	return joinParameters(tf, [dEmbedding, ...criticBackward(tf, critic, pass, dLogits)]);
}

function logitsOf(backend: Backend, network: Network, flat: Tensor, tokens: Int32Array): Float32Array {
	const { features } = network;
	const logits = new Float32Array(tokens.length / features);
	for (let start = 0; start < logits.length; start += ROWS_AT_ONCE) {
		const part = tokens.subarray(start * features, Math.min(tokens.length, (start + ROWS_AT_ONCE) * features));
		const tensor = backend.tf.tidy(() => {
			const { critic, input } = embed(backend, network, flat, part);
			return criticLogits(backend.tf, critic, input);
		});
		logits.set(tensor.dataSync() as Float32Array, start);
		tensor.dispose();
	}
	return logits;
}

function setAside(rows: number, random: Random): { aside: Int32Array; rest: Int32Array } {
	const shuffled = random.permutation(rows);
	const wanted = Math.min(MOST_HELD_OUT, Math.max(FEWEST_HELD_OUT, Math.floor(rows * HELD_OUT)));
	const count = Math.min(wanted, Math.floor(rows / 2));
	return { aside: shuffled.slice(0, count), rest: shuffled.slice(count) };
}

function pickTokens(tokens: Int32Array, rows: Int32Array, features: number): Int32Array {
	const picked = new Int32Array(rows.length * features);
	for (const [i, row] of rows.entries()) {
		picked.set(tokens.subarray(row * features, (row + 1) * features), i * features);
	}
	return picked;
}
