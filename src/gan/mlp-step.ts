import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { AdamState } from './adam.ts';
import type { Tfjs } from './backend.ts';
import type { Handicap } from './balance.ts';
import { createRowConditions, drawRealConditions, type RowConditions, writeConditionVectors } from './conditions.ts';
import {
	type CriticForward,
	criticBackward,
	criticForward,
	criticInputGradient,
	slopesBetween,
} from './critic-network.ts';
import { createSpanBuffers, type SpanBuffers } from './draw-spans.ts';
import { matchFeatures } from './feature-matching.ts';
import { type GeneratorForward, generatorBackward, generatorForward } from './generator-network.ts';
import { gradientPenalty } from './gradient-penalty.ts';
import {
	expectedRows,
	type SpanOutputForward,
	type SpanOutputLayer,
	spanOutputBackward,
	spanOutputForward,
} from './layers/span-output.ts';
import { LOSSES } from './losses.ts';
import { type MomentMatcher, matchMoments } from './moment-matching.ts';
import { optimiserStep } from './optimiser.ts';
import type { ResolvedMlpOptions } from './options.ts';
import { joinParameters, type ParameterLayout, splitParameters } from './parameter-layout.ts';

/** What does not change from step to step. */
export interface StepContext {
	readonly tf: Tfjs;
	readonly options: ResolvedMlpOptions;
	readonly layout: EncodedLayout;
	/** [any, layout.width], the real rows */
	readonly encoded: Float32Array;
	readonly generatorLayout: ParameterLayout;
	readonly criticLayout: ParameterLayout;
	readonly outputLayer: SpanOutputLayer;
	readonly moments: MomentMatcher;
	readonly buffers: StepBuffers;
}

/** Overwritten in each step, so that nothing is allocated. */
export interface StepBuffers {
	/** [batchRows, width] */
	readonly real: Float32Array;
	/** [rows generated at once, latentWidth] */
	readonly latents: Float32Array;
	/** [rows generated at once, width] */
	readonly conditionVectors: Float32Array;
	readonly output: SpanBuffers;
	readonly conditions: RowConditions;
}

/** The networks between two steps; the tensors are replaced, never changed. */
export interface NetworkState {
	readonly generator: AdamState;
	readonly critic: AdamState;
	/** Moving average of the generator's parameters. */
	readonly average: Tensor;
}

/** Scalars of one step. */
export interface StepMeasures {
	readonly discriminatorLoss: number;
	readonly generatorLoss: number;
	readonly gradientNorm: number;
	readonly realAccuracy: number;
	readonly fakeAccuracy: number;
	/** Null where moments are not matched. */
	readonly momentDistance: number | null;
}

/** Rows that the generator makes at once: where moments are matched both halves of a batch, which it learns from. */
function rowsAtOnce({ batchRows, momentWeight }: ResolvedMlpOptions): number {
	return momentWeight > 0 ? 2 * batchRows : batchRows;
}

export function createStepBuffers(options: ResolvedMlpOptions, layout: EncodedLayout): StepBuffers {
	const rows = rowsAtOnce(options);
	return {
		real: new Float32Array(options.batchRows * layout.width),
		latents: new Float32Array(rows * options.latentWidth),
		conditionVectors: new Float32Array(rows * layout.width),
		output: createSpanBuffers(rows, layout),
		conditions: createRowConditions(rows),
	};
}

/**
 * One step: the generator makes two halves of a batch; the discriminator learns to tell the first from real rows;
 * the generator learns to pass the second, which that discriminator has not seen, and to match the real moments
 * with both. Without moments there is one half, which both learn from: making rows is a third of such a step. Further
 * steps of the discriminator come before, each on rows of its own.
 *
 * To be called inside a tidy.
 *
 * @param step number of this step, from 1
 * @param rate learning rate of this step
 * @param isMeasured whether to work out `measures`, which costs a few reads from the backend
 */
export function trainStep(
	context: StepContext,
	state: NetworkState,
	random: Random,
	step: number,
	rate: number,
	{ rateShare, discriminatorSteps }: Handicap,
	isMeasured: boolean,
): { readonly state: NetworkState; readonly measures: StepMeasures | undefined } {
	const { tf, options, generatorLayout } = context;
	const isMatched = options.momentWeight > 0;
	const generatorParameters = splitParameters(tf, state.generator.parameters, generatorLayout);
	const firstUpdate = (step - 1) * discriminatorSteps + 1;
	const criticRate = rate * rateShare;
	let before = state.critic;
	for (let extra = 0; extra < discriminatorSteps - 1; extra++) {
		const [rows] = halves(generateRows(context, generatorParameters, random));
		before = trainCritic(context, before, rows, random, firstUpdate + extra, criticRate, false).state;
	}
	const shown = generateRows(context, generatorParameters, random);
	const [forCritic, unseen] = halves(shown);
	const update = firstUpdate + discriminatorSteps - 1;
	const critic = trainCritic(context, before, forCritic, random, update, criticRate, isMeasured);

	const judged = judgeRows(context, critic.state.parameters, unseen ?? forCritic);
	const verdict = judged.inputGradient;
	const matched = isMatched ? matchBlock(context, shown, random) : null;
	const logitGradient =
		matched === null
			? spanOutputBackward(tf, context.outputLayer, shown.rows, verdict, null)
			: spanOutputBackward(
					tf,
					context.outputLayer,
					shown.rows,
					tf.concat([tf.zerosLike(verdict), verdict], 0),
					tf.mul(matched.gradient, options.momentWeight),
				);
	const gradient = joinParameters(tf, generatorBackward(tf, generatorParameters, shown.network, logitGradient));
	const clipped = clipToNorm(tf, gradient, options.clipNorm);
	const generator = optimiserStep(tf, options.optimiser, state.generator, clipped, step, rate);

	const decay = Math.min(options.averageDecay, (1 + step) / (10 + step));
	const average = tf.add(state.average, tf.mul(tf.sub(generator.parameters, state.average), 1 - decay));
	const measures = critic.measures && {
		...critic.measures,
		generatorLoss: readScalar(LOSSES[options.loss].value(tf, judged.logits, judged.logits).generator),
		momentDistance: matched === null ? null : readScalar(matched.loss),
	};
	return { state: { generator, critic: critic.state, average }, measures };

	/** What the discriminator is shown, and where moments are matched the other half. */
	function halves({ rows }: MadeRows): [Tensor, Tensor?] {
		return isMatched ? (tf.split(rows.sample, 2) as [Tensor, Tensor]) : [rows.sample];
	}
}

interface MadeRows {
	readonly network: GeneratorForward;
	readonly rows: SpanOutputForward;
	/** [rows, width] */
	readonly conditions: Tensor;
}

/** Moments of one block of columns, drawn where there are several. */
function matchBlock({ tf, moments, outputLayer }: StepContext, { rows, conditions }: MadeRows, random: Random) {
	const block = moments.blocks.length === 1 ? 0 : random.integer(moments.blocks.length);
	return matchMoments(tf, moments, block, expectedRows(tf, outputLayer, rows), conditions);
}

/** Rows with their conditions drawn from the real rows: [rowsAtOnce, width]. */
function generateRows(
	{ tf, options, layout, encoded, outputLayer, buffers }: StepContext,
	parameters: readonly Tensor[],
	random: Random,
): MadeRows {
	const rows = rowsAtOnce(options);
	random.fillNormal(buffers.latents);
	drawRealConditions(buffers.conditions, encoded, layout, random);
	writeConditionVectors(buffers.conditionVectors, buffers.conditions, layout);
	const conditions = tf.tensor2d(buffers.conditionVectors, [rows, layout.width]);
	const input = tf.concat([tf.tensor2d(buffers.latents, [rows, options.latentWidth]), conditions], 1);
	// By halves, or the normalisation would tie their moments together, and a generator learns to exploit that.
	const network = generatorForward(tf, parameters, input, rows / options.batchRows);
	return {
		network,
		conditions,
		rows: spanOutputForward(tf, outputLayer, network.logits, buffers.output, buffers.conditions, random),
	};
}

function trainCritic(
	context: StepContext,
	state: AdamState,
	fake: Tensor,
	random: Random,
	update: number,
	rate: number,
	isMeasured: boolean,
) {
	const { tf, options, encoded, layout, criticLayout, buffers } = context;
	const loss = LOSSES[options.loss];
	drawRealRows(buffers.real, encoded, layout.width, random);
	const real = tf.tensor2d(buffers.real, [options.batchRows, layout.width]);
	const groups = options.batchRows / options.pac;
	const packedReal = tf.reshape(real, [groups, -1]);
	const packedFake = tf.reshape(fake, [groups, -1]);

	const parameters = splitParameters(tf, state.parameters, criticLayout);
	const forward = criticForward(tf, parameters, tf.concat([packedReal, packedFake], 0));
	const [realLogits, fakeLogits] = tf.split(forward.logits, 2) as [Tensor, Tensor];
	const gradients = loss.discriminatorGradients(tf, realLogits, fakeLogits);
	const blocks = criticBackward(tf, parameters, forward, tf.concat([gradients.real, gradients.fake], 0));

	const slopes =
		loss.penaltyAt === 'real'
			? forward.slopes.map((slope) => tf.slice(slope, [0, 0], [groups, slope.shape[1] as number]))
			: slopesAtRandom(tf, parameters, forward, random);
	const penalty = gradientPenalty(tf, parameters, slopes, loss.penalty);
	for (const [layer, weightGradient] of penalty.weightGradients.entries()) {
		blocks[2 * layer] = tf.add(blocks[2 * layer] as Tensor, tf.mul(weightGradient, loss.penaltyWeight));
	}
	const next = optimiserStep(tf, options.optimiser, state, joinParameters(tf, blocks), update, rate);
	return {
		state: next,
		measures: isMeasured ? measureCritic(tf, options, realLogits, fakeLogits, penalty) : undefined,
	};
}

function measureCritic(
	tf: Tfjs,
	options: ResolvedMlpOptions,
	realLogits: Tensor,
	fakeLogits: Tensor,
	penalty: { readonly loss: Tensor; readonly gradientNorm: Tensor },
) {
	const loss = LOSSES[options.loss];
	const { discriminator } = loss.value(tf, realLogits, fakeLogits);
	const threshold = loss.threshold(tf, realLogits, fakeLogits);
	return {
		discriminatorLoss: readScalar(discriminator) + loss.penaltyWeight * readScalar(penalty.loss),
		gradientNorm: readScalar(penalty.gradientNorm),
		realAccuracy: readScalar(tf.mean(tf.cast(tf.greater(realLogits, threshold), 'float32'))),
		fakeAccuracy: readScalar(tf.mean(tf.cast(tf.less(fakeLogits, threshold), 'float32'))),
	};
}

/**
 * Logits of generated rows, and the gradient of the generator's loss with respect to the rows. Features are matched
 * with those of the real rows that the discriminator saw last.
 */
function judgeRows(
	{ tf, options, criticLayout, layout, buffers }: StepContext,
	criticParameters: Tensor,
	rows: Tensor,
): { readonly logits: Tensor; readonly inputGradient: Tensor } {
	const parameters = splitParameters(tf, criticParameters, criticLayout);
	const groups = options.batchRows / options.pac;
	const forward: CriticForward = criticForward(tf, parameters, tf.reshape(rows, [groups, -1]));
	const upstream = tf.mul(LOSSES[options.loss].generatorGradient(tf, forward.logits), options.adversarialWeight);
	let onFeatures: Tensor | undefined;
	if (options.featureMatching > 0) {
		const real = tf.tensor2d(buffers.real, [groups, layout.width * options.pac]);
		const [realFeatures, features] = [criticForward(tf, parameters, real), forward].map(({ inputs }) => inputs.at(-1));
		const matched = matchFeatures(tf, realFeatures as Tensor, features as Tensor);
		onFeatures = tf.mul(matched.gradient, options.featureMatching);
	}
	const { gradient } = criticInputGradient(tf, parameters, forward.slopes, upstream, onFeatures);
	return { logits: forward.logits, inputGradient: tf.reshape(gradient, [options.batchRows, layout.width]) };
}

/** Slopes at random points on the lines between real and generated rows, which `forward` has one below the other. */
function slopesAtRandom(tf: Tfjs, parameters: readonly Tensor[], forward: CriticForward, random: Random): Tensor[] {
	const [real, fake] = tf.split(forward.firstOutput, 2) as [Tensor, Tensor];
	const shares = new Float32Array(real.shape[0] as number);
	random.fillUniform(shares);
	return slopesBetween(tf, parameters, fake, real, tf.tensor2d(shares, [shares.length, 1]));
}

function drawRealRows(target: Float32Array, encoded: Float32Array, width: number, random: Random): void {
	const rows = encoded.length / width;
	for (let start = 0; start < target.length; start += width) {
		const from = random.integer(rows) * width;
		target.set(encoded.subarray(from, from + width), start);
	}
}

function clipToNorm(tf: Tfjs, gradient: Tensor, limit: number): Tensor {
	const norm = tf.sqrt(tf.sum(tf.square(gradient)));
	return tf.mul(gradient, tf.div(limit, tf.maximum(norm, limit)));
}

function readScalar(scalar: Tensor): number {
	return scalar.dataSync()[0] as number;
}
