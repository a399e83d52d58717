import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { pairedInterval, studentQuantile } from '../../src/learn/paired-interval.ts';

test("quantiles of Student's t are those of scipy", () => {
	// scipy.stats.t.ppf([.975, .9, .99375], df)
	const golden: readonly (readonly [number, number, number])[] = [
		[0.975, 1, 12.706204736174694],
		[0.9, 1, 3.0776835371752544],
		[0.99375, 1, 50.92303663648572],
		[0.975, 2, 4.302652729749462],
		[0.9, 2, 1.8856180831641272],
		[0.99375, 2, 8.860200034654316],
		[0.975, 4, 2.7764451051977934],
		[0.9, 4, 1.533206274058944],
		[0.99375, 4, 4.314656048886743],
		[0.975, 9, 2.262157162798205],
		[0.9, 9, 1.3830287383966329],
		[0.99375, 9, 3.1109348231794756],
		[0.975, 14, 2.144786687917804],
		[0.9, 14, 1.345030374454651],
		[0.99375, 14, 2.8639940282799636],
		[0.975, 29, 2.045229642132703],
		[0.9, 29, 1.311433647301551],
		[0.99375, 29, 2.663195722592768],
	];
	for (const [share, freedom, expected] of golden) {
		assert.ok(Math.abs(studentQuantile(share, freedom) / expected - 1) < 1e-9, `${share} ${freedom}`);
	}
	assert.ok(Math.abs(studentQuantile(0.5, 7)) < 1e-12);
});

test('the interval is the corrected resampled t interval', () => {
	// d = np.array([.02, .05, -.01, .03, .04]); se = sqrt((1/5 + 1/4) * d.var(ddof=1)); t.ppf(.975, 4) * se
	const first = [0.52, 0.65, 0.39, 0.73, 0.84];
	const second = [0.5, 0.6, 0.4, 0.7, 0.8];
	const { difference, low, high } = pairedInterval(first, second, 1 / 4, 0.95);
	assert.ok(Math.abs(difference - 0.026) < 1e-12);
	assert.ok(Math.abs(high - difference - 0.04287787786480534) < 1e-9);
	assert.ok(Math.abs(difference - low - 0.04287787786480534) < 1e-9);
});

test('without any difference the interval nearly always holds 0', () => {
	const random = createRandom(3);
	let misses = 0;
	for (let i = 0; i < 1000; i++) {
		const draw = () => Array.from({ length: 10 }, () => random.normal());
		const { low, high } = pairedInterval(draw(), draw(), 1 / 4, 0.95);
		if (low > 0 || high < 0) misses++;
	}
	// Independent folds need no correction, so it errs on the side of doubt.
	assert.ok(misses < 20, String(misses));
});
