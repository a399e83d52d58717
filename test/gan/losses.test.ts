import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadBackend } from '../../src/gan/backend.ts';
import { LOSSES, type LossName } from '../../src/gan/losses.ts';
import { assertGradient, normals } from './finite-differences.ts';

const { tf } = await loadBackend({ backend: 'cpu' });
const column = (values: Float32Array) => tf.tensor2d(values, [values.length, 1]);

describe('adversarial losses', () => {
	const real = normals('real logits', 6, 2);
	const fake = normals('fake logits', 6, 2);
	for (const name of Object.keys(LOSSES) as LossName[]) {
		const loss = LOSSES[name];

		it(`${name} has the discriminator gradients that finite differences find`, () => {
			const gradients = loss.discriminatorGradients(tf, column(real), column(fake));
			const valueAt = (r: Float32Array, f: Float32Array) =>
				loss.value(tf, column(r), column(f)).discriminator.dataSync()[0] as number;
			assertGradient(tf, (r) => valueAt(r, fake), real, gradients.real.dataSync());
			assertGradient(tf, (f) => valueAt(real, f), fake, gradients.fake.dataSync());
		});

		it(`${name} has the generator gradient that finite differences find`, () => {
			const gradient = loss.generatorGradient(tf, column(fake)).dataSync();
			const valueAt = (f: Float32Array) => loss.value(tf, column(real), column(f)).generator.dataSync()[0] as number;
			assertGradient(tf, valueAt, fake, gradient);
		});

		it(`${name} prefers high logits for real rows, and the generator high ones for its own`, () => {
			const [high, low] = [column(Float32Array.of(3, 2)), column(Float32Array.of(-2, -3))];
			const [right, wrong] = [loss.value(tf, high, low), loss.value(tf, low, high)];
			assert.ok((right.discriminator.dataSync()[0] as number) < (wrong.discriminator.dataSync()[0] as number));
			assert.ok((wrong.generator.dataSync()[0] as number) < (right.generator.dataSync()[0] as number));
			const threshold = loss.threshold(tf, high, low).dataSync()[0] as number;
			assert.ok(threshold < 2 && threshold > -2);
		});
	}
});
