import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

const EPSILON = 1e-5;

export interface BatchNormForward {
	readonly output: Tensor;
	/** (x - mean) / std, [batch, width]. */
	readonly normalised: Tensor;
	/** 1 / std of the batch, [1, width]. */
	readonly inverseStd: Tensor;
	/** Mean of the batch, [1, width]. */
	readonly mean: Tensor;
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015), y = gain (x - mean) / std + shift with the batch's own mean and
 * standard deviation per column.
 *
 * @param input [batch, width]
 * @param gain [width]
 * @param shift [width]
 */
export function batchNormForward(tf: Tfjs, input: Tensor, gain: Tensor, shift: Tensor): BatchNormForward {
	const mean = tf.mean(input, 0, true);
	const centred = tf.sub(input, mean);
	const inverseStd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 0, true), EPSILON));
	const normalised = tf.mul(centred, inverseStd);
	return { output: tf.add(tf.mul(normalised, gain), shift), normalised, inverseStd, mean };
}

/** The same with given statistics, so that a row's output depends on that row alone. */
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
	const batch = outputGradient.shape[0] as number;
	const shiftGradient = tf.sum(outputGradient, 0);
	const gainGradient = tf.sum(tf.mul(outputGradient, normalised), 0);
	const centred = tf.sub(outputGradient, tf.div(shiftGradient, batch));
	const projected = tf.sub(centred, tf.mul(normalised, tf.div(gainGradient, batch)));
	return { input: tf.mul(projected, tf.mul(gain, inverseStd)), gain: gainGradient, shift: shiftGradient };
}
