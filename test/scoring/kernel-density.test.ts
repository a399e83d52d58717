import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import { densityAt, densitySurprise, fitCircularDensity, fitDensity } from '../../src/scoring/kernel-density.ts';

const SETTINGS = { bandwidth: 2, cauchyShare: 0.03, cauchyWidth: 4 };

function normals(n: number, seed: number): Float64Array {
	const values = new Float64Array(n);
	createRandom(seed).fillNormal(values);
	return values;
}

/** The estimate summed point by point, without a grid. */
function exactDensity(values: Float64Array, x: number): number {
	const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
	const std = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length);
	const h = 2 * 1.06 * std * values.length ** -0.2;
	let sum = 0;
	for (const value of values) {
		const u = (x - value) / h;
		sum += (0.97 * Math.exp(-0.5 * u * u)) / Math.sqrt(2 * Math.PI) + 0.03 / (4 * Math.PI * (1 + (u / 4) ** 2));
	}
	return sum / (h * values.length);
}

test('on its grid the density is the sum of the kernels', () => {
	const values = normals(500, 1);
	const grid = fitDensity(values, Math.min(...values), Math.max(...values), 1, SETTINGS);
	for (let x = -4; x <= 4; x += 0.37) {
		const exact = exactDensity(values, x);
		assert.ok(Math.abs(densityAt(grid, x) / exact - 1) < 5e-3, `at ${x}: ${densityAt(grid, x)}, exact ${exact}`);
	}
});

test('the density integrates to 1, tails included', () => {
	const values = normals(300, 2);
	const grid = fitDensity(values, Math.min(...values), Math.max(...values), 1, SETTINGS);
	let mass = 0;
	for (let x = -400; x < 400; x += 0.01) mass += densityAt(grid, x) * 0.01;
	assert.ok(Math.abs(mass - 1) < 5e-3, String(mass));
});

test('beyond the grid the surprise grows with the distance, continuously, up to the floor, and follows the exact tail', () => {
	const values = normals(400, 3);
	const highest = Math.max(...values);
	const grid = fitDensity(values, Math.min(...values), highest, 1, SETTINGS);
	const edge = grid.start + grid.step * (grid.density.length - 1);
	assert.ok(Math.abs(densitySurprise(grid, edge + 1e-9) - densitySurprise(grid, edge - 1e-9)) < 1e-6);
	let last = densitySurprise(grid, edge);
	for (let x = edge + 0.1; x < 1e4; x *= 1.3) {
		const surprise = densitySurprise(grid, x);
		assert.ok(surprise > last);
		assert.ok(Math.abs(surprise + Math.log(exactDensity(values, x))) < 0.35, `at ${x}`);
		last = surprise;
	}
	assert.equal(densitySurprise(grid, 1e12), -Math.log(1e-12));
});

test('equal values give a finite density that peaks at them', () => {
	const grid = fitDensity(new Float64Array(50).fill(2), 0, 5, 1, SETTINGS);
	assert.ok(densityAt(grid, 2) > densityAt(grid, 3) && densityAt(grid, 3) > 0);
});

test('a circular density joins at its ends, integrates to 1 and is the sum of wrapped kernels', () => {
	const random = createRandom(4);
	const length = Math.sqrt(12);
	const values = new Float64Array(400).map(() => {
		const x = 0.1 + 0.3 * random.normal();
		return x - Math.floor(x / length) * length;
	});
	const grid = fitCircularDensity(values, length, SETTINGS);
	assert.ok(Math.abs(densityAt(grid, 0) - densityAt(grid, length)) < 1e-12);
	assert.ok(densityAt(grid, 0.1) > 5 * densityAt(grid, length / 2));
	let mass = 0;
	for (let x = 0; x < length; x += length / 4000) mass += (densityAt(grid, x) * length) / 4000;
	assert.ok(Math.abs(mass - 1) < 1e-3, String(mass));

	// One kernel, wrapped by brute force; a point mass at 1 has the least bandwidth, so take the uniform's instead.
	const spread = Float64Array.from({ length: 2 }, (_, i) => 1 + (i * length) / 2);
	const two = fitCircularDensity(spread, length, SETTINGS);
	const h = 2 * 1.06 * 2 ** -0.2;
	const kernel = (distance: number) => {
		let sum = 0;
		for (let turn = -20_000; turn <= 20_000; turn++) {
			const u = (distance + turn * length) / h;
			sum += (0.97 * Math.exp(-0.5 * u * u)) / Math.sqrt(2 * Math.PI) + 0.03 / (4 * Math.PI * (1 + (u / 4) ** 2));
		}
		return sum / h;
	};
	for (const x of [0.2, 1.4, 3]) {
		const exact = (kernel(x - 1) + kernel(x - 1 - length / 2)) / 2;
		assert.ok(Math.abs(densityAt(two, x) / exact - 1) < 1e-3, `${densityAt(two, x)} ${exact}`);
	}
});
