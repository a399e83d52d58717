import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

/**
 * Softmax within each segment of a row, all segments at once: the sums are one product with a 0/1 matrix, which
 * takes a fraction of the time of one softmax per segment.
 *
 * @param scores [batch, width]; the largest of each segment must be 0, so that no exponential overflows and no
 * sum vanishes.
 * @param membership [width, segments]; 1 where the column belongs to the segment, each column to one.
 * @returns [batch, width]
 */
export function segmentSoftmaxForward(tf: Tfjs, scores: Tensor, membership: Tensor): Tensor {
	const powers = tf.exp(scores);
	const sums = tf.matMul(powers, membership);
	return tf.mul(powers, tf.matMul(tf.reciprocal(sums), membership, false, true));
}

/** dL/dscores = p (dL/dp - sum over the segment of p dL/dp), [batch, width]. */
export function segmentSoftmaxBackward(
	tf: Tfjs,
	probabilities: Tensor,
	membership: Tensor,
	outputGradient: Tensor,
): Tensor {
	const weighted = tf.mul(probabilities, outputGradient);
	const sums = tf.matMul(tf.matMul(weighted, membership), membership, false, true);
	return tf.sub(weighted, tf.mul(probabilities, sums));
}
