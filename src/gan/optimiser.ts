import type { Tensor } from '@tensorflow/tfjs';
import { type AdamState, adamStep } from './adam.ts';
import type { Tfjs } from './backend.ts';

export const OPTIMISERS = ['adam', 'sgd'] as const;
export type OptimiserName = (typeof OPTIMISERS)[number];

/** Adam with a short memory, as WGAN-GP trains: gradients of a game go out of date. */
export const ADAM = { beta1: 0.5, beta2: 0.9, epsilon: 1e-8 } as const;

export function startOptimiser(tf: Tfjs, parameters: Tensor): AdamState {
	return { parameters, firstMoment: tf.zerosLike(parameters), secondMoment: tf.zerosLike(parameters) };
}

/**
 * One step of `adam` or of plain gradient descent, `sgd`, whose moments stay as they are.
 *
 * @param gradient [total]
 * @param step number of this step, from 1
 * @returns new tensors; the old ones stay as they are and remain the caller's.
 */
export function optimiserStep(
	tf: Tfjs,
	name: OptimiserName,
	state: AdamState,
	gradient: Tensor,
	step: number,
	learningRate: number,
): AdamState {
	if (name === 'adam') return adamStep(tf, state, gradient, step, { ...ADAM, learningRate });
	return {
		parameters: tf.sub(state.parameters, tf.mul(gradient, learningRate)),
		firstMoment: tf.clone(state.firstMoment),
		secondMoment: tf.clone(state.secondMoment),
	};
}
