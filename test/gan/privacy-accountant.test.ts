import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epsilonOf, findNoise, zcdpWithin } from '../../src/gan/privacy-accountant.ts';

/**
 * Google's dp-accounting 0.6.0 (`pip install dp-accounting`), the Rényi accountant at the same whole orders and the
 * exact privacy loss distribution, which no bound may be below:
 *
 *     from dp_accounting import dp_event as e
 *     event = e.ComposedDpEvent([
 *         e.SelfComposedDpEvent(e.PoissonSampledDpEvent(rate, e.GaussianDpEvent(noise)), steps),
 *         e.GaussianDpEvent((1 / (2 * zcdp)) ** 0.5)])  # left out where zcdp is 0
 *     accountant = rdp.RdpAccountant(orders=range(2, 257)); accountant.compose(event)
 *     exact = pld.PLDAccountant(value_discretization_interval=1e-3); exact.compose(event)
 *     print(accountant.get_epsilon(delta), exact.get_epsilon(delta))
 */
const GOLDEN = [
	{ rate: 0.01, noise: 1, steps: 1000, zcdp: 0, delta: 1e-5, epsilon: 2.107753075, exact: 1.8289 },
	{ rate: 0.05, noise: 2, steps: 500, zcdp: 0.01, delta: 1e-5, epsilon: 2.852992657, exact: 2.6031 },
	{ rate: 0.125, noise: 8, steps: 800, zcdp: 0.002, delta: 6e-6, epsilon: 1.988975675, exact: 1.8321 },
	{ rate: 0.06, noise: 0.7, steps: 400, zcdp: 0.1, delta: 1e-6, epsilon: 22.158325882, exact: 20.0855 },
	{ rate: 1, noise: 20, steps: 50, zcdp: 0.01, delta: 1e-5, epsilon: 1.603717606, exact: 1.4725 },
	{ rate: 0.001, noise: 0.6, steps: 10_000, zcdp: 0, delta: 1e-7, epsilon: 5.037048383, exact: 3.8478 },
];

test('epsilon equals that of dp-accounting, rounded up, and is above the exact one', () => {
	for (const { rate, noise, steps, zcdp, delta, epsilon, exact } of GOLDEN) {
		const own = epsilonOf({ zcdp, training: { rate, noise, steps } }, delta);
		assert.ok(own >= epsilon - 5e-10 && own <= epsilon * (1 + 1e-8), `${own} for ${epsilon}`);
		assert.ok(own > exact);
	}
});

test('the noise that is found spends the whole loss and no more', () => {
	for (const epsilon of [0.1, 1, 3, 10]) {
		for (const delta of [1e-5, 1e-8]) {
			const zcdp = 0.2 * zcdpWithin({ epsilon, delta });
			const training = { rate: 0.1, steps: 700 };
			const noise = findNoise({ epsilon, delta }, { zcdp, training });
			const spent = epsilonOf({ zcdp, training: { ...training, noise } }, delta);
			assert.ok(spent <= epsilon && spent > 0.9999 * epsilon, `${spent} of ${epsilon}`);
		}
	}
});

test('more steps, more rows a step and less noise each cost more', () => {
	const base = { rate: 0.05, noise: 2, steps: 300 };
	const epsilon = (change: Partial<typeof base>, zcdp = 0) =>
		epsilonOf({ zcdp, training: { ...base, ...change } }, 1e-5);
	assert.ok(epsilon({ steps: 600 }) > epsilon({}));
	assert.ok(epsilon({ rate: 0.1 }) > epsilon({}));
	assert.ok(epsilon({ noise: 1 }) > epsilon({}));
	assert.ok(epsilon({}, 0.01) > epsilon({}));
});

test('a loss that no noise keeps to is refused', () => {
	assert.throws(() => findNoise({ epsilon: 0.5, delta: 1e-6 }, { zcdp: 1, training: { rate: 0.1, steps: 10 } }), {
		code: 'CONFIG_INVALID',
	});
});
