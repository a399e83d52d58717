import { performance } from 'node:perf_hooks';
import type { Backend } from './backend.ts';

const BATCH = 500;
const WIDTH = 256;
const WARM_UP_STEPS = 3;
const MEASURED_STEPS = 9;

/**
 * Milliseconds of one training step of a dense network with two hidden layers (forward and backward, batch 500,
 * width 256): the median of nine after three to warm up. It is smaller than a step of the real models but made of
 * the same operations, so it tells a fast backend from a slow one.
 */
export function measureTrainingStep({ tf }: Backend): number {
	const input = tf.randomUniform([BATCH, WIDTH], -1, 1, 'float32', 1);
	const weights = tf.tidy(() =>
		[WIDTH, WIDTH, 1].map((columns, layer) =>
			tf.variable(tf.randomNormal([WIDTH, columns], 0, WIDTH ** -0.5, 'float32', layer + 1)),
		),
	);
	const loss = () =>
		weights
			.reduce((hidden, weight, layer) => (layer === 0 ? hidden : hidden.relu()).matMul(weight), input)
			.square()
			.mean()
			.asScalar();

	const step = (): number => {
		const start = performance.now();
		tf.tidy(() => {
			const { value, grads } = tf.variableGrads(loss, weights);
			for (const tensor of [value, ...Object.values(grads)]) tensor.dataSync();
		});
		return performance.now() - start;
	};

	for (let i = 0; i < WARM_UP_STEPS; i += 1) step();
	const times = Float64Array.from({ length: MEASURED_STEPS }, step).sort();
	tf.dispose([input, ...weights]);
	return times[MEASURED_STEPS >> 1] ?? Number.NaN;
}
