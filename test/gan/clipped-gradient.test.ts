import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { TokenColumn } from '../../src/contracts/tokens.ts';
import {
	initialAutoregressive,
	likelihoodGradientTensor,
	orderMask,
	planAutoregressive,
	rowDeltas,
	type TokenBatch,
} from '../../src/gan/autoregressive-network.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { clippedGradientTensor, squaredNormsTensor } from '../../src/gan/clipped-gradient.ts';

let backend: Backend;
before(async () => {
	backend = await loadBackend();
});

const COLUMNS: TokenColumn[] = [
	{ tokens: 3, frequencies: [0.5, 0.3, 0.2], positions: null },
	{ tokens: 4, frequencies: [0.4, 0.3, 0.2, 0.1], positions: [0.2, 0.55, 0.8, null] },
	{ tokens: 2, frequencies: [0.9, 0.1], positions: null },
	{ tokens: 6, frequencies: [0.3, 0.3, 0.1, 0.1, 0.1, 0.1], positions: null },
];
const FEATURES = COLUMNS.length;
const ROWS = 40;
const plan = planAutoregressive({ columns: COLUMNS, embedding: 3, hidden: 5 });

function parameters(): Float32Array {
	const random = createRandom(1);
	return initialAutoregressive(plan, 100, random).map((value) => (value < -1e6 ? value : value + random.normal()));
}

function drawBatch(rows: number): TokenBatch {
	const random = createRandom(2);
	const tokens = Int32Array.from({ length: rows * FEATURES }, (_, i) =>
		random.integer((COLUMNS[i % FEATURES] as TokenColumn).tokens),
	);
	return { tokens, rows, mask: orderMask([2, 0, 3, 1]), dropout: null, weights: null };
}

function rowOf(batch: TokenBatch, row: number): TokenBatch {
	return { ...batch, rows: 1, tokens: batch.tokens.slice(row * FEATURES, (row + 1) * FEATURES) };
}

function take(make: () => ReturnType<typeof likelihoodGradientTensor>): Float32Array {
	const tensor = backend.tf.tidy(make);
	const values = (tensor.dataSync() as Float32Array).slice();
	tensor.dispose();
	return values;
}

function length(values: Float32Array): number {
	return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

test('the norms are those of the gradients of single rows', () => {
	const { tf } = backend;
	const flat = parameters();
	const batch = drawBatch(ROWS);
	const squared = take(() =>
		squaredNormsTensor(backend, plan, rowDeltas(backend, plan, tf.tensor1d(flat), batch, null), batch),
	);
	assert.equal(squared.length, ROWS);
	for (let row = 0; row < ROWS; row++) {
		const alone = take(() => likelihoodGradientTensor(backend, plan, tf.tensor1d(flat), rowOf(batch, row)));
		const norm = Math.sqrt(squared[row] as number);
		assert.ok(Math.abs(norm - length(alone)) < 1e-5 * norm, `row ${row}: ${norm} and ${length(alone)}`);
	}
});

test('the sum is that of the shortened gradients of single rows, padding left out', () => {
	const { tf } = backend;
	const flat = parameters();
	const batch = drawBatch(ROWS);
	const clipNorm = 12;
	const weights = Float32Array.from({ length: ROWS }, (_, row) => (row < ROWS - 3 ? 1 : 0));
	const sum = take(() => clippedGradientTensor(backend, plan, tf.tensor1d(flat), { ...batch, weights }, clipNorm));
	const expected = new Float64Array(sum.length);
	let shortened = 0;
	for (let row = 0; row < ROWS - 3; row++) {
		const alone = take(() => likelihoodGradientTensor(backend, plan, tf.tensor1d(flat), rowOf(batch, row)));
		const factor = Math.min(1, clipNorm / length(alone));
		if (factor < 1) shortened++;
		for (const [i, value] of alone.entries()) expected[i] = (expected[i] as number) + factor * value;
	}
	assert.ok(shortened > 5 && shortened < ROWS - 8, `${shortened} shortened`);
	for (const [i, value] of expected.entries()) assert.ok(Math.abs(value - (sum[i] as number)) < 1e-3, `parameter ${i}`);
});

test('no row moves the sum by more than the clipping norm', () => {
	const { tf } = backend;
	const flat = parameters();
	const batch = drawBatch(ROWS);
	for (const clipNorm of [0.01, 1, 5, 1000]) {
		for (let row = 0; row < ROWS; row++) {
			const alone = length(
				take(() => clippedGradientTensor(backend, plan, tf.tensor1d(flat), rowOf(batch, row), clipNorm)),
			);
			assert.ok(alone <= clipNorm, `${alone} for ${clipNorm}`);
			if (clipNorm === 0.01) assert.ok(alone > 0.0099);
		}
	}
});
