import assert from 'node:assert/strict';
import type { Tensor } from '@tensorflow/tfjs';
import { createRandom } from '../../src/contracts/random.ts';
import type { Tfjs } from '../../src/gan/backend.ts';

/** Seeded numbers, standard normal times `scale`. */
export function normals(label: string, count: number, scale = 1): Float32Array {
	const values = new Float32Array(count);
	createRandom(7, label).fillNormal(values);
	return values.map((value) => value * scale);
}

/** Sum of output times fixed weights, in double precision: a loss whose gradient at the output is the weights. */
export function weightedSum(output: Tensor, weights: Float32Array): number {
	let sum = 0;
	for (const [i, value] of output.dataSync().entries()) sum += value * (weights[i] as number);
	return sum;
}

/**
 * Fails unless `gradient` is the gradient of `loss` at `point`, by central differences in every coordinate.
 * Single precision limits both: the difference may be `tolerance` of the largest component.
 */
export function assertGradient(
	tf: Tfjs,
	loss: (point: Float32Array) => number,
	point: Float32Array,
	gradient: ArrayLike<number>,
	{ step = 2e-3, tolerance = 4e-3 } = {},
): void {
	assert.equal(gradient.length, point.length);
	const largest = Math.max(...Array.from(gradient, Math.abs));
	assert.ok(largest > 1e-3, 'a gradient of zero would prove nothing');
	for (let i = 0; i < point.length; i++) {
		const at = (value: number) => tf.tidy(() => loss(point.with(i, value)));
		const value = point[i] as number;
		const [above, below] = [Math.fround(value + step), Math.fround(value - step)];
		const slope = (at(above) - at(below)) / (above - below);
		const difference = Math.abs(slope - (gradient[i] as number));
		assert.ok(difference <= tolerance * largest, `component ${i}: ${gradient[i]}, by differences ${slope}`);
	}
}
