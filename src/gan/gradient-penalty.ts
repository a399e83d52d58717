import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from './backend.ts';
import { criticInputGradient, inputGradientBackward } from './critic-network.ts';

export interface GradientPenalty {
	/** Scalar. */
	readonly loss: Tensor;
	/** Mean length of the input gradient, scalar. */
	readonly gradientNorm: Tensor;
	/** dloss/dweights, one per layer; biases have none. */
	readonly weightGradients: readonly Tensor[];
}

/**
 * `one-centred`: mean (|g| - 1)^2, the penalty of WGAN-GP (Gulrajani et al. 2017, equation 3), g taken at random
 * points between real and generated rows. `zero-centred`: mean |g|^2 / 2, the penalty R1 of Mescheder et al. (2018),
 * g taken at real rows.
 *
 * @param slopes of the critic's activations at the points in question
 */
export function gradientPenalty(
	tf: Tfjs,
	parameters: readonly Tensor[],
	slopes: readonly Tensor[],
	form: 'one-centred' | 'zero-centred',
): GradientPenalty {
	const batch = (slopes[0] as Tensor).shape[0] as number;
	const input = criticInputGradient(tf, parameters, slopes, tf.ones([batch, 1]));
	const squares = tf.sum(tf.square(input.gradient), 1, true);
	// The constant keeps the slope of the root finite where a gradient is exactly 0.
	const norms = tf.sqrt(tf.add(squares, 1e-12));
	const gradientNorm = tf.mean(norms);
	if (form === 'zero-centred') {
		const loss = tf.div(tf.mean(squares), 2);
		const weightGradients = inputGradientBackward(tf, parameters, slopes, input, tf.div(input.gradient, batch));
		return { loss, gradientNorm, weightGradients };
	}
	const excess = tf.sub(norms, 1);
	const factors = tf.div(tf.mul(excess, 2 / batch), norms);
	const lossGradient = tf.mul(input.gradient, factors);
	const weightGradients = inputGradientBackward(tf, parameters, slopes, input, lossGradient);
	return { loss: tf.mean(tf.square(excess)), gradientNorm, weightGradients };
}
