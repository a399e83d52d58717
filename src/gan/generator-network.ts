import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout } from '../contracts/features.ts';
import type { Random } from '../contracts/random.ts';
import type { Tfjs } from './backend.ts';
import { type BatchNormForward, batchNormBackward, batchNormForward, batchNormInference } from './layers/batch-norm.ts';
import { denseBiasGradient, denseForward, denseInputGradient, denseWeightGradient } from './layers/dense.ts';
import { reluBackward, reluForward } from './layers/relu.ts';
import { createParameterLayout, type ParameterLayout } from './parameter-layout.ts';

/**
 * The generator from latent and condition to logits: hidden blocks h = relu(batch norm(x W)), each of which hands
 * on h beside its own input, and a dense head over all of it.
 *
 * Parameters, in order: per block weights, gain, shift; then head weights, head bias.
 */
export interface GeneratorShape {
	/** Columns of the input: latent and condition vector. */
	readonly inputWidth: number;
	readonly hiddenWidths: readonly number[];
	/** Columns of the encoded rows. */
	readonly outputWidth: number;
}

interface BlockForward {
	/** [batch, inputs of the block] */
	readonly input: Tensor;
	readonly norm: BatchNormForward;
	/** [batch, hidden] */
	readonly hidden: Tensor;
}

export interface GeneratorForward {
	readonly blocks: readonly BlockForward[];
	/** Input of the head, [batch, inputWidth + sum of hiddenWidths]. */
	readonly features: Tensor;
	/** [batch, outputWidth], before the output layer. */
	readonly logits: Tensor;
}

/** Mean and 1 / std of one batch norm, [1, hidden] each. */
export interface BlockStatistics {
	readonly mean: Tensor;
	readonly inverseStd: Tensor;
}

export function createGeneratorLayout({ inputWidth, hiddenWidths, outputWidth }: GeneratorShape): ParameterLayout {
	const shapes: number[][] = [];
	let inputs = inputWidth;
	for (const hidden of hiddenWidths) {
		shapes.push([inputs, hidden], [hidden], [hidden]);
		inputs += hidden;
	}
	return createParameterLayout([...shapes, [inputs, outputWidth], [outputWidth]]);
}

/**
 * Weights uniform in +-1/sqrt(inputs), gains 1, shifts 0. The head starts small and its bias at the log of each
 * choice's frequency, so that training starts from independent columns with the right shares.
 */
export function initialiseGenerator(shape: GeneratorShape, layout: EncodedLayout, random: Random): Float32Array {
	const { shapes, sizes, total } = createGeneratorLayout(shape);
	const flat = new Float32Array(total);
	const head = shapes.length - 2;
	let offset = 0;
	for (const [index, size] of sizes.entries()) {
		const block = flat.subarray(offset, offset + size);
		offset += size;
		if (index === head + 1) {
			for (const span of layout.spans) {
				if (span.activation !== 'softmax') continue;
				for (const [k, share] of span.frequencies.entries()) block[span.start + k] = Math.log(share + 1e-5);
			}
		} else if (index === head || index % 3 === 0) {
			const inputs = (shapes[index] as readonly number[])[0] as number;
			const bound = (index === head ? 0.5 : 1) / Math.sqrt(inputs);
			for (let i = 0; i < size; i++) block[i] = (2 * random.uniform() - 1) * bound;
		} else if (index % 3 === 1) {
			block.fill(1);
		}
	}
	return flat;
}

/**
 * @param parameters from `splitParameters`
 * @param input [batch, inputWidth]
 * @param groups of rows that batch norm takes by themselves
 */
export function generatorForward(
	tf: Tfjs,
	parameters: readonly Tensor[],
	input: Tensor,
	groups: number,
): GeneratorForward {
	const blocks: BlockForward[] = [];
	let features = input;
	const count = countBlocks(parameters);
	for (let b = 0; b < count; b++) {
		const [weights, gain, shift] = parameters.slice(3 * b, 3 * b + 3) as [Tensor, Tensor, Tensor];
		const norm = batchNormForward(tf, denseForward(tf, features, weights), gain, shift, groups);
		const hidden = reluForward(tf, norm.output);
		blocks.push({ input: features, norm, hidden });
		features = tf.concat([hidden, features], 1);
	}
	const [weights, bias] = parameters.slice(-2) as [Tensor, Tensor];
	return { blocks, features, logits: denseForward(tf, features, weights, bias) };
}

/** Logits with given statistics instead of the batch's, [batch, outputWidth]. */
export function generatorInference(
	tf: Tfjs,
	parameters: readonly Tensor[],
	statistics: readonly BlockStatistics[],
	input: Tensor,
): Tensor {
	let features = input;
	for (const [b, block] of statistics.entries()) {
		const [weights, gain, shift] = parameters.slice(3 * b, 3 * b + 3) as [Tensor, Tensor, Tensor];
		const normalised = batchNormInference(tf, denseForward(tf, features, weights), gain, shift, block);
		features = tf.concat([reluForward(tf, normalised), features], 1);
	}
	const [weights, bias] = parameters.slice(-2) as [Tensor, Tensor];
	return denseForward(tf, features, weights, bias);
}

/**
 * @param logitGradient dL/dlogits, [batch, outputWidth]
 * @returns dL/dparameters, in the order of the parameters
 */
export function generatorBackward(
	tf: Tfjs,
	parameters: readonly Tensor[],
	{ blocks, features }: GeneratorForward,
	logitGradient: Tensor,
): Tensor[] {
	const [headWeights] = parameters.slice(-2) as [Tensor, Tensor];
	const gradients: Tensor[] = [denseWeightGradient(tf, features, logitGradient), denseBiasGradient(tf, logitGradient)];
	let hiddenGradient = hiddenInputGradient(tf, blocks, headWeights, logitGradient);
	for (let b = blocks.length - 1; b >= 0; b--) {
		const { input, norm, hidden } = blocks[b] as BlockForward;
		const [weights, gain] = parameters.slice(3 * b, 3 * b + 2) as [Tensor, Tensor];
		const earlier = blocks.slice(0, b);
		const widths = [hidden.shape[1] as number, widthOf(earlier)];
		const [own, passedOn] = b === 0 ? [hiddenGradient] : (tf.split(hiddenGradient, widths, 1) as [Tensor, Tensor]);
		const back = batchNormBackward(tf, norm, gain, reluBackward(tf, hidden, own));
		gradients.unshift(denseWeightGradient(tf, input, back.input), back.gain, back.shift);
		if (passedOn !== undefined) {
			hiddenGradient = tf.add(passedOn, hiddenInputGradient(tf, earlier, weights, back.input));
		}
	}
	return gradients;
}

/**
 * dL/dx of a dense layer for the columns of x that blocks have put out, latest first, [batch, widths of the blocks]:
 * nobody asks for that of latent and condition, which come after them.
 */
function hiddenInputGradient(
	tf: Tfjs,
	blocks: readonly BlockForward[],
	weights: Tensor,
	outputGradient: Tensor,
): Tensor {
	return denseInputGradient(tf, tf.slice(weights, 0, widthOf(blocks)), outputGradient);
}

function widthOf(blocks: readonly BlockForward[]): number {
	return blocks.reduce((sum, { hidden }) => sum + (hidden.shape[1] as number), 0);
}

function countBlocks(parameters: readonly Tensor[]): number {
	return (parameters.length - 2) / 3;
}
