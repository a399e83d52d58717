import type { Tfjs } from '../gan/backend.ts';

type Tensor = ReturnType<Tfjs['zeros']>;

export interface AdamWSettings {
	readonly beta1: number;
	readonly beta2: number;
	readonly epsilon: number;
	/** Share of the rate by which parameters shrink at each step, apart from the gradient. */
	readonly weightDecay: number;
}

/** Parameters and their two moving averages, each one flat vector on the device. */
export interface AdamWState {
	readonly parameters: Tensor;
	readonly mean: Tensor;
	readonly square: Tensor;
	/** Steps taken. */
	readonly steps: number;
}

export function startAdamW(tf: Tfjs, parameters: Float32Array): AdamWState {
	return {
		parameters: tf.tensor1d(parameters),
		mean: tf.zeros([parameters.length]),
		square: tf.zeros([parameters.length]),
		steps: 0,
	};
}

/**
 * One step of AdamW (Loshchilov and Hutter 2019) on one flat vector: a dozen operations whatever the number of layers.
 * Call inside a tidy that returns the new state; dispose the old one after it.
 */
export function stepAdamW(
	tf: Tfjs,
	state: AdamWState,
	gradient: Tensor,
	rate: number,
	{ beta1, beta2, epsilon, weightDecay }: AdamWSettings,
): AdamWState {
	const steps = state.steps + 1;
	const mean = tf.add(tf.mul(state.mean, beta1), tf.mul(gradient, 1 - beta1));
	const square = tf.add(tf.mul(state.square, beta2), tf.mul(tf.square(gradient), 1 - beta2));
	const meanScale = rate / (1 - beta1 ** steps);
	const squareScale = 1 / (1 - beta2 ** steps);
	const change = tf.div(tf.mul(mean, meanScale), tf.add(tf.sqrt(tf.mul(square, squareScale)), epsilon));
	const parameters = tf.sub(tf.mul(state.parameters, 1 - rate * weightDecay), change);
	return { parameters, mean, square, steps };
}

export function disposeAdamW(state: AdamWState): void {
	state.parameters.dispose();
	state.mean.dispose();
	state.square.dispose();
}
