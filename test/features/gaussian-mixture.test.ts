import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { fitGaussianMixture, type GaussianMode } from '../../src/features/gaussian-mixture.ts';

function draw(rows: number, modes: readonly GaussianMode[], seed: number): Float64Array {
	const random = createRandom(seed);
	return Float64Array.from({ length: rows }, () => {
		let left = random.uniform();
		let k = 0;
		while (k < modes.length - 1 && left >= (modes[k]?.weight ?? 0)) left -= modes[k++]?.weight ?? 0;
		const { mean, deviation } = modes[k] as GaussianMode;
		return mean + deviation * random.normal();
	});
}

/** Distribution function of the standard normal (Abramowitz and Stegun 26.2.17, error below 1e-7). */
function normalCdf(x: number): number {
	const t = 1 / (1 + 0.2316419 * Math.abs(x));
	const tail =
		(Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
		t *
		(0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
	return x > 0 ? 1 - tail : tail;
}

const known: GaussianMode[] = [
	{ weight: 0.5, mean: -20, deviation: 1 },
	{ weight: 0.3, mean: 0, deviation: 0.2 },
	{ weight: 0.2, mean: 30, deviation: 5 },
];

test('with as many modes as there are, a mixture of separate Gaussians is recovered', () => {
	const fitted = fitGaussianMixture(draw(20_000, known, 1), createRandom(2), { maxModes: 3 });
	assert.equal(fitted.length, 3);
	fitted.forEach((mode, k) => {
		const { weight, mean, deviation } = known[k] as GaussianMode;
		assert.ok(Math.abs(mode.weight - weight) < 0.015, `weight ${mode.weight}`);
		assert.ok(Math.abs(mode.mean - mean) < 0.15 * deviation, `mean ${mode.mean}`);
		assert.ok(Math.abs(mode.deviation / deviation - 1) < 0.1, `deviation ${mode.deviation}`);
	});
});

for (const [name, modes] of [
	['separate', known],
	['overlapping', [known[0], { weight: 0.3, mean: -18, deviation: 3 }, { weight: 0.2, mean: -10, deviation: 8 }]],
	['one', [{ weight: 1, mean: 5, deviation: 2 }]],
] as [string, GaussianMode[]][]) {
	test(`ten modes on ${name} Gaussian${name === 'one' ? '' : 's'} give the same distribution`, () => {
		const values = draw(20_000, modes, 3).sort();
		const fitted = fitGaussianMixture(values, createRandom(4));
		assert.ok(Math.abs(fitted.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-9);
		let worst = 0;
		for (let i = 0; i < values.length; i += 50) {
			const model = fitted.reduce(
				(sum, { weight, mean, deviation }) => sum + weight * normalCdf(((values[i] as number) - mean) / deviation),
				0,
			);
			worst = Math.max(worst, Math.abs(model - (i + 0.5) / values.length));
		}
		assert.ok(worst < 0.015, `distance ${worst} between the distribution functions`);
		assert.ok(fitted.every(({ weight }) => weight >= 0.005));
	});
}

test('modes that are not needed lose their weight', () => {
	const fitted = fitGaussianMixture(draw(20_000, known, 5), createRandom(6), { maxModes: 10 });
	assert.ok(fitted.length < 10, `${fitted.length} modes`);
});

test('hardly any values still give a usable mode', () => {
	assert.deepEqual(
		fitGaussianMixture(Float64Array.from([7]), createRandom(0)).map(({ weight, mean }) => [weight, mean]),
		[[1, 7]],
	);
	for (const values of [
		[0, 0, 0],
		[1e300, -1e300],
		[1, 2],
		[5e-324, 0, 1],
	]) {
		const fitted = fitGaussianMixture(Float64Array.from(values), createRandom(0));
		assert.ok(fitted.length > 0);
		for (const mode of fitted)
			assert.ok(
				Number.isFinite(mode.mean) && mode.deviation > 0 && Number.isFinite(mode.deviation),
				`${values}: ${JSON.stringify(mode)}`,
			);
	}
});
