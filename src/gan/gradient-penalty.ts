import type { Tensor } from '@tensorflow/tfjs';
import type { Tfjs } from './backend.ts';
import { criticInputGradient, type InputGradient, inputGradientBackward } from './critic-network.ts';
import { denseInputGradient } from './layers/dense.ts';

export interface GradientPenalty {
	/** Scalar. */
	readonly loss: Tensor;
	/** Mean length of the input gradient, scalar. */
	readonly gradientNorm: Tensor;
	/** dloss/dweights, one per layer; biases have none. */
	readonly weightGradients: readonly Tensor[];
	/** What it was worked out from, and dloss/d(input gradient): `penaltyThroughSlopes` goes on from there. */
	readonly input: InputGradient;
	readonly lossGradient: Tensor;
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
		const lossGradient = tf.div(input.gradient, batch);
		const weightGradients = inputGradientBackward(tf, parameters, slopes, input, lossGradient);
		return { loss, gradientNorm, weightGradients, input, lossGradient };
	}
	const excess = tf.sub(norms, 1);
	const factors = tf.div(tf.mul(excess, 2 / batch), norms);
	const lossGradient = tf.mul(input.gradient, factors);
	const weightGradients = inputGradientBackward(tf, parameters, slopes, input, lossGradient);
	return { loss: tf.mean(tf.square(excess)), gradientNorm, weightGradients, input, lossGradient };
}

/**
 * What the slopes of a curved activation add: they depend on the weights as well. With `gradientPenalty` and the
 * network's own backward pass from these gradients down, the gradient is whole.
 *
 * @param curvatures derivative of each slope with respect to the input of its activation, [batch, hidden]
 * @returns one per hidden layer: dloss/d(input of its activation), [batch, hidden]
 */
export function penaltyThroughSlopes(
	tf: Tfjs,
	parameters: readonly Tensor[],
	slopes: readonly Tensor[],
	curvatures: readonly Tensor[],
	{ input, lossGradient }: GradientPenalty,
): Tensor[] {
	let gradient = lossGradient;
	return slopes.map((slope, layer) => {
		const outputGradient = tf.matMul(gradient, parameters[2 * layer] as Tensor);
		gradient = tf.mul(outputGradient, slope);
		// dlogit/d(output of the activation): what comes down from the layer above.
		const passedDown = denseInputGradient(tf, parameters[2 * layer + 2] as Tensor, input.outputs[layer + 1] as Tensor);
		return tf.mul(tf.mul(outputGradient, passedDown), curvatures[layer] as Tensor);
	});
}
