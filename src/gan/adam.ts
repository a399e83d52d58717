import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from './backend.ts';

/** A flat parameter vector with its running first and second gradient moments, each [total]. */
export interface AdamState {
	readonly parameters: Tensor;
	readonly firstMoment: Tensor;
	readonly secondMoment: Tensor;
}

export interface AdamSettings {
	readonly learningRate: number;
	readonly beta1: number;
	readonly beta2: number;
	readonly epsilon: number;
}

/**
 * One step of Adam (Kingma & Ba 2015, algorithm 1, with the bias corrections folded into the step size as in the
 * end of its section 2).
 *
 * @param gradient [total]
 * @param step number of this step, from 1
 * @returns new tensors; the old ones stay as they are and remain the caller's.
 */
export function adamStep(
	tf: Tfjs,
	state: AdamState,
	gradient: Tensor,
	step: number,
	{ learningRate, beta1, beta2, epsilon }: AdamSettings,
): AdamState {
	const { firstMoment: m, secondMoment: v } = state;
	const correction2 = Math.sqrt(1 - beta2 ** step);
	const size = (learningRate * correction2) / (1 - beta1 ** step);
	// Each in a tidy of its own: what is freed at once is used again while it is still in the cache.
	const firstMoment = tf.tidy(() => tf.add(m, tf.mul(tf.sub(gradient, m), 1 - beta1)));
	const secondMoment = tf.tidy(() => tf.add(v, tf.mul(tf.sub(tf.square(gradient), v), 1 - beta2)));
	const parameters = tf.tidy(() => {
		const change = tf.div(tf.mul(firstMoment, size), tf.add(tf.sqrt(secondMoment), epsilon * correction2));
		return tf.sub(state.parameters, change);
	});
	return { parameters, firstMoment, secondMoment };
}
