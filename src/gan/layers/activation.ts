import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';
import { leakyReluForward } from './leaky-relu.ts';

export const ACTIVATIONS = ['tanh', 'leaky-relu'] as const;
export type ActivationName = (typeof ACTIVATIONS)[number];

/**
 * y and dy/dx of an activation, each shaped like the input. Backward the slope is a factor.
 *
 * @returns `curvature`, d2y/dx2, for penalties on the slope of a whole network; null where it is 0.
 */
export function activationForward(
	tf: Tfjs,
	name: ActivationName,
	input: Tensor,
): { readonly output: Tensor; readonly slope: Tensor; readonly curvature: (() => Tensor) | null } {
	if (name === 'leaky-relu') return { ...leakyReluForward(tf, input), curvature: null };
	const output = tf.tanh(input);
	const slope = tf.sub(1, tf.square(output));
	return { output, slope, curvature: () => tf.mul(tf.mul(output, slope), -2) };
}
