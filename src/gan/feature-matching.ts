import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from './backend.ts';

/**
 * Feature matching (Salimans et al. 2016, section 3.1): |mean f(x) - mean f(G(z))|^2, with f the discriminator's
 * last hidden layer. The generator is asked for rows that look alike on the whole rather than for rows that pass.
 *
 * @param real [batch, features]
 * @param fake [batch, features]
 * @returns the loss, a scalar, and dloss/dfake, [batch, features]
 */
export function matchFeatures(
	tf: Tfjs,
	real: Tensor,
	fake: Tensor,
): { readonly loss: Tensor; readonly gradient: Tensor } {
	const difference = tf.sub(tf.mean(fake, 0, true), tf.mean(real, 0, true));
	const perRow = tf.mul(difference, 2 / (fake.shape[0] as number));
	return { loss: tf.sum(tf.square(difference)), gradient: tf.add(tf.zerosLike(fake), perRow) };
}
