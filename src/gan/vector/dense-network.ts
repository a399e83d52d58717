import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../../contracts/random.ts';
import type { Tfjs } from '../backend.ts';
import { type ActivationName, activationForward } from '../layers/activation.ts';
import {
	type BatchNormForward,
	batchNormBackward,
	batchNormForward,
	batchNormInference,
} from '../layers/batch-norm.ts';
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from '../layers/dense.ts';
import {
	type MinibatchForward,
	type MinibatchShape,
	minibatchBackward,
	minibatchForward,
	minibatchInference,
} from '../layers/minibatch-discrimination.ts';
import { createParameterLayout, type ParameterLayout } from '../parameter-layout.ts';

/**
 * A dense network, generator or discriminator: hidden layers h = activation(norm(x W)), then a linear head.
 *
 * Parameters, in order: per hidden layer weights, then bias, or gain and shift where it is normalised; the
 * projection of minibatch discrimination, if any; head weights and head bias.
 */
export interface DenseShape {
	readonly inputWidth: number;
	readonly hiddenWidths: readonly number[];
	readonly outputWidth: number;
	readonly activation: ActivationName;
	/** Batch normalisation between the weights and the activation of each hidden layer. */
	readonly batchNorm: boolean;
	/** The head also sees how near the rows of a batch are to each other. */
	readonly minibatch: MinibatchShape | null;
}

interface HiddenForward {
	/** [batch, inputs] */
	readonly input: Tensor;
	readonly norm: BatchNormForward | null;
	/** Slope of the activation, 0 where dropped, [batch, hidden]. */
	readonly slope: Tensor;
	/** Second derivative of the activation; null where it is 0. */
	readonly curvature: (() => Tensor) | null;
}

export interface DenseForward {
	readonly hidden: readonly HiddenForward[];
	/** The last hidden layer, [batch, hidden]. */
	readonly features: Tensor;
	readonly minibatch: MinibatchForward | null;
	/** Input of the head, [batch, hidden + kernels]. */
	readonly headInput: Tensor;
	/** [batch, outputWidth] */
	readonly output: Tensor;
}

export interface DenseGradients {
	/** In the order of the parameters. */
	readonly parameters: Tensor[];
	/** dL/dinput, [batch, inputWidth] */
	readonly input: Tensor;
}

/** What a row's output depends on besides the row; empty where there is neither normalisation nor minibatch. */
export interface DenseReference {
	readonly statistics: readonly { readonly mean: Tensor; readonly inverseStd: Tensor }[];
	/** Last hidden layer of the rows that others are compared with, [rows, hidden]. */
	readonly features: Tensor | null;
}

export function createDenseLayout(shape: DenseShape): ParameterLayout {
	const shapes: number[][] = [];
	let inputs = shape.inputWidth;
	for (const hidden of shape.hiddenWidths) {
		shapes.push([inputs, hidden], [hidden], ...(shape.batchNorm ? [[hidden]] : []));
		inputs = hidden;
	}
	if (shape.minibatch !== null) {
		const { kernels, dimensions } = shape.minibatch;
		shapes.push([inputs, kernels * dimensions]);
		inputs += kernels;
	}
	return createParameterLayout([...shapes, [inputs, shape.outputWidth], [shape.outputWidth]]);
}

/** Weights uniform in +-sqrt(6 / (inputs + outputs)) (Glorot and Bengio 2010), gains 1, biases and shifts 0. */
export function initialiseDense(shape: DenseShape, random: Random): Float32Array {
	const { shapes, sizes, total } = createDenseLayout(shape);
	const flat = new Float32Array(total);
	let offset = 0;
	for (const [index, [inputs = 0, outputs]] of shapes.entries()) {
		const block = flat.subarray(offset, offset + (sizes[index] as number));
		offset += block.length;
		if (outputs !== undefined) {
			const bound = Math.sqrt(6 / (inputs + outputs));
			for (let i = 0; i < block.length; i++) block[i] = (2 * random.uniform() - 1) * bound;
		} else if (shape.batchNorm && index < shape.hiddenWidths.length * 3 && index % 3 === 1) {
			block.fill(1);
		}
	}
	return flat;
}

/**
 * @param parameters from `splitParameters`
 * @param input [batch, inputWidth]
 * @param groups equal parts of the batch that normalisation and minibatch discrimination take by themselves
 * @param dropouts per hidden layer, what its output is multiplied by, [batch, hidden]; @default nothing is dropped
 */
export function denseNetworkForward(
	tf: Tfjs,
	shape: DenseShape,
	parameters: readonly Tensor[],
	input: Tensor,
	groups: number,
	dropouts: readonly Tensor[] = [],
): DenseForward {
	const hidden: HiddenForward[] = [];
	let value = input;
	for (const layer of shape.hiddenWidths.keys()) {
		const [weights, second, shift] = layerParameters(shape, parameters, layer);
		const norm = shape.batchNorm ? batchNormForward(tf, denseForward(tf, value, weights), second, shift, groups) : null;
		const sum = norm === null ? denseForward(tf, value, weights, second) : norm.output;
		const { output, slope, curvature } = activationForward(tf, shape.activation, sum);
		const dropout = dropouts[layer];
		hidden.push({ input: value, norm, slope: dropout === undefined ? slope : tf.mul(slope, dropout), curvature });
		value = dropout === undefined ? output : tf.mul(output, dropout);
	}
	const [projection, weights, bias] = headParameters(shape, parameters);
	const minibatch =
		shape.minibatch === null ? null : minibatchForward(tf, value, projection as Tensor, shape.minibatch, groups);
	const headInput = minibatch === null ? value : tf.concat([value, minibatch.closeness], 1);
	return { hidden, features: value, minibatch, headInput, output: denseForward(tf, headInput, weights, bias) };
}

/**
 * @param upstream dL/doutput, [batch, outputWidth]; and what else the loss depends on: dL/dfeatures, and dL/d(input
 * of the activation) per hidden layer
 */
export function denseNetworkBackward(
	tf: Tfjs,
	shape: DenseShape,
	parameters: readonly Tensor[],
	forward: DenseForward,
	upstream: {
		readonly output: Tensor;
		readonly features?: Tensor | null;
		readonly sums?: readonly Tensor[];
	},
): DenseGradients {
	const { hidden, features, minibatch, headInput } = forward;
	const [projection, headWeights] = headParameters(shape, parameters);
	const gradients = [denseWeightGradient(tf, headInput, upstream.output), denseBiasGradient(tf, upstream.output)];
	let gradient = denseInputGradient(tf, headWeights, upstream.output);
	if (minibatch !== null) {
		const widths = [features.shape[1] as number, minibatch.closeness.shape[1] as number];
		const [passedOn, closenessGradient] = tf.split(gradient, widths, 1) as [Tensor, Tensor];
		const back = minibatchBackward(tf, features, projection as Tensor, minibatch, closenessGradient);
		gradients.unshift(back.projection);
		gradient = tf.add(passedOn, back.input);
	}
	if (upstream.features != null) gradient = tf.add(gradient, upstream.features);
	for (let layer = hidden.length - 1; layer >= 0; layer--) {
		const { input, norm, slope } = hidden[layer] as HiddenForward;
		const [weights, gain] = layerParameters(shape, parameters, layer);
		gradient = tf.mul(gradient, slope);
		const extra = upstream.sums?.[layer];
		if (extra !== undefined) gradient = tf.add(gradient, extra);
		if (norm === null) {
			gradients.unshift(denseWeightGradient(tf, input, gradient), denseBiasGradient(tf, gradient));
		} else {
			const back = batchNormBackward(tf, norm, gain, gradient);
			gradient = back.input;
			gradients.unshift(denseWeightGradient(tf, input, gradient), back.gain, back.shift);
		}
		gradient = denseInputGradient(tf, weights, gradient);
	}
	return { parameters: gradients, input: gradient };
}

/** What `denseNetworkInference` needs to judge or make each row by itself, from a batch of typical inputs. */
export function measureDenseReference(
	tf: Tfjs,
	shape: DenseShape,
	parameters: readonly Tensor[],
	input: Tensor,
): DenseReference {
	if (!shape.batchNorm && shape.minibatch === null) return { statistics: [], features: null };
	const { hidden, features } = denseNetworkForward(tf, shape, parameters, input, 1);
	const statistics = hidden.flatMap(({ norm }) =>
		norm === null ? [] : [{ mean: tf.reshape(norm.mean, [1, -1]), inverseStd: tf.reshape(norm.inverseStd, [1, -1]) }],
	);
	return { statistics, features: shape.minibatch === null ? null : features };
}

/** The output without dropout and with given statistics, so that each row depends on itself alone. */
export function denseNetworkInference(
	tf: Tfjs,
	shape: DenseShape,
	parameters: readonly Tensor[],
	input: Tensor,
	{ statistics, features }: DenseReference,
): Tensor {
	let value = input;
	for (const layer of shape.hiddenWidths.keys()) {
		const [weights, second, shift] = layerParameters(shape, parameters, layer);
		const given = statistics[layer];
		const sum =
			given === undefined
				? denseForward(tf, value, weights, second)
				: batchNormInference(tf, denseForward(tf, value, weights), second, shift, given);
		value = activationForward(tf, shape.activation, sum).output;
	}
	const [projection, weights, bias] = headParameters(shape, parameters);
	if (shape.minibatch !== null) {
		const closeness = minibatchInference(tf, value, projection as Tensor, shape.minibatch, features as Tensor);
		value = tf.concat([value, closeness], 1);
	}
	return denseForward(tf, value, weights, bias);
}

/** Weights; bias or gain; shift where there is one. */
function layerParameters(shape: DenseShape, parameters: readonly Tensor[], layer: number): [Tensor, Tensor, Tensor] {
	const perLayer = shape.batchNorm ? 3 : 2;
	return parameters.slice(perLayer * layer, perLayer * layer + perLayer) as [Tensor, Tensor, Tensor];
}

/** Projection of minibatch discrimination, if any; weights; bias. */
function headParameters(shape: DenseShape, parameters: readonly Tensor[]): [Tensor | null, Tensor, Tensor] {
	const [weights, bias] = parameters.slice(-2) as [Tensor, Tensor];
	return [shape.minibatch === null ? null : (parameters.at(-3) as Tensor), weights, bias];
}
