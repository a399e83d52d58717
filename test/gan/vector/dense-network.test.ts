import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs';
import { createRandom } from '../../../src/contracts/random.ts';
import { matchFeatures } from '../../../src/gan/feature-matching.ts';
import { gradientPenalty } from '../../../src/gan/gradient-penalty.ts';
import { joinParameters, splitParameters } from '../../../src/gan/parameter-layout.ts';
import { smallTensors } from '../../../src/gan/small-tensors.ts';
import {
	createDenseLayout,
	type DenseShape,
	denseNetworkBackward,
	denseNetworkForward,
	denseNetworkInference,
	initialiseDense,
	measureDenseReference,
} from '../../../src/gan/vector/dense-network.ts';
import { penaltyGradient } from '../../../src/gan/vector/vector-step.ts';
import { assertGradient, normals, weightedSum } from '../finite-differences.ts';

const tf = smallTensors();
const PLAIN: DenseShape = {
	inputWidth: 2,
	hiddenWidths: [4, 3],
	outputWidth: 2,
	activation: 'tanh',
	batchNorm: false,
	minibatch: null,
};
const SHAPES: Readonly<Record<string, DenseShape>> = {
	'of tanh': PLAIN,
	'of leaky ReLU': { ...PLAIN, activation: 'leaky-relu' },
	'with batch normalisation': { ...PLAIN, batchNorm: true },
	'with minibatch discrimination': { ...PLAIN, minibatch: { kernels: 3, dimensions: 2 } },
	'with both': { ...PLAIN, batchNorm: true, minibatch: { kernels: 2, dimensions: 3 } },
};
const ROWS = 8;
const input = normals('input', ROWS * 2);
const inputTensor = (values: Float32Array) => tf.tensor2d(values, [ROWS, 2]);

for (const [name, shape] of Object.entries(SHAPES)) {
	describe(`dense network ${name}`, () => {
		const layout = createDenseLayout(shape);
		const flat = initialiseDense(shape, createRandom(3));
		const split = (values: Float32Array) => splitParameters(tf, tf.tensor1d(values), layout);
		const dropouts = [4, 3].map((width) =>
			tf.tensor2d(
				normals('dropout', ROWS * width).map((value) => (value < -0.8 ? 0 : 1.25)),
				[ROWS, width],
			),
		);
		const run = (values: Float32Array, rows: Float32Array) =>
			denseNetworkForward(tf, shape, split(values), inputTensor(rows), 2, dropouts);
		const upstream = normals('upstream', ROWS * 2);
		const onFeatures = normals('upstream/features', ROWS * 3);
		const loss = (values: Float32Array, rows: Float32Array) => {
			const { output, features } = run(values, rows);
			return weightedSum(output, upstream) + weightedSum(features, onFeatures);
		};
		const gradients = denseNetworkBackward(tf, shape, split(flat), run(flat, input), {
			output: inputTensor(upstream),
			features: tf.tensor2d(onFeatures, [ROWS, 3]),
		});

		it('has the parameter gradients that finite differences find, with dropout and in two groups', () => {
			const flatGradient = joinParameters(tf, gradients.parameters).dataSync();
			assertGradient(tf, (values) => loss(values, input), flat, flatGradient, { step: 1e-4 });
		});

		it('has the input gradient that finite differences find', () => {
			assertGradient(tf, (rows) => loss(flat, rows), input, gradients.input.dataSync(), { step: 1e-4 });
		});

		it('gives each row the same alone as among others once its reference is known', () => {
			const reference = measureDenseReference(tf, shape, split(flat), inputTensor(input));
			const infer = (rows: Tensor) => denseNetworkInference(tf, shape, split(flat), rows, reference).dataSync();
			const together = infer(inputTensor(input));
			const alone = infer(tf.tensor2d(input.subarray(4, 6), [1, 2]));
			assert.deepEqual([...alone], [...together.slice(4, 6)]);
		});
	});
}

for (const activation of ['tanh', 'leaky-relu'] as const) {
	for (const form of ['one-centred', 'zero-centred'] as const) {
		it(`the ${form} penalty on a network of ${activation} has the gradient that finite differences find`, () => {
			const shape: DenseShape = { ...PLAIN, hiddenWidths: [5, 4], outputWidth: 1, activation };
			const layout = createDenseLayout(shape);
			const flat = initialiseDense(shape, createRandom(5));
			const split = (values: Float32Array) => splitParameters(tf, tf.tensor1d(values), layout);
			const penaltyAt = (values: Float32Array) => {
				const { hidden } = denseNetworkForward(tf, shape, split(values), inputTensor(input), 1);
				const slopes = hidden.map(({ slope }) => slope);
				return gradientPenalty(tf, split(values), slopes, form).loss.dataSync()[0] as number;
			};
			const gradient = penaltyGradient(tf, shape, split(flat), inputTensor(input), form);
			assertGradient(tf, penaltyAt, flat, gradient.dataSync(), { step: 1e-4 });
		});
	}
}

it('feature matching has the gradient that finite differences find, and is 0 for equal means', () => {
	const real = tf.tensor2d(normals('real features', 12), [4, 3]);
	const fake = normals('fake features', 12);
	const at = (values: Float32Array) => matchFeatures(tf, real, tf.tensor2d(values, [4, 3]));
	assertGradient(tf, (values) => at(values).loss.dataSync()[0] as number, fake, at(fake).gradient.dataSync());
	assert.equal(matchFeatures(tf, real, real).loss.dataSync()[0], 0);
});

it('minibatch discrimination tells rows that are all alike from rows that differ', () => {
	const shape: DenseShape = { ...PLAIN, minibatch: { kernels: 3, dimensions: 2 } };
	const parameters = splitParameters(
		tf,
		tf.tensor1d(initialiseDense(shape, createRandom(3))),
		createDenseLayout(shape),
	);
	const closeness = (rows: Float32Array) =>
		denseNetworkForward(tf, shape, parameters, inputTensor(rows), 1).minibatch?.closeness.dataSync() ?? [];
	const alike = closeness(input.map((_, i) => input[i % 2] as number));
	assert.ok([...alike].every((value) => Math.abs(value - 1) < 1e-12));
	assert.ok([...closeness(input)].every((value) => value > 0 && value < 0.9));
});
