import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

/**
 * Dense layer y = x W + b.
 *
 * @param input [batch, inputs]
 * @param weights [inputs, outputs]
 * @param bias [outputs]; leave it out where a normalisation follows that would subtract it again.
 * @returns [batch, outputs]
 */
export function denseForward(tf: Tfjs, input: Tensor, weights: Tensor, bias?: Tensor): Tensor {
	const product = tf.matMul(input, weights);
	return bias === undefined ? product : tf.add(product, bias);
}

/** dL/dx = dL/dy W^T, [batch, inputs]. */
export function denseInputGradient(tf: Tfjs, weights: Tensor, outputGradient: Tensor): Tensor {
	return tf.matMul(outputGradient, weights, false, true);
}

/** dL/dW = x^T dL/dy, [inputs, outputs]. */
export function denseWeightGradient(tf: Tfjs, input: Tensor, outputGradient: Tensor): Tensor {
	return tf.matMul(input, outputGradient, true, false);
}

/** dL/db: the sum of dL/dy over the batch, [outputs]. */
export function denseBiasGradient(tf: Tfjs, outputGradient: Tensor): Tensor {
	return tf.sum(outputGradient, 0);
}
