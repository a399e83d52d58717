import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom, restoreRandom } from '../../src/contracts/random.ts';

test('the same seed and label give the same stream, other seeds and labels other ones', () => {
	const draw = (seed: number, label: string) => Array.from({ length: 8 }, createRandom(seed, label).uniform);
	assert.deepEqual(draw(0, 'a'), draw(0, 'a'));
	const streams = [draw(0, 'a'), draw(1, 'a'), draw(2 ** 40, 'a'), draw(0, 'b')].map((s) => s.join());
	assert.equal(new Set(streams).size, 4);
});

test('a saved state goes on exactly where it stopped, a waiting normal included', () => {
	const random = createRandom(7);
	random.normal();
	const copy = restoreRandom(random.save());
	for (let i = 0; i < 9; i++) assert.equal(copy.normal(), random.normal());
	assert.equal(copy.uniform(), random.uniform());
});

test('a fork depends on its label and leaves its parent where it was', () => {
	const random = createRandom(3);
	const before = random.save();
	const a = random.fork('a').uniform();
	const b = random.fork('b').uniform();
	assert.notEqual(a, b);
	assert.deepEqual(random.save(), before);
});

test('uniforms fill [0, 1) evenly and normals have mean 0, variance 1 and kurtosis 3', () => {
	const n = 200_000;
	const uniform = new Float32Array(n);
	createRandom(1).fillUniform(uniform);
	const bins = new Array<number>(20).fill(0);
	for (const u of uniform) {
		assert.ok(u >= 0 && u < 1);
		bins[Math.floor(u * 20)] = (bins[Math.floor(u * 20)] as number) + 1;
	}
	const chiSquared = bins.reduce((sum, count) => sum + (count - n / 20) ** 2 / (n / 20), 0);
	assert.ok(chiSquared < 50, `chi squared ${chiSquared} with 19 degrees of freedom`);
	const normal = new Float64Array(n);
	createRandom(2).fillNormal(normal);
	const moment = (power: number) => normal.reduce((sum, z) => sum + z ** power, 0) / n;
	assert.ok(Math.abs(moment(1)) < 0.01 && Math.abs(moment(2) - 1) < 0.02 && Math.abs(moment(4) - 3) < 0.1);
});

test('integers, permutations and samples stay in range, without repeats', () => {
	const random = createRandom(5);
	const counts = [0, 0, 0];
	for (let i = 0; i < 30_000; i++) {
		const face = random.integer(3);
		counts[face] = (counts[face] as number) + 1;
	}
	for (const count of counts) assert.ok(Math.abs(count - 10_000) < 500, String(counts));
	assert.deepEqual(
		[...random.permutation(50)].sort((x, y) => x - y),
		Array.from({ length: 50 }, (_, i) => i),
	);
	for (const k of [5, 600]) {
		const picked = random.sample(1000, k);
		assert.equal(new Set(picked).size, k);
		assert.ok(picked.every((i) => i >= 0 && i < 1000));
	}
});
