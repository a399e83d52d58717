import type { Tensor } from '@tensorflow/tfjs';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState } from '../contracts/model-state.ts';
import { createRandom, type Random, type RandomState, restoreRandom } from '../contracts/random.ts';
import type { TokenColumn } from '../contracts/tokens.ts';
import { type AdamState, adamStep } from './adam.ts';
import { type AutoregressiveGenerator, createAutoregressiveGenerator } from './autoregressive-generator.ts';
import type { AutoregressiveShape } from './autoregressive-network.ts';
import {
	type AutoregressiveOptions,
	type ResolvedAutoregressiveOptions,
	resolveAutoregressiveOptions,
} from './autoregressive-options.ts';
import type { Backend } from './backend.ts';
import { drawDropout } from './draw-dropout.ts';
import type { OrderedBatch } from './factorised-network.ts';
import { readFlat, readSettings, readTensor } from './model-parts.ts';
import { createTokenNetwork, type TokenNetwork } from './token-network.ts';

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
/** Share of the steps over which the rate rises, and after which it begins to fall; and where it ends. */
const SCHEDULE = { rise: 0.03, fallFrom: 0.3, end: 0.01 } as const;
/** Rows that held-out likelihood is measured on at most. */
const MOST_HELD_OUT = 2048;
/** Cells that rows set aside need to have between them for their likelihood to say when to stop. */
const FEWEST_JUDGED_CELLS = 1000;
/** Share of the steps after which training stops when rows set aside are predicted no better. */
const PATIENCE = 0.25;
/** Steps between two looks at the event loop, where cancellations and heartbeats come in. */
const STEPS_PER_TURN = 5;

/** One entry per record, all arrays of one length. */
export interface LikelihoodHistory {
	readonly step: number[];
	/** -log p of a row, in nats, mean over the rows: of the batch, and of rows set aside (NaN where none are). */
	readonly training: number[];
	readonly heldOut: number[];
}

export interface AutoregressiveTrainOptions {
	readonly untilStep: number;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: { readonly step: number; readonly untilStep: number }) => void;
	/** Called with what `checkpoint()` returns, when one is due and at the end. */
	readonly onCheckpoint?: (state: ModelState, step: number) => void | Promise<void>;
	/** Asked each time the history gets an entry. @default never due */
	readonly isCheckpointDue?: (step: number) => boolean;
}

export interface AutoregressiveTrainer {
	readonly step: number;
	readonly totalSteps: number;
	/** Step whose parameters the generator has: where rows set aside were predicted best. */
	readonly bestStep: number;
	readonly history: LikelihoodHistory;
	/** @throws CounterfoilError CANCELLED, TRAINING_DIVERGED */
	train(options: AutoregressiveTrainOptions): Promise<void>;
	/** Everything needed to go on as if nothing had happened. */
	checkpoint(): ModelState;
	/** A copy of the generator as it was at the best step, with its averaged parameters. */
	generator(): AutoregressiveGenerator;
	dispose(): void;
}

interface TrainingState {
	readonly adam: AdamState;
	/** Moving average of the parameters. */
	readonly average: Tensor;
}

/** Where rows set aside were predicted best so far. */
interface Best {
	readonly step: number;
	/** Their mean -log p, in nats. */
	readonly heldOut: number;
	/** The averaged parameters, flat. */
	readonly parameters: Float32Array;
}

interface CheckpointSettings {
	readonly step: number;
	readonly seed: number;
	readonly random: RandomState;
	readonly options: ResolvedAutoregressiveOptions;
	readonly history: LikelihoodHistory;
	readonly best: Omit<Best, 'parameters'> | null;
}

/**
 * An autoregressive generator, to be trained by likelihood: each step takes a batch of rows and a new order of the
 * columns, and makes each column's token more likely given the tokens before it.
 *
 * @param tokens [rows, features]; kept, not copied
 * @throws CounterfoilError TABLE_UNTRAINABLE, CONFIG_INVALID
 *
 * @example
 * const encoder = fitTokenEncoder(table, specs);
 * const trainer = createAutoregressiveTrainer(await loadBackend(), encoder.columns, encoder.encode(table), {}, 0);
 * await trainer.train({ untilStep: trainer.totalSteps });
 * const rows = encoder.decode(trainer.generator().sample(1000, random), random);
 */
export function createAutoregressiveTrainer(
	backend: Backend,
	columns: readonly TokenColumn[],
	tokens: Int32Array,
	options: AutoregressiveOptions,
	seed: number,
): AutoregressiveTrainer {
	const features = columns.length;
	const rows = features === 0 ? 0 : tokens.length / features;
	if (rows < 2) {
		throw new CounterfoilError('TABLE_UNTRAINABLE', 'A generator needs at least two rows and one column.', {
			hint: 'Give a table with more rows, or with at least one column that varies.',
		});
	}
	const resolved = resolveAutoregressiveOptions(options, { rows, features, backend: backend.name });
	const network = createTokenNetwork(backend, shapeOf(columns, resolved));
	const { tf } = backend;
	const parameters = tf.tensor1d(network.initial(rows, createRandom(seed, 'autoregressive/initial')));
	const adam = { parameters, firstMoment: tf.zerosLike(parameters), secondMoment: tf.zerosLike(parameters) };
	const random = createRandom(seed, 'autoregressive/training').save();
	const history = { step: [], training: [], heldOut: [] };
	const start = { adam, average: tf.clone(parameters) };
	return assembleTrainer(backend, network, tokens, resolved, seed, start, 0, random, history, null);
}

/**
 * The trainer that `state` is a checkpoint of, with the same rows.
 *
 * @throws CounterfoilError MODEL_INVALID
 */
export function restoreAutoregressiveTrainer(
	backend: Backend,
	columns: readonly TokenColumn[],
	tokens: Int32Array,
	state: ModelState,
): AutoregressiveTrainer {
	const names = ['step', 'seed', 'random', 'options', 'history', 'best'] as const;
	const settings = readSettings<CheckpointSettings>(state, 'autoregressive-trainer', names);
	const { step, seed, random, options, history, best } = settings;
	const network = createTokenNetwork(backend, shapeOf(columns, options));
	const { plan } = network;
	const read = (name: string) => backend.tf.tensor1d(readTensor(state, name, plan.layout.total));
	const adam = {
		parameters: read('parameters'),
		firstMoment: read('firstMoment'),
		secondMoment: read('secondMoment'),
	};
	const start = { adam, average: read('average') };
	const kept = best === null ? null : { ...best, parameters: readTensor(state, 'best', plan.layout.total) };
	return assembleTrainer(backend, network, tokens, options, seed, start, step, random, structuredClone(history), kept);
}

function assembleTrainer(
	backend: Backend,
	network: TokenNetwork,
	tokens: Int32Array,
	options: ResolvedAutoregressiveOptions,
	seed: number,
	start: TrainingState,
	startStep: number,
	startRandom: RandomState,
	history: LikelihoodHistory,
	startBest: Best | null,
): AutoregressiveTrainer {
	const { tf } = backend;
	const { plan } = network;
	const { features, hidden } = plan;
	const { training, heldOut } = splitRows(tokens.length / features, options.heldOut, seed);
	const batchRows = Math.min(options.batchRows, training.length);
	const batchTokens = new Int32Array(batchRows * features);
	const heldOutBatch = batchOf(heldOut, new Int32Array(heldOut.length * features));
	const dropoutRate = Math.round(options.dropout * 256);
	const canJudge = heldOut.length * features >= FEWEST_JUDGED_CELLS;
	let state = start;
	let best = startBest;
	let step = startStep;
	const random: Random = restoreRandom(startRandom);

	function batchOf(rows: ArrayLike<number>, into: Int32Array): Int32Array {
		for (let i = 0; i < rows.length; i++) {
			const from = (rows[i] as number) * features;
			into.set(tokens.subarray(from, from + features), i * features);
		}
		return into;
	}

	function drawBatch(): OrderedBatch {
		const rows = Int32Array.from({ length: batchRows }, () => training[random.integer(training.length)] as number);
		return {
			tokens: batchOf(rows, batchTokens),
			rows: batchRows,
			order: random.permutation(features),
			dropout: dropoutRate === 0 ? null : drawDropout(batchRows * features * hidden, dropoutRate, random),
			weights: null,
		};
	}

	function runStep(): void {
		step++;
		const batch = drawBatch();
		const before = state;
		const rate = learningRateAt(step, options);
		state = tf.tidy((() => {
			const gradient = network.gradientTensor(before.adam.parameters, batch);
			const length = tf.sqrt(tf.sum(tf.square(gradient)));
			const clipped = tf.mul(gradient, tf.minimum(1, tf.div(options.clipNorm, tf.add(length, 1e-6))));
			const adam = adamStep(tf, before.adam, clipped, step, { ...ADAM, learningRate: rate });
			const { average: old } = before;
			// The first steps are forgotten quickly, so that the average is of use from the beginning.
			const decay = Math.min(options.averageDecay, step / (step + 9));
			return { adam, average: tf.add(old, tf.mul(tf.sub(adam.parameters, old), 1 - decay)) };
		}) as unknown as () => Tensor) as unknown as TrainingState;
		disposeState(before);
	}

	/** Mean negative log-likelihood of rows under one order, in nats a row. */
	function measure(rowTokens: Int32Array, order: Int32Array): number {
		const rows = rowTokens.length / features;
		if (rows === 0) return Number.NaN;
		const flat = state.average;
		const batch = { tokens: rowTokens, rows, order, dropout: null, weights: null };
		const sum = tf.tidy(() => tf.sum(network.surprisalTensor(flat, batch)));
		const value = (sum.dataSync()[0] as number) / rows;
		sum.dispose();
		return value;
	}

	async function train(trainOptions: AutoregressiveTrainOptions): Promise<void> {
		const { untilStep, signal, onProgress, onCheckpoint, isCheckpointDue } = trainOptions;
		// The same order each time, so that the curve is not one of luck.
		const order = createRandom(seed, 'autoregressive/measure').permutation(features);
		while (step < untilStep && !isOver()) {
			if (signal?.aborted) {
				throw new CounterfoilError('CANCELLED', 'Training was cancelled.', { where: `step ${step}` });
			}
			runStep();
			let isDue = false;
			if (step % options.historyEverySteps === 0 || step === options.steps) {
				const training = measure(batchTokens, order);
				if (!Number.isFinite(training)) {
					throw new CounterfoilError('TRAINING_DIVERGED', 'Training produced values that are not finite.', {
						where: `step ${step}`,
						hint: 'Train with a smaller learning rate.',
					});
				}
				history.step.push(step);
				history.training.push(training);
				const heldOut = measure(heldOutBatch, order);
				history.heldOut.push(heldOut);
				if (canJudge && (best === null || heldOut < best.heldOut)) {
					best = { step, heldOut, parameters: (readFlat(state.average).data as Float32Array).slice() };
				}
				onProgress?.({ step, untilStep });
				isDue = isCheckpointDue?.(step) ?? false;
			}
			if (isDue || step === untilStep || isOver()) await onCheckpoint?.(checkpoint(), step);
			if (step % STEPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
		}
	}

	/** Whether more steps would only learn the training rows by heart. */
	function isOver(): boolean {
		return best !== null && step - best.step >= Math.max(2 * options.historyEverySteps, PATIENCE * options.steps);
	}

	function checkpoint(): ModelState {
		const { adam, average } = state;
		const settings: CheckpointSettings = {
			step,
			seed,
			random: random.save(),
			options,
			history: structuredClone(history),
			best: best === null ? null : { step: best.step, heldOut: best.heldOut },
		};
		return {
			json: { kind: 'autoregressive-trainer', ...settings },
			tensors: {
				parameters: readFlat(adam.parameters),
				firstMoment: readFlat(adam.firstMoment),
				secondMoment: readFlat(adam.secondMoment),
				average: readFlat(average),
				...(best === null ? {} : { best: { shape: [plan.layout.total], data: best.parameters } }),
			},
		};
	}

	function disposeState({ adam, average }: TrainingState): void {
		tf.dispose([...Object.values(adam), average]);
	}

	return {
		get step() {
			return step;
		},
		totalSteps: options.steps,
		get bestStep() {
			return best?.step ?? step;
		},
		history,
		train,
		checkpoint,
		generator() {
			const flat = best?.parameters ?? (readFlat(state.average).data as Float32Array);
			return createAutoregressiveGenerator(backend, plan, flat.slice());
		},
		dispose: () => disposeState(state),
	};
}

function shapeOf(
	columns: readonly TokenColumn[],
	{ embedding, hidden, rank }: ResolvedAutoregressiveOptions,
): AutoregressiveShape {
	return rank === 0 ? { columns, embedding, hidden } : { columns, embedding, hidden, rank };
}

/** A linear rise, a level part, and a linear fall. */
export function learningRateAt(
	step: number,
	{ steps, learningRate }: Pick<ResolvedAutoregressiveOptions, 'steps' | 'learningRate'>,
): number {
	const done = (step - 1) / steps;
	const rise = Math.min(1, (done + 1 / steps) / SCHEDULE.rise);
	const fall = Math.max(SCHEDULE.end, Math.min(1, (1 - done) / (1 - SCHEDULE.fallFrom)));
	return learningRate * rise * fall;
}

/** Rows to learn from and rows to measure on. A table too small to give any up is measured on none. */
function splitRows(rows: number, share: number, seed: number): { training: Int32Array; heldOut: Int32Array } {
	const shuffled = createRandom(seed, 'autoregressive/split').permutation(rows);
	const count = Math.min(MOST_HELD_OUT, Math.floor(rows * share));
	return { training: shuffled.slice(count), heldOut: shuffled.slice(0, count) };
}
