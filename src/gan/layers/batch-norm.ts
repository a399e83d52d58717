import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

const EPSILON = 1e-5;

export interface BatchNormForward {
	readonly output: Tensor;
	/** (x - mean) / std, [groups, batch / groups, width]. */
	readonly normalised: Tensor;
	/** 1 / std of each group, [groups, 1, width]. */
	readonly inverseStd: Tensor;
	/** Mean of each group, [groups, 1, width]. */
	readonly mean: Tensor;
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015), y = gain (x - mean) / std + shift with the batch's own mean and
 * standard deviation per column, or those of each of a number of equal groups of rows. Rows of one group hang
 * together by them, rows of different groups are independent.
 *
 * @param input [batch, width]
 * @param gain [width]
 * @param shift [width]
 */
export function batchNormForward(
	tf: Tfjs,
	input: Tensor,
	gain: Tensor,
	shift: Tensor,
	groups: number,
): BatchNormForward {
	const [batch, width] = input.shape as [number, number];
	const grouped = tf.reshape(input, [groups, batch / groups, width]);
	const averaging = averagingTensor(tf, groups, batch / groups);
	const mean = tf.matMul(averaging, grouped);
	const centred = tf.sub(grouped, mean);
	const inverseStd = tf.rsqrt(tf.add(tf.matMul(averaging, tf.square(centred)), EPSILON));
	const normalised = tf.mul(centred, inverseStd);
	const output = tf.reshape(tf.add(tf.mul(normalised, gain), shift), [batch, width]);
	return { output, normalised, inverseStd, mean };
}

/** The same with given statistics, [1, width] each, so that a row's output depends on that row alone. */
export function batchNormInference(
	tf: Tfjs,
	input: Tensor,
	gain: Tensor,
	shift: Tensor,
	statistics: { readonly mean: Tensor; readonly inverseStd: Tensor },
): Tensor {
	const scale = tf.mul(gain, statistics.inverseStd);
	return tf.add(tf.mul(tf.sub(input, statistics.mean), scale), shift);
}

/** Gradients, through the batch's mean and standard deviation too (the paper's section 3). */
export function batchNormBackward(
	tf: Tfjs,
	forward: BatchNormForward,
	gain: Tensor,
	outputGradient: Tensor,
): { readonly input: Tensor; readonly gain: Tensor; readonly shift: Tensor } {
	const { normalised, inverseStd } = forward;
	const grouped = tf.reshape(outputGradient, normalised.shape);
	const product = tf.mul(grouped, normalised);
	// The group means of dL/dy and of dL/dy times the normalised input, [groups, 1, width].
	const [groups, rows] = normalised.shape as [number, number, number];
	const averaging = averagingTensor(tf, groups, rows);
	const meanGradient = tf.matMul(averaging, grouped);
	const meanProduct = tf.matMul(averaging, product);
	const projected = tf.sub(tf.sub(grouped, meanGradient), tf.mul(normalised, meanProduct));
	return {
		input: tf.reshape(tf.mul(projected, tf.mul(inverseStd, gain)), outputGradient.shape),
		gain: tf.mul(tf.sum(meanProduct, [0, 1]), rows),
		shift: tf.mul(tf.sum(meanGradient, [0, 1]), rows),
	};
}

/** The mean over the rows of a group as a product, which takes half of the time of `mean`: [groups, 1, rows]. */
function averagingTensor(tf: Tfjs, groups: number, rows: number): Tensor {
	return tf.fill([groups, 1, rows], 1 / rows);
}
