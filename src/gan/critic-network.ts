import type { Tensor } from '@tensorflow/tfjs';
import type { Random } from '../contracts/random.ts';
import type { Tfjs } from './backend.ts';
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from './layers/dense.ts';
import { LEAKY_SLOPE, leakyReluBackward, leakyReluForward } from './layers/leaky-relu.ts';
import { createParameterLayout, type ParameterLayout } from './parameter-layout.ts';

/**
 * The discriminator: dense layers with leaky ReLU between them, one logit at the end.
 *
 * Parameters, in order: weights and bias of each layer.
 */
export interface CriticShape {
	/** Columns of the input: the width of `pac` rows side by side. */
	readonly inputWidth: number;
	readonly hiddenWidths: readonly number[];
}

export interface CriticForward {
	/** Input of each layer, [batch, inputs]. */
	readonly inputs: readonly Tensor[];
	/** Slope of the activation after each hidden layer, 0 where dropped, [batch, hidden]. */
	readonly slopes: readonly Tensor[];
	/** What the first layer puts out before its activation, [batch, hidden]. */
	readonly firstOutput: Tensor;
	/** [batch, 1] */
	readonly logits: Tensor;
}

export interface InputGradient {
	/** dlogit/dinput of each row, [batch, inputWidth]. */
	readonly gradient: Tensor;
	/** dlogit/d(what each layer puts out before its activation), [batch, outputs]. */
	readonly outputs: readonly Tensor[];
}

export function createCriticLayout({ inputWidth, hiddenWidths }: CriticShape): ParameterLayout {
	const widths = [inputWidth, ...hiddenWidths, 1];
	return createParameterLayout(
		widths.slice(1).flatMap((outputs, layer) => [[widths[layer] as number, outputs], [outputs]]),
	);
}

/** Weights and biases uniform in +-1/sqrt(inputs). */
export function initialiseCritic(shape: CriticShape, random: Random): Float32Array {
	const { shapes, sizes, total } = createCriticLayout(shape);
	const flat = new Float32Array(total);
	let offset = 0;
	for (const [index, size] of sizes.entries()) {
		const [inputs] = shapes[index - (index % 2)] as readonly [number, number];
		const bound = 1 / Math.sqrt(inputs);
		for (let i = 0; i < size; i++) flat[offset + i] = (2 * random.uniform() - 1) * bound;
		offset += size;
	}
	return flat;
}

/**
 * @param parameters from `splitParameters`
 * @param input [batch, inputWidth]
 * @param dropouts one per layer, what its input is multiplied by, [batch, inputs]; @default nothing is dropped
 */
export function criticForward(
	tf: Tfjs,
	parameters: readonly Tensor[],
	input: Tensor,
	dropouts: readonly Tensor[] = [],
): CriticForward {
	const inputs: Tensor[] = [];
	const slopes: Tensor[] = [];
	let firstOutput: Tensor | undefined;
	let value = input;
	for (let k = 0; k < parameters.length; k += 2) {
		const dropout = dropouts[k / 2];
		if (dropout !== undefined) {
			value = tf.mul(value, dropout);
			const before = slopes.pop();
			if (before !== undefined) slopes.push(tf.mul(before, dropout));
		}
		inputs.push(value);
		value = denseForward(tf, value, parameters[k] as Tensor, parameters[k + 1] as Tensor);
		firstOutput ??= value;
		if (k + 2 === parameters.length) break;
		const { output, slope } = leakyReluForward(tf, value);
		slopes.push(slope);
		value = output;
	}
	return { inputs, slopes, firstOutput: firstOutput as Tensor, logits: value };
}

/**
 * The slopes of the activations at points between pairs of rows. The first layer is linear: what it puts out there lies
 * between what it puts out at the rows, so the points themselves need not be made.
 *
 * @param first `firstOutput` of the first row of each pair, [pairs, hidden]
 * @param second the same for the second row
 * @param shares how far each point lies from the first to the second, [pairs, 1]
 * @returns as `CriticForward.slopes`
 */
export function slopesBetween(
	tf: Tfjs,
	parameters: readonly Tensor[],
	first: Tensor,
	second: Tensor,
	shares: Tensor,
): Tensor[] {
	const slopes: Tensor[] = [];
	let value = tf.add(first, tf.mul(tf.sub(second, first), shares));
	for (let k = 2; k < parameters.length; k += 2) {
		const { output, slope } = leakyReluForward(tf, value);
		slopes.push(slope);
		if (k + 2 < parameters.length) {
			value = denseForward(tf, output, parameters[k] as Tensor, parameters[k + 1] as Tensor);
		}
	}
	return slopes;
}

/**
 * The verdict alone, with nothing kept for a gradient.
 *
 * @param parameters from `splitParameters`
 * @param input [batch, inputWidth]
 * @returns [batch, 1]
 */
export function criticLogits(tf: Tfjs, parameters: readonly Tensor[], input: Tensor): Tensor {
	let value = input;
	for (let k = 0; k < parameters.length; k += 2) {
		value = denseForward(tf, value, parameters[k] as Tensor, parameters[k + 1] as Tensor);
		if (k + 2 < parameters.length) value = tf.leakyRelu(value, LEAKY_SLOPE);
	}
	return value;
}

/**
 * @param logitGradient dL/dlogits, [batch, 1]
 * @returns dL/dparameters, in the order of the parameters
 */
export function criticBackward(
	tf: Tfjs,
	parameters: readonly Tensor[],
	{ inputs, slopes }: CriticForward,
	logitGradient: Tensor,
): Tensor[] {
	const gradients: Tensor[] = [];
	let gradient = logitGradient;
	for (let layer = inputs.length - 1; layer >= 0; layer--) {
		gradients.unshift(denseWeightGradient(tf, inputs[layer] as Tensor, gradient), denseBiasGradient(tf, gradient));
		if (layer === 0) break;
		gradient = denseInputGradient(tf, parameters[2 * layer] as Tensor, gradient);
		gradient = leakyReluBackward(tf, slopes[layer - 1] as Tensor, gradient);
	}
	return gradients;
}

/**
 * The gradient of each row's logit with respect to the row, written out: the product of the weight matrices with
 * the slopes of the activations between them, W1 S1 W2 S2 ... w. The slopes are constant almost everywhere, so the
 * gradient of this gradient needs no second pass of back-propagation, only `inputGradientBackward`.
 *
 * @param upstream [batch, 1]; the gradient of the logit, 1 for the logit itself
 * @param onFeatures what else depends on the last hidden layer: the gradient of that, [batch, hidden]
 */
export function criticInputGradient(
	tf: Tfjs,
	parameters: readonly Tensor[],
	slopes: readonly Tensor[],
	upstream: Tensor,
	onFeatures?: Tensor,
): InputGradient {
	const outputs: Tensor[] = [upstream];
	let gradient = upstream;
	for (let layer = slopes.length; layer > 0; layer--) {
		gradient = denseInputGradient(tf, parameters[2 * layer] as Tensor, gradient);
		if (layer === slopes.length && onFeatures !== undefined) gradient = tf.add(gradient, onFeatures);
		gradient = leakyReluBackward(tf, slopes[layer - 1] as Tensor, gradient);
		outputs.unshift(gradient);
	}
	return { gradient: denseInputGradient(tf, parameters[0] as Tensor, gradient), outputs };
}

/**
 * Gradient with respect to the weights of a loss on the input gradient. Biases do not occur in the input gradient.
 *
 * @param lossGradient dL/d(input gradient), [batch, inputWidth]
 * @returns one per layer: dL/dweights
 */
export function inputGradientBackward(
	tf: Tfjs,
	parameters: readonly Tensor[],
	slopes: readonly Tensor[],
	{ outputs }: InputGradient,
	lossGradient: Tensor,
): Tensor[] {
	const gradients: Tensor[] = [];
	let gradient = lossGradient;
	for (let layer = 0; layer < outputs.length; layer++) {
		// Layer: input side = output side times W^T, so dL/dW = (dL/dinput side)^T (output side).
		gradients.push(tf.matMul(gradient, outputs[layer] as Tensor, true, false));
		if (layer === slopes.length) break;
		gradient = tf.matMul(gradient, parameters[2 * layer] as Tensor);
		gradient = leakyReluBackward(tf, slopes[layer] as Tensor, gradient);
	}
	return gradients;
}
