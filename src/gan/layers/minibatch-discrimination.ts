import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

/** Each row is projected to `kernels` points of `dimensions` numbers each. */
export interface MinibatchShape {
	readonly kernels: number;
	readonly dimensions: number;
}

export interface MinibatchForward {
	/** How near each row is to the others of its group, 0 to 1, [batch, kernels]. */
	readonly closeness: Tensor;
	/** exp(-distance) of each pair, [groups, rows, rows, kernels]. */
	readonly pairs: Tensor;
	/** Sign of each difference, [groups, rows, rows, kernels, dimensions]. */
	readonly signs: Tensor;
}

/**
 * Minibatch discrimination (Salimans et al. 2016, section 3.2): tells the discriminator how near each row is to the
 * others of its batch, so that a generator which makes the same row again and again is found out. Each row is
 * projected, M = x T, and o_b(x_i) is the mean over the other rows j of exp(-|M_ib - M_jb|_1); the paper has the
 * sum, which depends on the size of the batch.
 *
 * @param input [batch, inputs]
 * @param projection T, [inputs, kernels * dimensions]
 * @param groups equal parts of the batch that are looked at by themselves, such as real and generated rows
 */
export function minibatchForward(
	tf: Tfjs,
	input: Tensor,
	projection: Tensor,
	{ kernels, dimensions }: MinibatchShape,
	groups: number,
): MinibatchForward {
	const batch = input.shape[0] as number;
	const rows = batch / groups;
	const projected = tf.matMul(input, projection);
	const first = tf.reshape(projected, [groups, rows, 1, kernels, dimensions]);
	const second = tf.reshape(projected, [groups, 1, rows, kernels, dimensions]);
	const differences = tf.sub(first, second);
	const pairs = tf.exp(tf.neg(tf.sum(tf.abs(differences), 4)));
	// Each row is at distance 0 from itself, which is taken out again.
	const closeness = tf.div(tf.sub(tf.sum(pairs, 2), 1), rows - 1);
	return { closeness: tf.reshape(closeness, [batch, kernels]), pairs, signs: tf.sign(differences) };
}

/**
 * @param outputGradient dL/d(closeness), [batch, kernels]
 * @returns dL/dinput and dL/dprojection
 */
export function minibatchBackward(
	tf: Tfjs,
	input: Tensor,
	projection: Tensor,
	{ pairs, signs }: MinibatchForward,
	outputGradient: Tensor,
): { readonly input: Tensor; readonly projection: Tensor } {
	const [groups, rows, , kernels] = pairs.shape as [number, number, number, number];
	const perPair = tf.div(outputGradient, rows - 1);
	const both = tf.add(tf.reshape(perPair, [groups, rows, 1, kernels]), tf.reshape(perPair, [groups, 1, rows, kernels]));
	// A pair counts for both of its rows, with opposite signs.
	const weights = tf.reshape(tf.mul(both, pairs), [...pairs.shape, 1]);
	const projectedGradient = tf.reshape(tf.neg(tf.sum(tf.mul(weights, signs), 2)), [groups * rows, -1]);
	return {
		input: tf.matMul(projectedGradient, projection, false, true),
		projection: tf.matMul(input, projectedGradient, true, false),
	};
}

/** The same for rows of any number against given rows, so that each row is judged by itself; [batch, kernels]. */
export function minibatchInference(
	tf: Tfjs,
	input: Tensor,
	projection: Tensor,
	{ kernels, dimensions }: MinibatchShape,
	reference: Tensor,
): Tensor {
	const first = tf.reshape(tf.matMul(input, projection), [-1, 1, kernels, dimensions]);
	const second = tf.reshape(tf.matMul(reference, projection), [1, -1, kernels, dimensions]);
	return tf.mean(tf.exp(tf.neg(tf.sum(tf.abs(tf.sub(first, second)), 3))), 1);
}
