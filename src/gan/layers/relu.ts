import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from '../backend.ts';

/** y = max(x, 0). */
export function reluForward(tf: Tfjs, input: Tensor): Tensor {
	return tf.relu(input);
}

/** dL/dx; the output tells where the input was positive. */
export function reluBackward(tf: Tfjs, output: Tensor, outputGradient: Tensor): Tensor {
	return tf.mul(outputGradient, tf.sign(output));
}
