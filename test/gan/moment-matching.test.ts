import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout, EncodedSpan } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { createMomentMatcher, matchMoments } from '../../src/gan/moment-matching.ts';
import { assertGradient, normals } from './finite-differences.ts';
import { drawMixedRows, mixedLayout } from './mixed-table.ts';

const { tf } = await loadBackend({ backend: 'cpu' });
const options = { blockCells: 600, blocks: 4, floor: 2e-3, rows: 100_000 };
const real = drawMixedRows(3000, 1);
const matcher = createMomentMatcher(tf, mixedLayout, real, options, createRandom(0));

const lossOf = (first: Float32Array, second: Float32Array) => {
	const halves = [first, second].map((half) => tf.tensor2d(half, [half.length / 9, 9])) as [Tensor, Tensor];
	return matchMoments(tf, matcher, 0, halves);
};

describe('second-moment matching', () => {
	it('has the gradient that finite differences find, in both halves', () => {
		const first = normals('moments/first', 5 * 9, 0.5);
		const second = normals('moments/second', 5 * 9, 0.5);
		const gradient = lossOf(first, second).gradient.dataSync();
		const valueAt = (a: Float32Array, b: Float32Array) => lossOf(a, b).loss.dataSync()[0] as number;
		assertGradient(tf, (x) => valueAt(x, second), first, gradient.subarray(0, 45), { step: 1e-2 });
		assertGradient(tf, (x) => valueAt(first, x), second, gradient.subarray(45), { step: 1e-2 });
	});

	it('finds no distance for the training rows themselves and a clear one for independent columns', () => {
		const same = lossOf(real, real).loss.dataSync()[0] as number;
		assert.ok(Math.abs(same) < 1e-6);
		const shuffled = real.slice();
		const random = createRandom(4);
		for (const span of mixedLayout.spans) {
			const order = random.permutation(3000);
			for (let row = 0; row < 3000; row++) {
				for (let column = span.start; column < span.start + span.width; column++) {
					shuffled[row * 9 + column] = real[(order[row] as number) * 9 + column] as number;
				}
			}
		}
		assert.ok((lossOf(shuffled, shuffled).loss.dataSync()[0] as number) > 0.05);
	});

	it('is zero on average for fresh rows of the same kind, though each half has its sampling noise', () => {
		// A large table as the target, so that its own sampling error plays no part.
		const target = createMomentMatcher(tf, mixedLayout, drawMixedRows(60_000, 5), options, createRandom(0));
		const lossOf = (first: Float32Array, second: Float32Array) => {
			const halves = [first, second].map((half) => tf.tensor2d(half, [half.length / 9, 9])) as [Tensor, Tensor];
			return matchMoments(tf, target, 0, halves).loss.dataSync()[0] as number;
		};
		const pairs = Array.from({ length: 60 }, (_, i) => {
			return [drawMixedRows(200, 2 * i + 10), drawMixedRows(200, 2 * i + 11)] as const;
		});
		const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
		const losses = pairs.map(([first, second]) => lossOf(first, second));
		const error = Math.sqrt(mean(losses.map((loss) => (loss - mean(losses)) ** 2)) / losses.length);
		assert.ok(Math.abs(mean(losses)) < 4 * error);
		// One half twice is the biased estimate: its sampling noise counts as distance.
		assert.ok(mean(pairs.map(([first]) => lossOf(first, first))) > 20 * error);
	});

	it('looks at random blocks of whole features where the layout is wide, and leaves the rest without gradient', () => {
		const spans: EncodedSpan[] = Array.from({ length: 6 }, (_, feature) => ({
			start: 3 * feature,
			width: 3,
			activation: 'softmax',
			feature,
			role: 'level',
			frequencies: [0.5, 0.3, 0.2],
		}));
		const wide: EncodedLayout = { width: 18, spans };
		const rows = normals('wide', 40 * 18).map(Math.abs);
		const blocks = createMomentMatcher(tf, wide, rows, { ...options, blockCells: 7 }, createRandom(0));
		assert.equal(blocks.blocks.length, 4);
		for (const [index, block] of blocks.blocks.entries()) {
			assert.equal(block.spans.length, 2);
			const half = tf.tensor2d(normals('wide/half', 4 * 18), [4, 18]);
			const gradient = matchMoments(tf, blocks, index, [half, half]).gradient.dataSync().subarray(0, 18);
			for (const [column, value] of gradient.entries()) {
				assert.equal(value !== 0, block.spans.includes(Math.floor(column / 3)));
			}
		}
	});
});
