import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../../contracts/random.ts';
import type { AdamState } from '../adam.ts';
import type { Tfjs } from '../backend.ts';
import type { Handicap } from '../balance.ts';
import { drawDropout } from '../draw-dropout.ts';
import { matchFeatures } from '../feature-matching.ts';
import { gradientPenalty, penaltyThroughSlopes } from '../gradient-penalty.ts';
import { type AdversarialLoss, LOSSES } from '../losses.ts';
import { optimiserStep } from '../optimiser.ts';
import { joinParameters, type ParameterLayout, splitParameters } from '../parameter-layout.ts';
import { type DenseForward, type DenseShape, denseNetworkBackward, denseNetworkForward } from './dense-network.ts';
import type { ResolvedVectorGanOptions } from './options.ts';

/** What does not change from step to step. */
export interface VectorContext {
	readonly tf: Tfjs;
	readonly options: ResolvedVectorGanOptions;
	/** [any, width], the real rows as the networks see them */
	readonly real: Float32Array;
	readonly width: number;
	readonly generator: VectorNetwork;
	readonly discriminator: VectorNetwork;
}

export interface VectorNetwork {
	readonly shape: DenseShape;
	readonly layout: ParameterLayout;
	/** Share of units left out in training. */
	readonly dropout: number;
}

/** The networks between two steps. */
export interface VectorState {
	readonly generator: AdamState;
	readonly discriminator: AdamState;
	/** Steps that the discriminator has done; it may do several for one of the generator. */
	readonly discriminatorUpdates: number;
	/** Moving average of the generator's parameters. */
	readonly average: Tensor;
}

/** Scalars of one step. */
export interface VectorMeasures {
	readonly discriminatorLoss: number;
	readonly generatorLoss: number;
	/** Share of real rows, and of generated ones, on the right side of the discriminator's threshold. */
	readonly realAccuracy: number;
	readonly fakeAccuracy: number;
}

/** One step of the game: the discriminator learns to tell generated rows from real ones, the generator to pass. */
export function trainVectorStep(
	context: VectorContext,
	state: VectorState,
	random: Random,
	step: number,
	rate: number,
	{ rateShare, discriminatorSteps }: Handicap,
): { readonly state: VectorState; readonly measures: VectorMeasures } {
	const { tf, options } = context;
	const generator = splitParameters(tf, state.generator.parameters, context.generator.layout);
	const loss = LOSSES[options.loss];

	let { discriminator, discriminatorUpdates } = state;
	let logits: Logits | null = null;
	for (let k = 0; k < discriminatorSteps; k++) {
		const real = drawRealRows(context, random);
		const fake = makeRows(context, generator, random).output;
		const lesson = teachDiscriminator(context, discriminator, real, fake, loss, options.penaltyWeight, random);
		discriminatorUpdates++;
		discriminator = optimiserStep(
			tf,
			options.optimiser,
			discriminator,
			lesson.gradient,
			discriminatorUpdates,
			rate * rateShare,
		);
		logits = lesson.logits;
	}

	const made = makeRows(context, generator, random);
	const verdict = judgeRows(context, discriminator.parameters, made.output, random);
	const { parameters } = denseNetworkBackward(tf, context.generator.shape, generator, made, {
		output: verdict.inputGradient,
	});
	const next = optimiserStep(tf, options.optimiser, state.generator, joinParameters(tf, parameters), step, rate);
	// Short at first, so that the beginning is soon forgotten.
	const decay = Math.min(options.averageDecay, (1 + step) / (10 + step));
	const average =
		options.averageDecay === 0
			? next.parameters
			: tf.add(state.average, tf.mul(tf.sub(next.parameters, state.average), 1 - decay));
	return {
		state: { generator: next, discriminator, discriminatorUpdates, average },
		measures: { ...measureVerdicts(tf, loss, logits as Logits), generatorLoss: verdict.loss },
	};
}

/**
 * One step of the discriminator's last lesson, with the generator held still: real rows against generated ones with
 * noise added. A good generator's own rows look like the real ones, so there is nothing to tell and the verdict is
 * flat; blurred, they are too many where real rows are few, and the verdict becomes log p(x) - log blurred(x), which
 * falls with the distance from where real rows are (noise-contrastive estimation, Gutmann and Hyvarinen 2010).
 *
 * @param generator from `splitParameters`
 * @param updates steps that the discriminator has done
 */
export function learnToRank(
	context: VectorContext,
	generator: readonly Tensor[],
	discriminator: AdamState,
	updates: number,
	blur: number,
	rate: number,
	random: Random,
): AdamState {
	const { tf, options, width } = context;
	const noise = drawNormal(options.batchRows * width, random).map((value) => value * blur);
	const made = makeRows(context, generator, random).output;
	const blurred = tf.add(made, tf.tensor2d(noise, [options.batchRows, width]));
	const real = drawRealRows(context, random);
	const lesson = teachDiscriminator(context, discriminator, real, blurred, LOSSES['non-saturating'], 0, random);
	return optimiserStep(tf, options.optimiser, discriminator, lesson.gradient, updates + 1, rate);
}

interface Logits {
	/** [batchRows, 1] */
	readonly real: Tensor;
	readonly fake: Tensor;
}

function teachDiscriminator(
	context: VectorContext,
	state: AdamState,
	real: Tensor,
	fake: Tensor,
	loss: AdversarialLoss,
	penaltyWeight: number,
	random: Random,
): { readonly gradient: Tensor; readonly logits: Logits } {
	const { tf, discriminator } = context;
	const { shape, layout } = discriminator;
	const parameters = splitParameters(tf, state.parameters, layout);
	const both = tf.concat([real, fake], 0);
	const forward = denseNetworkForward(tf, shape, parameters, both, 2, drawDropouts(context, discriminator, 2, random));
	const [realLogits, fakeLogits] = tf.split(forward.output, 2) as [Tensor, Tensor];
	const upstream = loss.discriminatorGradients(tf, realLogits, fakeLogits);
	const output = tf.concat([upstream.real, upstream.fake], 0);
	const { parameters: blocks } = denseNetworkBackward(tf, shape, parameters, forward, { output });
	const gradient = joinParameters(tf, blocks);
	const logits = { real: realLogits, fake: fakeLogits };
	if (penaltyWeight === 0) return { gradient, logits };
	const points = loss.penaltyAt === 'real' ? real : interpolate(tf, real, fake, random);
	const penalty = penaltyGradient(tf, shape, parameters, points, loss.penalty);
	return { gradient: tf.add(gradient, tf.mul(penalty, penaltyWeight)), logits };
}

/** Gradient of the penalty on the discriminator's slope at given points, flat. */
export function penaltyGradient(
	tf: Tfjs,
	shape: DenseShape,
	parameters: readonly Tensor[],
	points: Tensor,
	form: AdversarialLoss['penalty'],
): Tensor {
	const forward = denseNetworkForward(tf, shape, parameters, points, 1);
	const slopes = forward.hidden.map(({ slope }) => slope);
	const penalty = gradientPenalty(tf, parameters, slopes, form);
	const direct = parameters.map((block, i) =>
		i % 2 === 0 ? (penalty.weightGradients[i / 2] as Tensor) : tf.zerosLike(block),
	);
	const curvatures = forward.hidden.flatMap(({ curvature }) => (curvature === null ? [] : [curvature()]));
	if (curvatures.length === 0) return joinParameters(tf, direct);
	const through = denseNetworkBackward(tf, shape, parameters, forward, {
		output: tf.zerosLike(forward.output),
		sums: penaltyThroughSlopes(tf, parameters, slopes, curvatures, penalty),
	});
	return tf.add(joinParameters(tf, direct), joinParameters(tf, through.parameters));
}

/** The generator's loss on its rows, and the gradient of it with respect to the rows. */
function judgeRows(
	context: VectorContext,
	discriminatorParameters: Tensor,
	rows: Tensor,
	random: Random,
): { readonly loss: number; readonly inputGradient: Tensor } {
	const { tf, options, discriminator } = context;
	const { shape, layout } = discriminator;
	const parameters = splitParameters(tf, discriminatorParameters, layout);
	const run = (input: Tensor) =>
		denseNetworkForward(tf, shape, parameters, input, 1, drawDropouts(context, discriminator, 1, random));
	const forward = run(rows);
	const loss = LOSSES[options.loss];
	const output = tf.mul(loss.generatorGradient(tf, forward.output), options.adversarialWeight);
	const matched =
		options.featureMatching === 0
			? null
			: matchFeatures(tf, run(drawRealRows(context, random)).features, forward.features);
	const { input } = denseNetworkBackward(tf, shape, parameters, forward, {
		output,
		features: matched === null ? null : tf.mul(matched.gradient, options.featureMatching),
	});
	return { loss: readScalar(loss.value(tf, forward.output, forward.output).generator), inputGradient: input };
}

/** Rows as the networks see them, in `output`. */
function makeRows(context: VectorContext, parameters: readonly Tensor[], random: Random): DenseForward {
	const { tf, options, generator } = context;
	const { inputWidth } = generator.shape;
	const latents = tf.tensor2d(drawLatents(context, options.batchRows, random), [options.batchRows, inputWidth]);
	const dropouts = drawDropouts(context, generator, 1, random);
	return denseNetworkForward(tf, generator.shape, parameters, latents, 1, dropouts);
}

/** What rows are made from, [rows, latent width]. */
export function drawLatents({ options, real, width, generator }: VectorContext, rows: number, random: Random) {
	const { inputWidth } = generator.shape;
	if (options.latent === 'real') return takeRows(real, width, rows, random);
	if (options.latent === 'normal') return drawNormal(rows * inputWidth, random);
	const latents = new Float32Array(rows * inputWidth);
	random.fillUniform(latents);
	return latents.map((value) => 2 * value - 1);
}

function drawNormal(count: number, random: Random): Float32Array {
	const values = new Float32Array(count);
	random.fillNormal(values);
	return values;
}

function drawRealRows({ tf, options, real, width }: VectorContext, random: Random): Tensor {
	return tf.tensor2d(takeRows(real, width, options.batchRows, random), [options.batchRows, width]);
}

/** Rows drawn with replacement. */
function takeRows(real: Float32Array, width: number, rows: number, random: Random): Float32Array {
	const taken = new Float32Array(rows * width);
	for (let start = 0; start < taken.length; start += width) {
		const from = random.integer(real.length / width) * width;
		taken.set(real.subarray(from, from + width), start);
	}
	return taken;
}

function drawDropouts(
	{ tf, options }: VectorContext,
	{ shape, dropout }: VectorNetwork,
	batches: number,
	random: Random,
): Tensor[] {
	if (dropout === 0) return [];
	const rows = batches * options.batchRows;
	return shape.hiddenWidths.map((width) =>
		tf.tensor2d(drawDropout(rows * width, Math.round(256 * dropout), random), [rows, width]),
	);
}

/** Random points on the lines between real and generated rows. */
function interpolate(tf: Tfjs, real: Tensor, fake: Tensor, random: Random): Tensor {
	const shares = new Float32Array(real.shape[0] as number);
	random.fillUniform(shares);
	return tf.add(fake, tf.mul(tf.sub(real, fake), tf.tensor2d(shares, [shares.length, 1])));
}

function measureVerdicts(tf: Tfjs, loss: AdversarialLoss, { real, fake }: Logits) {
	const threshold = loss.threshold(tf, real, fake);
	return {
		discriminatorLoss: readScalar(loss.value(tf, real, fake).discriminator),
		realAccuracy: readScalar(tf.mean(tf.cast(tf.greater(real, threshold), 'float32'))),
		fakeAccuracy: readScalar(tf.mean(tf.cast(tf.less(fake, threshold), 'float32'))),
	};
}

function readScalar(scalar: Tensor): number {
	return scalar.dataSync()[0] as number;
}
