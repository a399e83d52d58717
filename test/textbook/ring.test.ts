import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countPoints, drawRing, measureRing, RING } from '../../src/textbook/ring.ts';

const real = drawRing(2);
const generatorOf = (points: Float32Array) => ({
	generate: (rows: number) => Float32Array.from({ length: 2 * rows }, (_, i) => points[i % points.length] as number),
	logits: () => new Float64Array(),
});

it('a generator that draws real points has all eight Gaussians and 98.9 % of good points', () => {
	const { modes, goodShare } = measureRing(generatorOf(real));
	assert.equal(modes, 8);
	assert.ok(Math.abs(goodShare - 0.989) < 0.005, String(goodShare));
});

it('a generator that makes one point has one, one that makes the centre none', () => {
	assert.deepEqual(measureRing(generatorOf(Float32Array.of(RING.radius, 0))), { modes: 1, goodShare: 1 });
	assert.deepEqual(measureRing(generatorOf(Float32Array.of(0, 0))), { modes: 0, goodShare: 0 });
});

it('a Gaussian with less than a quarter of its fair share of the points does not count', () => {
	const points = (others: number) =>
		Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 1 ? 0 : i / 2 < others ? -RING.radius : RING.radius));
	assert.equal(measureRing(generatorOf(points(3))).modes, 1);
	assert.equal(measureRing(generatorOf(points(4))).modes, 2);
});

it('points are counted by Gaussian, those near none by themselves', () => {
	const bars = countPoints(Float32Array.of(RING.radius, 0, 0, RING.radius, 0, RING.radius, 5, 5));
	assert.deepEqual(
		bars.filter(({ count }) => count > 0),
		[
			{ label: 'at 0 deg', count: 1 },
			{ label: 'at 90 deg', count: 2 },
			{ label: 'near none', count: 1 },
		],
	);
});
