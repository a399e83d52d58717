import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { createRowConditions } from '../../src/gan/conditions.ts';
import { createSpanBuffers } from '../../src/gan/draw-spans.ts';
import {
	createSpanOutputLayer,
	expectedRows,
	spanOutputBackward,
	spanOutputForward,
} from '../../src/gan/layers/span-output.ts';
import { assertGradient, normals, weightedSum } from './finite-differences.ts';
import { mixedLayout } from './mixed-table.ts';

const { tf } = await loadBackend({ backend: 'cpu' });
// The second mode has no offset.
const offsets = [{ offset: 4, span: 2, scales: [0.3, 0] }];
const layer = createSpanOutputLayer(tf, mixedLayout, offsets);

function run(logits: Float32Array, conditions = createRowConditions(logits.length / 9), noise = 'noise') {
	const rows = logits.length / 9;
	const buffers = createSpanBuffers(rows, mixedLayout);
	const random = createRandom(2, noise);
	const forward = spanOutputForward(tf, layer, tf.tensor2d(logits, [rows, 9]), buffers, conditions, random);
	return { ...forward, expected: expectedRows(tf, layer, forward) };
}

describe('output layer of the generator', () => {
	it('puts a one-hot in each softmax span, and the tanh of the logit in a tanh span whose mode has an offset', () => {
		const logits = normals('output', 20 * 9, 2);
		const output = run(logits).sample.dataSync();
		for (let start = 0; start < output.length; start += 9) {
			const offset = output[start + 5] === 1 ? Math.tanh(logits[start + 4] as number) : 0;
			assert.ok(Math.abs((output[start + 4] as number) - offset) < 1e-6);
			for (const [from, to] of [
				[0, 4],
				[5, 7],
				[7, 9],
			] as const) {
				assert.deepEqual([...output.subarray(start + from, start + to)].sort().reverse(), [
					1,
					...Array(to - from - 1).fill(0),
				]);
			}
		}
	});

	it('draws choices by the softmax of their logits', () => {
		const shares = [0.4, 0.3, 0.2, 0.1];
		const logits = new Float32Array(20_000 * 9);
		for (let start = 0; start < logits.length; start += 9) logits.set(shares.map(Math.log), start);
		const { sample, expected } = run(logits);
		const means = tf.mean(sample, 0).dataSync();
		for (const [k, share] of shares.entries()) {
			// Five standard deviations of a share of 20,000 draws.
			assert.ok(Math.abs((means[k] as number) - share) < 0.018);
			assert.ok(Math.abs((expected.dataSync()[k] as number) - share) < 1e-6);
		}
	});

	it('passes gradients of the expected row as finite differences find them', () => {
		const logits = normals('output/gradient', 6 * 9);
		const upstream = normals('output/upstream', 6 * 9);
		const upstreamTensor = tf.tensor2d(upstream, [6, 9]);
		const gradient = spanOutputBackward(tf, layer, run(logits), tf.zeros([6, 9]), upstreamTensor).dataSync();
		assertGradient(tf, (values) => weightedSum(run(values).expected, upstream), logits, gradient);
	});

	it('passes gradients of the sample straight through, but for offsets that the sample leaves out', () => {
		const logits = normals('output/gradient', 40 * 9);
		const forward = run(logits);
		const upstream = tf.tensor2d(normals('output/upstream', 40 * 9), [40, 9]);
		const fromSample = spanOutputBackward(tf, layer, forward, upstream, tf.zeros([40, 9])).dataSync();
		const fromExpected = spanOutputBackward(tf, layer, forward, tf.zeros([40, 9]), upstream).dataSync();
		const sample = forward.sample.dataSync();
		let leftOut = 0;
		for (const [i, value] of fromSample.entries()) {
			const isLeftOut = i % 9 === 4 && sample[i + 2] === 1;
			if (isLeftOut) leftOut++;
			assert.ok(Math.abs(value - (isLeftOut ? 0 : (fromExpected[i] as number))) < 1e-6);
		}
		assert.ok(leftOut > 5 && leftOut < 35);
	});

	it('gives a span with a condition the choice asked for, and no gradient', () => {
		const logits = normals('output/conditions', 8 * 9, 3);
		const conditions = createRowConditions(8);
		conditions.spans.fill(0);
		conditions.choices.fill(3);
		const forward = run(logits, conditions);
		const gradient = spanOutputBackward(tf, layer, forward, tf.ones([8, 9]), tf.ones([8, 9])).dataSync();
		const output = forward.sample.dataSync();
		for (let start = 0; start < output.length; start += 9) {
			assert.deepEqual([...output.subarray(start, start + 4)], [0, 0, 0, 1]);
			for (const value of gradient.subarray(start, start + 4)) assert.equal(Math.abs(value), 0);
			assert.notEqual(gradient[start + 4], 0);
		}
	});

	it('stays finite for logits of any size', () => {
		const forward = run(normals('output/large', 8 * 9, 1e4));
		const gradient = spanOutputBackward(tf, layer, forward, tf.ones([8, 9]), tf.ones([8, 9])).dataSync();
		assert.ok([...forward.sample.dataSync(), ...gradient].every(Number.isFinite));
	});
});
