import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { fitTemperature } from '../../src/gan/temperature.ts';

test('the temperature halves logits that are twice too sure and silences those that know nothing', () => {
	const random = createRandom(1);
	// Real rows from N(1, 1), fakes from N(-1, 1): the true log-odds of x are 2 x.
	const draw = (mean: number, scale: number) =>
		new Float32Array(20_000).map(() => scale * 2 * (mean + random.normal()));
	assert.ok(Math.abs(fitTemperature(draw(1, 1), draw(-1, 1), 1.5).weight - 1) < 0.11);
	assert.ok(Math.abs(fitTemperature(draw(1, 2), draw(-1, 2), 1.5).weight - 0.5) < 0.06);
	assert.equal(fitTemperature(draw(1, 0.2), draw(-1, 0.2), 1.5).weight, 1.5);
	assert.ok(fitTemperature(draw(0, 1), draw(0, 1), 1.5).weight <= 0.05);
	assert.equal(fitTemperature(draw(-1, 1), draw(1, 1), 1.5).weight, 0);
});
