import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { EncodedLayout, EncodedSpan } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { createMomentMatcher, type MomentMatcher, matchMoments } from '../../src/gan/moment-matching.ts';
import { findOffsetModes } from '../../src/gan/offset-modes.ts';
import { assertGradient, normals } from './finite-differences.ts';
import { drawMixedRows, mixedLayout } from './mixed-table.ts';

const { tf } = await loadBackend({ backend: 'cpu' });
const options = { blockCells: 600, blocks: 4, floor: 2e-3, rows: 100_000 };
const real = drawMixedRows(3000, 1);
const offsets = findOffsetModes(mixedLayout, real);
const create = (rows: Float32Array) => createMomentMatcher(tf, mixedLayout, offsets, rows, options, createRandom(0));
const matcher = create(real);

/** Loss and gradient of rows [first, second] whose conditions are the levels of the first span, row by row. */
function match(target: MomentMatcher, rows: Float32Array) {
	const count = rows.length / 9;
	const conditions = rows.slice();
	for (let start = 0; start < rows.length; start += 9) {
		conditions.fill(0, start, start + 9);
		conditions[start + ((start / 9) % 4)] = 1;
	}
	return matchMoments(tf, target, 0, tf.tensor2d(rows, [count, 9]), tf.tensor2d(conditions, [count, 9]));
}

/** The same with conditions as they are drawn in training: a span of the row, at random. */
function matchAsDrawn(target: MomentMatcher, rows: Float32Array, seed: number): number {
	const conditions = new Float32Array(rows.length);
	const random = createRandom(seed, 'conditions');
	const spans = [0, 2, 3].map((index) => mixedLayout.spans[index] as EncodedSpan);
	for (let start = 0; start < rows.length; start += 9) {
		const { start: from, width } = spans[random.integer(3)] as EncodedSpan;
		conditions.set(rows.subarray(start + from, start + from + width), start + from);
	}
	const count = rows.length / 9;
	const { loss } = matchMoments(tf, target, 0, tf.tensor2d(rows, [count, 9]), tf.tensor2d(conditions, [count, 9]));
	return loss.dataSync()[0] as number;
}

const joined = (first: Float32Array, second: Float32Array) => Float32Array.of(...first, ...second);

describe('second-moment matching', () => {
	it('has the gradient that finite differences find, in both halves', () => {
		const rows = normals('moments', 10 * 9, 0.5);
		const gradient = match(matcher, rows).gradient.dataSync();
		const valueAt = (x: Float32Array) => match(matcher, x).loss.dataSync()[0] as number;
		assertGradient(tf, valueAt, rows, gradient, { step: 5e-3 });
	});

	it('finds hardly any distance for rows of the same kind and a clear one for independent columns', () => {
		const fresh = joined(drawMixedRows(3000, 2), drawMixedRows(3000, 3));
		const shuffled = fresh.slice();
		const random = createRandom(4);
		for (const { start, width } of mixedLayout.spans) {
			for (let row = 0; row < 6000; row++) {
				const from = random.integer(6000) * 9 + start;
				shuffled.set(fresh.subarray(from, from + width), row * 9 + start);
			}
		}
		const [same, independent] = [matchAsDrawn(matcher, fresh, 1), matchAsDrawn(matcher, shuffled, 1)];
		assert.ok(independent > 50 * Math.abs(same), `${independent} against ${same}`);
	});

	it('is zero on average for fresh rows of the same kind, though each half has its sampling noise', () => {
		// A large table as the target, so that its own sampling error plays no part.
		const target = create(drawMixedRows(60_000, 5));
		const halves = Array.from({ length: 120 }, (_, i) => drawMixedRows(200, i + 10));
		const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
		const losses = Array.from({ length: 60 }, (_, i) => {
			return matchAsDrawn(target, joined(halves[2 * i] as Float32Array, halves[2 * i + 1] as Float32Array), i);
		});
		const error = Math.sqrt(mean(losses.map((loss) => (loss - mean(losses)) ** 2)) / losses.length);
		assert.ok(Math.abs(mean(losses)) < 4 * error, `${mean(losses)} with a standard error of ${error}`);
		// One half twice is the biased estimate: its sampling noise counts as distance.
		assert.ok(mean(halves.map((half, i) => matchAsDrawn(target, joined(half, half), i))) > 10 * error);
	});

	it('sees that a mode has the wrong offsets, which shares alone do not show', () => {
		const fresh = joined(drawMixedRows(3000, 2), drawMixedRows(3000, 3));
		const moved = fresh.map((value, i) => (i % 9 === 4 ? -value : value));
		assert.ok(matchAsDrawn(matcher, moved, 1) > 20 * Math.abs(matchAsDrawn(matcher, fresh, 1)));
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
		const blocks = createMomentMatcher(tf, wide, [], rows, { ...options, blockCells: 7 }, createRandom(0));
		assert.equal(blocks.blocks.length, 4);
		for (const [index, block] of blocks.blocks.entries()) {
			assert.equal(block.spans.length, 2);
			const generated = tf.tensor2d(normals('wide/generated', 4 * 18), [4, 18]);
			const { gradient } = matchMoments(tf, blocks, index, generated, tf.zeros([4, 18]));
			for (const [i, value] of gradient.dataSync().entries()) {
				assert.equal(value !== 0, block.spans.includes(Math.floor((i % 18) / 3)));
			}
		}
	});
});
