import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Tensor } from '@tensorflow/tfjs';
import { loadBackend, type Tfjs } from '../../src/gan/backend.ts';
import { smallTensors } from '../../src/gan/small-tensors.ts';
import { normals } from './finite-differences.ts';

const { tf } = await loadBackend({ backend: 'cpu' });

/** Each is worked out with tfjs and with the small tensors, on the same numbers. */
const WORKINGS: Readonly<Record<string, (tf: Tfjs) => Tensor>> = {
	'sums of equal shapes': (on) => on.add(matrix(on, 'a', 4, 3), matrix(on, 'b', 4, 3)),
	'a row beside a matrix': (on) => on.sub(matrix(on, 'a', 4, 3), on.tensor1d(normals('row', 3))),
	'a column beside a matrix': (on) => on.mul(matrix(on, 'column', 4, 1), matrix(on, 'a', 4, 3)),
	'a row beside a column': (on) => on.div(matrix(on, 'column', 4, 1), matrix(on, 'row', 1, 3)),
	'numbers on either side': (on) => on.sub(1, on.mul(matrix(on, 'a', 4, 3), 2)),
	'all pairs of five axes': (on) =>
		on.sub(on.reshape(matrix(on, 'a', 6, 4), [2, 3, 1, 2, 2]), on.reshape(matrix(on, 'a', 6, 4), [2, 1, 3, 2, 2])),
	'sums over the middle': (on) => on.sum(on.reshape(matrix(on, 'a', 6, 4), [2, 3, 4]), 1, true),
	'sums over the last axis': (on) => on.sum(on.reshape(matrix(on, 'a', 6, 4), [2, 3, 4]), -1),
	'sums over two axes': (on) => on.sum(on.reshape(matrix(on, 'a', 6, 4), [2, 3, 4]), [0, 1]),
	'means of all': (on) => on.mean(matrix(on, 'a', 6, 4)),
	'means over the first axis': (on) => on.mean(matrix(on, 'a', 6, 4), 0, true),
	'a product': (on) => on.matMul(matrix(on, 'a', 4, 3), matrix(on, 'b', 3, 5)),
	'a product, first turned': (on) => on.matMul(matrix(on, 'a', 3, 4), matrix(on, 'b', 3, 5), true),
	'a product, second turned': (on) => on.matMul(matrix(on, 'a', 4, 3), matrix(on, 'b', 5, 3), false, true),
	'products of pairs': (on) =>
		on.matMul(on.reshape(matrix(on, 'a', 6, 4), [3, 2, 4]), on.reshape(matrix(on, 'b', 12, 5), [3, 4, 5])),
	'products of pairs, both turned': (on) =>
		on.matMul(on.reshape(matrix(on, 'a', 8, 3), [2, 4, 3]), on.reshape(matrix(on, 'b', 10, 4), [2, 5, 4]), true, true),
	'parts of different widths': (on) => on.split(matrix(on, 'a', 4, 5), [2, 3], 1)[1] as Tensor,
	'halves of the rows': (on) => on.split(matrix(on, 'a', 4, 5), 2)[1] as Tensor,
	'joined side by side': (on) => on.concat([matrix(on, 'a', 4, 2), matrix(on, 'b', 4, 3)], 1),
	'joined below each other': (on) => on.concat([matrix(on, 'a', 1, 3), matrix(on, 'b', 2, 3)], 0),
	'a part of rows and columns': (on) => on.slice(matrix(on, 'a', 4, 5), [1, 2], [2, 3]),
	'reshaped with a length left out': (on) => on.reshape(matrix(on, 'a', 4, 6), [3, -1]),
	comparisons: (on) => on.cast(on.greater(matrix(on, 'a', 4, 3), on.scalar(0)), 'float32'),
	'the other comparisons': (on) => on.cast(on.less(matrix(on, 'a', 4, 3), on.scalar(0)), 'float32'),
	functions: (on) =>
		on.concat(
			[on.tanh, on.exp, on.sigmoid, on.softplus, on.sign, on.square, on.neg, on.relu, on.abs].map((work) =>
				work(matrix(on, 'a', 4, 3)),
			),
			0,
		),
	roots: (on) => on.add(on.sqrt(on.exp(matrix(on, 'a', 4, 3))), on.rsqrt(on.exp(matrix(on, 'a', 4, 3)))),
	filled: (on) => on.concat([on.fill([2, 2], 3), on.ones([2, 2]), on.zeros([2, 2]), on.zerosLike(on.ones([2, 2]))], 0),
};

function matrix(on: Tfjs, label: string, rows: number, columns: number): Tensor {
	return on.tensor2d(normals(label, rows * columns), [rows, columns]);
}

for (const [name, work] of Object.entries(WORKINGS)) {
	it(`gives what tfjs gives: ${name}`, () => {
		const [expected, actual] = [work(tf), work(smallTensors())];
		assert.deepEqual(actual.shape, expected.shape);
		const values = expected.dataSync();
		assert.equal(actual.dataSync().length, values.length);
		for (const [i, value] of actual.dataSync().entries()) {
			assert.ok(Math.abs(value - (values[i] as number)) <= 1e-5 * Math.max(1, Math.abs(value)), `element ${i}`);
		}
	});
}
