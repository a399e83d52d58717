import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs';
import { loadBackend } from '../../src/gan/backend.ts';
import { batchNormBackward, batchNormForward, batchNormInference } from '../../src/gan/layers/batch-norm.ts';
import {
	denseBiasGradient,
	denseForward,
	denseInputGradient,
	denseWeightGradient,
} from '../../src/gan/layers/dense.ts';
import { leakyReluBackward, leakyReluForward } from '../../src/gan/layers/leaky-relu.ts';
import { reluBackward, reluForward } from '../../src/gan/layers/relu.ts';
import { segmentSoftmaxBackward } from '../../src/gan/layers/segment-softmax.ts';
import { assertGradient, normals, weightedSum } from './finite-differences.ts';

const { tf } = await loadBackend({ backend: 'cpu' });
const matrix = (values: Float32Array, rows: number): Tensor => tf.tensor2d(values, [rows, values.length / rows]);

describe('dense layer', () => {
	const input = normals('input', 5 * 4);
	const weights = normals('weights', 4 * 3);
	const bias = normals('bias', 3);
	const upstream = normals('upstream', 5 * 3);
	const run = (x: Float32Array, w: Float32Array, b: Float32Array) =>
		weightedSum(denseForward(tf, matrix(x, 5), matrix(w, 4), tf.tensor1d(b)), upstream);

	it('has the input gradient that finite differences find', () => {
		const gradient = denseInputGradient(tf, matrix(weights, 4), matrix(upstream, 5));
		assertGradient(tf, (x) => run(x, weights, bias), input, gradient.dataSync());
	});

	it('has the weight gradient that finite differences find', () => {
		const gradient = denseWeightGradient(tf, matrix(input, 5), matrix(upstream, 5));
		assertGradient(tf, (w) => run(input, w, bias), weights, gradient.dataSync());
	});

	it('has the bias gradient that finite differences find', () => {
		const gradient = denseBiasGradient(tf, matrix(upstream, 5));
		assertGradient(tf, (b) => run(input, weights, b), bias, gradient.dataSync());
	});
});

describe('activations', () => {
	const input = normals('activation', 24);
	const upstream = normals('activation/upstream', 24);

	it('leaky ReLU keeps .2 of negative values and has the gradient that finite differences find', () => {
		const { output, slope } = leakyReluForward(tf, tf.tensor2d([[-1, 2]]));
		for (const [tensor, expected] of [
			[output, [-0.2, 2]],
			[slope, [0.2, 1]],
		] as const) {
			for (const [i, value] of tensor.dataSync().entries()) {
				assert.ok(Math.abs(value - (expected[i] as number)) < 1e-6);
			}
		}
		const gradient = leakyReluBackward(tf, leakyReluForward(tf, matrix(input, 6)).slope, matrix(upstream, 6));
		const loss = (x: Float32Array) => weightedSum(leakyReluForward(tf, matrix(x, 6)).output, upstream);
		assertGradient(tf, loss, input, gradient.dataSync());
	});

	it('ReLU has the gradient that finite differences find', () => {
		const gradient = reluBackward(tf, reluForward(tf, matrix(input, 6)), matrix(upstream, 6));
		assertGradient(tf, (x) => weightedSum(reluForward(tf, matrix(x, 6)), upstream), input, gradient.dataSync());
	});
});

describe('batch norm', () => {
	const input = normals('norm', 8 * 3, 2);
	const gain = normals('norm/gain', 3);
	const shift = normals('norm/shift', 3);
	const upstream = normals('norm/upstream', 8 * 3);
	const forward = (x: Float32Array, g: Float32Array, s: Float32Array) =>
		batchNormForward(tf, matrix(x, 8), tf.tensor1d(g), tf.tensor1d(s), 2);
	const backward = () => batchNormBackward(tf, forward(input, gain, shift), tf.tensor1d(gain), matrix(upstream, 8));

	it('gives columns of mean 0 and variance 1 in each group, before gain and shift', () => {
		const { normalised } = forward(input, gain, shift);
		for (const mean of tf.mean(normalised, 1).dataSync()) assert.ok(Math.abs(mean) < 1e-6);
		for (const square of tf.mean(tf.square(normalised), 1).dataSync()) assert.ok(Math.abs(square - 1) < 1e-4);
	});

	it('has the input gradient that finite differences find, through mean and variance', () => {
		const loss = (x: Float32Array) => weightedSum(forward(x, gain, shift).output, upstream);
		assertGradient(tf, loss, input, backward().input.dataSync());
	});

	it('has the gradients of gain and shift that finite differences find', () => {
		const { gain: gainGradient, shift: shiftGradient } = backward();
		assertGradient(tf, (g) => weightedSum(forward(input, g, shift).output, upstream), gain, gainGradient.dataSync());
		assertGradient(tf, (s) => weightedSum(forward(input, gain, s).output, upstream), shift, shiftGradient.dataSync());
	});

	it('gives the same with the statistics of the batch handed in', () => {
		const batch = batchNormForward(tf, matrix(input, 8), tf.tensor1d(gain), tf.tensor1d(shift), 1);
		const statistics = { mean: tf.reshape(batch.mean, [1, 3]), inverseStd: tf.reshape(batch.inverseStd, [1, 3]) };
		const given = batchNormInference(tf, matrix(input, 8), tf.tensor1d(gain), tf.tensor1d(shift), statistics);
		const differences = tf.max(tf.abs(tf.sub(given, batch.output))).dataSync();
		assert.ok((differences[0] as number) < 1e-5);
	});
});

describe('segment softmax', () => {
	// Segments of 3, 1 and 4 columns.
	const membership = tf.tensor2d(
		[0, 0, 0, 1, 2, 2, 2, 2].map((segment) => [0, 1, 2].map((s) => (s === segment ? 1 : 0))),
	);
	const scores = normals('softmax', 5 * 8);
	const upstream = normals('softmax/upstream', 5 * 8);

	const softmax = (x: Float32Array) => {
		const parts = tf.split(matrix(x, 5), [3, 1, 4], 1).map((part) => tf.softmax(part));
		return tf.concat(parts, 1);
	};

	it('has the gradient that finite differences find', () => {
		const gradient = segmentSoftmaxBackward(tf, softmax(scores), membership, matrix(upstream, 5));
		const loss = (x: Float32Array) => weightedSum(softmax(x), upstream);
		assertGradient(tf, loss, scores, gradient.dataSync());
	});
});
