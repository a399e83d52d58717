import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import {
	createCriticLayout,
	criticBackward,
	criticForward,
	criticInputGradient,
	initialiseCritic,
	slopesBetween,
} from '../../src/gan/critic-network.ts';
import {
	createGeneratorLayout,
	generatorBackward,
	generatorForward,
	generatorInference,
	initialiseGenerator,
} from '../../src/gan/generator-network.ts';
import { gradientPenalty } from '../../src/gan/gradient-penalty.ts';
import { joinParameters, splitParameters } from '../../src/gan/parameter-layout.ts';
import { assertGradient, normals, weightedSum } from './finite-differences.ts';
import { mixedLayout } from './mixed-table.ts';

const { tf } = await loadBackend({ backend: 'cpu' });

describe('discriminator network', () => {
	const shape = { inputWidth: 6, hiddenWidths: [5, 4] };
	const layout = createCriticLayout(shape);
	// Larger than at the start of training, so that gradients are of the size of 1.
	const flat = initialiseCritic(shape, createRandom(3)).map((value) => 2 * value);
	const input = normals('critic/input', 7 * 6);
	const upstream = normals('critic/upstream', 7);
	const split = (values: Float32Array) => splitParameters(tf, tf.tensor1d(values), layout);
	const inputTensor = (values: Float32Array) => tf.tensor2d(values, [7, 6]);
	const upstreamTensor = tf.tensor2d(upstream, [7, 1]);

	it('has the parameter gradients that finite differences find', () => {
		const parameters = split(flat);
		const forward = criticForward(tf, parameters, inputTensor(input));
		const gradient = joinParameters(tf, criticBackward(tf, parameters, forward, upstreamTensor));
		const loss = (values: Float32Array) =>
			weightedSum(criticForward(tf, split(values), inputTensor(input)).logits, upstream);
		assertGradient(tf, loss, flat, gradient.dataSync());
	});

	it('has the input gradient that finite differences find', () => {
		const parameters = split(flat);
		const { slopes } = criticForward(tf, parameters, inputTensor(input));
		const { gradient } = criticInputGradient(tf, parameters, slopes, upstreamTensor);
		const loss = (values: Float32Array) =>
			weightedSum(criticForward(tf, parameters, inputTensor(values)).logits, upstream);
		assertGradient(tf, loss, input, gradient.dataSync());
	});

	it('has the input gradient that finite differences find of a loss on its last hidden layer too', () => {
		const parameters = split(flat);
		const onFeatures = normals('critic/features', 7 * 4);
		const { slopes } = criticForward(tf, parameters, inputTensor(input));
		const { gradient } = criticInputGradient(tf, parameters, slopes, upstreamTensor, tf.tensor2d(onFeatures, [7, 4]));
		const loss = (values: Float32Array) => {
			const { logits, inputs } = criticForward(tf, parameters, inputTensor(values));
			return weightedSum(logits, upstream) + weightedSum(inputs.at(-1) as Tensor, onFeatures);
		};
		assertGradient(tf, loss, input, gradient.dataSync());
	});

	it('has the gradients that finite differences find where parts of the inputs are dropped', () => {
		const random = createRandom(12);
		const dropouts = [6, 5, 4].map((width) =>
			tf.tensor2d(
				Float32Array.from({ length: 7 * width }, () => (random.uniform() < 0.3 ? 0 : 1 / 0.7)),
				[7, width],
			),
		);
		const parameters = split(flat);
		const forward = criticForward(tf, parameters, inputTensor(input), dropouts);
		const gradient = joinParameters(tf, criticBackward(tf, parameters, forward, upstreamTensor));
		assertGradient(
			tf,
			(values) => weightedSum(criticForward(tf, split(values), inputTensor(input), dropouts).logits, upstream),
			flat,
			gradient.dataSync(),
		);
		const toInput = criticInputGradient(tf, parameters, forward.slopes, upstreamTensor).gradient;
		assertGradient(
			tf,
			(values) => weightedSum(criticForward(tf, parameters, inputTensor(values), dropouts).logits, upstream),
			input,
			tf.mul(toInput, dropouts[0] as Tensor).dataSync(),
		);
	});

	it('has between two rows the slopes of a row that lies there', () => {
		const parameters = split(flat);
		const [from, to] = [inputTensor(input), inputTensor(normals('critic/other', 7 * 6))];
		const shares = tf.tensor2d(
			Float32Array.from({ length: 7 }, (_, row) => row / 6),
			[7, 1],
		);
		const [first, second] = [from, to].map((rows) => criticForward(tf, parameters, rows).firstOutput);
		const between = slopesBetween(tf, parameters, first as Tensor, second as Tensor, shares);
		const there = criticForward(tf, parameters, tf.add(from, tf.mul(tf.sub(to, from), shares))).slopes;
		assert.deepEqual(
			between.map((slope) => [...slope.dataSync()]),
			there.map((slope) => [...slope.dataSync()]),
		);
	});

	for (const form of ['one-centred', 'zero-centred'] as const) {
		it(`has the ${form} gradient penalty and the weight gradients that finite differences find`, () => {
			const penaltyAt = (values: Float32Array) => {
				const parameters = split(values);
				return gradientPenalty(tf, parameters, criticForward(tf, parameters, inputTensor(input)).slopes, form);
			};
			const { weightGradients, loss, gradientNorm } = penaltyAt(flat);
			const blocks = split(flat).flatMap((block, i) => {
				return i % 2 === 0 ? [weightGradients[i / 2] as Tensor] : [tf.zerosLike(block)];
			});
			const valueAt = (values: Float32Array) => penaltyAt(values).loss.dataSync()[0] as number;
			assertGradient(tf, valueAt, flat, joinParameters(tf, blocks).dataSync(), { step: 1e-3, tolerance: 1e-2 });

			// The penalty itself, from input gradients by differences of the logits.
			const norms = Array.from({ length: 7 }, (_, row) => {
				let squares = 0;
				for (let column = 0; column < 6; column++) {
					const logitAt = (change: number) => {
						const moved = input.with(row * 6 + column, (input[row * 6 + column] as number) + change);
						return criticForward(tf, split(flat), inputTensor(moved)).logits.dataSync()[row] as number;
					};
					squares += ((logitAt(1e-3) - logitAt(-1e-3)) / 2e-3) ** 2;
				}
				return Math.sqrt(squares);
			});
			const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
			const expected =
				form === 'one-centred' ? mean(norms.map((norm) => (norm - 1) ** 2)) : mean(norms.map((norm) => norm ** 2)) / 2;
			assert.ok(Math.abs((loss.dataSync()[0] as number) - expected) < 2e-3 * Math.max(1, expected));
			assert.ok(Math.abs((gradientNorm.dataSync()[0] as number) - mean(norms)) < 2e-3);
		});
	}
});

describe('generator network', () => {
	const shape = { inputWidth: 5, hiddenWidths: [4, 3], outputWidth: mixedLayout.width };
	const layout = createGeneratorLayout(shape);
	const flat = initialiseGenerator(shape, mixedLayout, createRandom(5)).map((value) => 2 * value);
	const input = tf.tensor2d(normals('generator/input', 9 * 5), [9, 5]);
	const split = (values: Float32Array) => splitParameters(tf, tf.tensor1d(values), layout);

	it('has the parameter gradients that finite differences find', () => {
		const upstream = normals('generator/upstream', 9 * shape.outputWidth);
		const parameters = split(flat);
		const forward = generatorForward(tf, parameters, input, 3);
		const gradients = generatorBackward(tf, parameters, forward, tf.tensor2d(upstream, [9, shape.outputWidth]));
		const loss = (values: Float32Array) => weightedSum(generatorForward(tf, split(values), input, 3).logits, upstream);
		assertGradient(tf, loss, flat, joinParameters(tf, gradients).dataSync(), { step: 1e-3, tolerance: 1e-2 });
	});

	it('gives the same logits when the statistics of the batch are handed in', () => {
		const parameters = split(flat);
		const { blocks, logits } = generatorForward(tf, parameters, input, 1);
		const given = generatorInference(
			tf,
			parameters,
			blocks.map(({ norm: { mean, inverseStd } }) => ({
				mean: tf.squeeze(mean, [0]),
				inverseStd: tf.squeeze(inverseStd, [0]),
			})),
			input,
		);
		assert.ok((tf.max(tf.abs(tf.sub(given, logits))).dataSync()[0] as number) < 1e-4);
	});

	it('starts with each choice as likely as in the training rows', () => {
		const zeroWeights = initialiseGenerator(shape, mixedLayout, createRandom(5));
		const bias = zeroWeights.subarray(layout.total - mixedLayout.width);
		for (const span of mixedLayout.spans) {
			if (span.activation !== 'softmax') continue;
			const powers = [...bias.subarray(span.start, span.start + span.width)].map(Math.exp);
			const sum = powers.reduce((total, power) => total + power, 0);
			for (const [k, power] of powers.entries()) {
				assert.ok(Math.abs(power / sum - (span.frequencies[k] as number)) < 1e-3);
			}
		}
	});
});
