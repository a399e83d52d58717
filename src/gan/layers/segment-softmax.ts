import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

/**
 * Backward through a softmax within each segment of a row, all segments at once: dL/dscores = p (dL/dp - sum over the
 * segment of p dL/dp), [batch, width]. The sums are products with a 0/1 matrix, which take a fraction of the time of
 * one sum per segment.
 *
 * @param probabilities p, [batch, width]
 * @param membership [width, segments]; 1 where the column belongs to the segment, each column to one.
 */
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
