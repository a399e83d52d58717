import type { Tensor } from '@tensorflow/tfjs';
import { CounterfoilError } from '../../contracts/errors.ts';
import { createRandom, type Random } from '../../contracts/random.ts';
import type { AdamState } from '../adam.ts';
import { type BalanceEntry, handicapOf, judgeBalance } from '../balance.ts';
import { rateShareAt } from '../learning-rate.ts';
import { startOptimiser } from '../optimiser.ts';
import { splitParameters } from '../parameter-layout.ts';
import { requireOption } from '../require-option.ts';
import { smallTensors } from '../small-tensors.ts';
import {
	createDenseLayout,
	type DenseShape,
	denseNetworkInference,
	initialiseDense,
	measureDenseReference,
} from './dense-network.ts';
import { createQualityWatch } from './early-stopping.ts';
import { energyDistance } from './energy-distance.ts';
import { type NetworkOptions, resolveVectorGanOptions, type VectorGanOptions } from './options.ts';
import {
	drawLatents,
	learnToRank,
	trainVectorStep,
	type VectorContext,
	type VectorMeasures,
	type VectorNetwork,
	type VectorState,
} from './vector-step.ts';

/** A generator and a discriminator of plain vectors, as they are at one moment. */
export interface VectorGan {
	/** @returns [rows, width], in the units of the real rows */
	generate(rows: number, random: Random): Float32Array;
	/** @param rows [any, width]; @returns one each, the larger the more real; log-odds but for Wasserstein */
	logits(rows: ArrayLike<number>): Float64Array;
}

export interface VectorGanHistory {
	readonly steps: number[];
	readonly measures: VectorMeasures[];
	/** Who was winning, and what was done about it. */
	readonly balance: BalanceEntry[];
	/** Energy distance of generated rows to real ones; empty without early stopping. */
	readonly quality: { readonly step: number; readonly distance: number }[];
}

export interface VectorGanLook extends VectorGan {
	readonly step: number;
	readonly history: VectorGanHistory;
}

export interface VectorGanHooks {
	/** Steps between two looks. */
	readonly lookEverySteps?: number;
	/** Called between steps, at 0 and at the end too; training waits for it, and ends when it answers 'stop'. */
	readonly onLook?: (look: VectorGanLook) => undefined | 'stop' | Promise<undefined | 'stop'>;
	/** Ends training with CANCELLED. */
	readonly signal?: AbortSignal;
}

export interface TrainedVectorGan extends VectorGan {
	/** The discriminator after its last lesson; the same as `logits` without the option `ranking`. */
	rank(rows: ArrayLike<number>): Float64Array;
	readonly history: VectorGanHistory;
	/** Steps done, and the step whose networks these are: an earlier one where training stopped early. */
	readonly steps: number;
	readonly keptStep: number;
	readonly ended: 'all steps' | 'no better' | 'stopped';
}

/** Rows of the table, and as many generated ones, that early stopping compares. */
const QUALITY_ROWS = 1000;
/** Rows that normalisation and minibatch discrimination are measured on. */
const REFERENCE_ROWS = 1000;
/** Steps between two looks at the event loop. */
const STEPS_PER_TURN = 20;

/**
 * Trains a GAN on rows of numbers: no categories, no conditions, none missing. It is made for learning what a GAN
 * does, on networks of a few dozen units; tables have `createMlpTrainer`.
 *
 * @param real [rows, width]
 * @throws CounterfoilError CONFIG_INVALID; CANCELLED; TRAINING_DIVERGED when a weight stops being finite
 *
 * @example
 * const gan = await trainVectorGan(heights, 1, { steps: 500 }, 0);
 * const rows = gan.generate(1000, createRandom(1));
 */
export async function trainVectorGan(
	real: Float32Array,
	width: number,
	vectorOptions: VectorGanOptions,
	seed: number,
	hooks: VectorGanHooks = {},
): Promise<TrainedVectorGan> {
	const tf = smallTensors();
	const options = resolveVectorGanOptions(vectorOptions);
	requireOption('width', Number.isInteger(real.length / width) && real.length >= 2 * width, 'that of two rows or more');
	const scale = measureScale(real, width, options.standardise);
	const latentWidth = options.latent === 'real' ? width : options.latentWidth;
	const context: VectorContext = {
		tf,
		options,
		width,
		real: scale.toNetwork(real),
		generator: network(options.generator, latentWidth, width, null),
		discriminator: network(options.discriminator, width, 1, options.minibatch),
	};
	const random = createRandom(seed, 'gan/vector/training');
	const quality = createQualityWatch(options.earlyStopping?.patience ?? 0);
	const history: VectorGanHistory = { steps: [], measures: [], balance: [], quality: [] };
	let state = startState(context, seed);
	let step = 0;
	let kept = { state, step };
	let ended: TrainedVectorGan['ended'] = 'all steps';

	while (true) {
		const { lookEverySteps = options.steps, onLook } = hooks;
		if (onLook !== undefined && (step % lookEverySteps === 0 || step === options.steps)) {
			if ((await onLook({ step, history, ...assemble(context, state, state.discriminator, scale) })) === 'stop') {
				ended = 'stopped';
				break;
			}
		}
		if (step === options.steps) break;
		if (hooks.signal?.aborted) {
			throw new CounterfoilError('CANCELLED', 'Training was cancelled.', { where: `step ${step}` });
		}
		const rate = options.learningRate * rateShareAt(options.schedule, step + 1, options.steps);
		const result = trainVectorStep(context, state, random, step + 1, rate, handicapOf(history.balance, options));
		step++;
		state = result.state;
		if (step % options.historyEverySteps === 0) {
			requireFinite(state, step);
			history.steps.push(step);
			history.measures.push(result.measures);
			history.balance.push(judgeBalance(history.balance, options, { step, ...result.measures }));
		}
		if (options.earlyStopping !== null && step % options.earlyStopping.everySteps === 0) {
			const distance = measureQuality(context, state, scale, real);
			history.quality.push({ step, distance });
			const { isBest, isOver } = quality.add(distance, step);
			if (isBest) kept = { state, step };
			if (isOver) {
				ended = 'no better';
				break;
			}
		}
		if (step % STEPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
	}
	if (options.earlyStopping === null || ended === 'stopped' || kept.step === 0) kept = { state, step };
	const ranker = options.ranking === null ? kept.state.discriminator : rankingLesson(context, kept.state, random);
	return {
		...assemble(context, kept.state, kept.state.discriminator, scale),
		rank: assemble(context, kept.state, ranker, scale).logits,
		history,
		steps: step,
		keptStep: kept.step,
		ended,
	};
}

function network(
	{ hiddenWidths, activation, batchNorm, dropout }: Required<NetworkOptions>,
	inputWidth: number,
	outputWidth: number,
	minibatch: DenseShape['minibatch'],
): VectorNetwork {
	const shape = { inputWidth, hiddenWidths, outputWidth, activation, batchNorm, minibatch };
	return { shape, layout: createDenseLayout(shape), dropout };
}

function startState({ tf, generator, discriminator }: VectorContext, seed: number): VectorState {
	const start = (part: VectorNetwork, label: string) =>
		startOptimiser(tf, tf.tensor1d(initialiseDense(part.shape, createRandom(seed, label))));
	const first = start(generator, 'gan/vector/generator');
	return {
		generator: first,
		discriminator: start(discriminator, 'gan/vector/discriminator'),
		discriminatorUpdates: 0,
		average: first.parameters,
	};
}

/** Columns less their means and by their standard deviations, and back. */
function measureScale(real: Float32Array, width: number, standardise: boolean) {
	const rows = real.length / width;
	const mean = new Float64Array(width);
	const std = new Float64Array(width).fill(1);
	if (standardise) {
		for (let i = 0; i < real.length; i++) mean[i % width] = (mean[i % width] as number) + (real[i] as number) / rows;
		const squares = new Float64Array(width);
		for (let i = 0; i < real.length; i++) {
			squares[i % width] = (squares[i % width] as number) + ((real[i] as number) - (mean[i % width] as number)) ** 2;
		}
		for (let k = 0; k < width; k++) std[k] = Math.sqrt((squares[k] as number) / rows) || 1;
	}
	return {
		toNetwork: (rows: ArrayLike<number>) =>
			Float32Array.from(rows, (value, i) => (value - (mean[i % width] as number)) / (std[i % width] as number)),
		fromNetwork: (rows: ArrayLike<number>) =>
			Float32Array.from(rows, (value, i) => value * (std[i % width] as number) + (mean[i % width] as number)),
	};
}

type Scale = ReturnType<typeof measureScale>;

function assemble(context: VectorContext, state: VectorState, judge: AdamState, scale: Scale): VectorGan {
	const { tf, real, width, generator, discriminator } = context;
	const randomReference = createRandom(0, 'gan/vector/reference');
	const maker = splitParameters(tf, state.average, generator.layout);
	const { inputWidth } = generator.shape;
	const latentTensor = (rows: number, random: Random): Tensor =>
		tf.tensor2d(drawLatents(context, rows, random), [rows, inputWidth]);
	const made = measureDenseReference(tf, generator.shape, maker, latentTensor(REFERENCE_ROWS, randomReference));
	const judgeParameters = splitParameters(tf, judge.parameters, discriminator.layout);
	const typical = real.subarray(0, Math.min(real.length, REFERENCE_ROWS * width));
	const typicalTensor = tf.tensor2d(typical, [typical.length / width, width]);
	const judged = measureDenseReference(tf, discriminator.shape, judgeParameters, typicalTensor);
	return {
		generate(rows, random) {
			const output = denseNetworkInference(tf, generator.shape, maker, latentTensor(rows, random), made);
			return scale.fromNetwork(output.dataSync());
		},
		logits(rows) {
			const input = tf.tensor2d(scale.toNetwork(rows), [rows.length / width, width]);
			const logits = denseNetworkInference(tf, discriminator.shape, judgeParameters, input, judged);
			return Float64Array.from(logits.dataSync());
		},
	};
}

/** Energy distance of generated rows to real ones, the same of both each time. */
function measureQuality(context: VectorContext, state: VectorState, scale: Scale, real: Float32Array): number {
	const { width } = context;
	const rows = assemble(context, state, state.discriminator, scale).generate(
		QUALITY_ROWS,
		createRandom(0, 'gan/vector/quality'),
	);
	return energyDistance(rows, real.subarray(0, QUALITY_ROWS * width), width);
}

/** The discriminator taught to rank, with the moving average of its weights over the second half of the lesson. */
function rankingLesson(context: VectorContext, state: VectorState, random: Random): AdamState {
	const { tf, options, generator } = context;
	const { steps, blur } = options.ranking as NonNullable<typeof options.ranking>;
	const maker = splitParameters(tf, state.average, generator.layout);
	let discriminator = startOptimiser(tf, state.discriminator.parameters);
	let sum = tf.zerosLike(discriminator.parameters);
	const half = Math.floor(steps / 2);
	for (let step = 1; step <= steps; step++) {
		discriminator = learnToRank(context, maker, discriminator, step - 1, blur, options.learningRate, random);
		if (step > half) sum = tf.add(sum, discriminator.parameters);
	}
	return { ...discriminator, parameters: tf.div(sum, steps - half) };
}

function requireFinite({ generator, discriminator }: VectorState, step: number): void {
	const areFinite = [generator, discriminator].every(({ parameters }) => parameters.dataSync().every(Number.isFinite));
	if (areFinite) return;
	throw new CounterfoilError('TRAINING_DIVERGED', 'Training produced values that are not finite.', {
		where: `step ${step}`,
		hint: 'Train with a smaller learning rate.',
	});
}
