import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { segmentSumTensor } from '../../src/gan/segment-sum.ts';
import { startGenerator } from '../../src/synthesis/fit-generator.ts';
import { people } from '../synthesis/people.ts';

test('WebAssembly sums segments, and trains and judges the autoregressive generator', async () => {
	const backend = await loadBackend({ backend: 'wasm' });
	const { tf } = backend;
	const sums = tf.tidy(() => {
		const values = tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2]);
		return segmentSumTensor(backend, values, Int32Array.of(2, 0, 2), 3).arraySync();
	});
	assert.deepEqual(sums, [
		[3, 4],
		[0, 0],
		[6, 8],
	]);
	const { table, specs } = people(200);
	const training = startGenerator(backend, table, specs, 1, { steps: 5, judgeSteps: 3 });
	const { generator } = await training.finish();
	assert.equal(generator.sample(20, createRandom(1)).rows, 20);
	generator.dispose();
	training.dispose();
});
