import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

export const LEAKY_SLOPE = 0.2;

/**
 * Leaky ReLU, y = x where x > 0 and .2 x elsewhere.
 *
 * The slope is kept as a tensor of its own: backward it is a factor, and in the input gradient of a whole network
 * it is a constant, which is what makes gradient penalties analytic.
 *
 * @returns output and slope, both shaped like the input.
 */
export function leakyReluForward(tf: Tfjs, input: Tensor): { readonly output: Tensor; readonly slope: Tensor } {
	const slope = leakyReluSlope(tf, input);
	return { output: tf.mul(input, slope), slope };
}

/** dy/dx: 1 or .2, and .6 exactly at 0; two operations on the sign are cheaper than a comparison and a selection. */
export function leakyReluSlope(tf: Tfjs, input: Tensor): Tensor {
	const half = (1 - LEAKY_SLOPE) / 2;
	return tf.add(tf.mul(tf.sign(input), half), half + LEAKY_SLOPE);
}

/** dL/dx = dL/dy times the slope. */
export function leakyReluBackward(tf: Tfjs, slope: Tensor, outputGradient: Tensor): Tensor {
	return tf.mul(outputGradient, slope);
}
