import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { Backend, BackendName } from '../../src/gan/backend.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { disposeAdamW, startAdamW, stepAdamW } from '../../src/scoring/adamw.ts';
import type { NetworkShape } from '../../src/scoring/member-network.ts';
import {
	gradientTensor,
	initialParameters,
	loadLayers,
	logitTensor,
	parameterShapes,
} from '../../src/scoring/member-network.ts';

const SHAPE: NetworkShape = { members: 3, width: 4, hidden: 5 };
const BATCH = 6;
const random = createRandom(1);
const parameters = initialParameters(SHAPE, new Float64Array([3, 3, 3]), random);
// Biases start at 0; other values find mistakes that zeros hide.
for (let i = 0; i < parameters.length; i++) parameters[i] = (parameters[i] as number) + 0.3 * random.normal();
const inputs = new Float32Array(SHAPE.members * 2 * BATCH * SHAPE.width);
random.fillNormal(inputs);
for (let row = 0; row < SHAPE.members * 2 * BATCH; row++) inputs[row * SHAPE.width + SHAPE.width - 1] = 1;
const targets = Float32Array.from({ length: 2 * BATCH }, (_, i) => (i < BATCH ? 1 : 0));

/** The same networks in double precision, one number after the other. */
function referenceLogits(flat: ArrayLike<number>): number[] {
	const { members, width, hidden } = SHAPE;
	const offsets: number[] = [];
	let at = 0;
	for (const [m, rows, columns] of parameterShapes(SHAPE)) {
		offsets.push(at);
		at += m * rows * columns;
	}
	const [w1, w2, b2, w3, b3] = offsets as [number, number, number, number, number];
	const p = (i: number) => flat[i] as number;
	const leaky = (z: number) => (z > 0 ? z : 0.1 * z);
	const logits: number[] = [];
	for (let m = 0; m < members; m++) {
		for (let row = 0; row < 2 * BATCH; row++) {
			const x = (c: number) => inputs[(m * 2 * BATCH + row) * width + c] as number;
			const a1 = Array.from({ length: hidden }, (_, j) => {
				let z = 0;
				for (let c = 0; c < width; c++) z += x(c) * p(w1 + (m * width + c) * hidden + j);
				return leaky(z);
			});
			const a2 = Array.from({ length: hidden }, (_, j) => {
				let z = p(b2 + m * hidden + j);
				for (let i = 0; i < hidden; i++) z += (a1[i] as number) * p(w2 + (m * hidden + i) * hidden + j);
				return leaky(z);
			});
			logits.push(a2.reduce((sum, a, i) => sum + a * p(w3 + m * hidden + i), p(b3 + m)));
		}
	}
	return logits;
}

function referenceLoss(flat: ArrayLike<number>): number {
	return referenceLogits(flat).reduce((sum, logit, i) => {
		const isReal = i % (2 * BATCH) < BATCH;
		return sum + Math.log1p(Math.exp(isReal ? -logit : logit)) / BATCH;
	}, 0);
}

async function loadIfThere(name: BackendName): Promise<Backend | null> {
	return loadBackend({ backend: name }).catch(() => null);
}

for (const name of ['wasm', 'cpu', 'node'] as const) {
	test(`on ${name} the logits are those of the networks one by one and the gradient that of finite differences`, async (t) => {
		const backend = await loadIfThere(name);
		if (backend === null) return t.skip('the backend is not installed');
		const { tf } = backend;
		const before = tf.memory().numTensors;
		const [logits, gradient] = tf.tidy(() => {
			const flat = tf.tensor1d(parameters);
			const x = tf.tensor3d(inputs, [SHAPE.members, 2 * BATCH, SHAPE.width]);
			const y = tf.tensor3d(targets, [1, 2 * BATCH, 1]);
			const layers = loadLayers(backend, Float32Array.from(parameters), SHAPE);
			const columns = tf.transpose(x, [0, 2, 1]);
			return [logitTensor(backend, layers, columns).dataSync(), gradientTensor(backend, flat, SHAPE, x, y).dataSync()];
		});
		assert.equal(tf.memory().numTensors, before);
		for (const [i, exact] of referenceLogits(parameters).entries()) {
			assert.ok(Math.abs((logits[i] as number) - exact) < 1e-4);
		}
		assert.equal(gradient.length, parameters.length);
		const flat = Float64Array.from(parameters);
		const epsilon = 1e-6;
		for (let i = 0; i < flat.length; i++) {
			const kept = flat[i] as number;
			flat[i] = kept + epsilon;
			const above = referenceLoss(flat);
			flat[i] = kept - epsilon;
			const below = referenceLoss(flat);
			flat[i] = kept;
			const difference = (above - below) / (2 * epsilon);
			const found = gradient[i] as number;
			assert.ok(Math.abs(found - difference) < 1e-4 + 1e-3 * Math.abs(difference), `${i}: ${found}, ${difference}`);
		}
	});
}

test('AdamW takes the steps of its paper', async () => {
	const { tf } = await loadBackend();
	// import numpy as np
	// p = np.array([1., -2., .5]); m = np.zeros(3); v = np.zeros(3)
	// for t, g in enumerate(([.1, -3., 0.], [.2, 1., -.5], [-.4, 2., .5]), 1):
	//     g = np.array(g); p = p * (1 - .1 * .01); m = .9 * m + .1 * g; v = .99 * v + .01 * g * g
	//     p = p - .1 * (m / (1 - .9 ** t)) / (np.sqrt(v / (1 - .99 ** t)) + 1e-8)
	const expected = [0.8202289, -1.86219419, 0.56816517];
	const gradients = [
		[0.1, -3, 0],
		[0.2, 1, -0.5],
		[-0.4, 2, 0.5],
	];
	const settings = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01 };
	const before = tf.memory().numTensors;
	let state = startAdamW(tf, new Float32Array([1, -2, 0.5]));
	for (const gradient of gradients) {
		const last = state;
		state = tf.tidy(() => stepAdamW(tf, last, tf.tensor1d(gradient), 0.1, settings) as never);
		disposeAdamW(last);
	}
	for (const [i, value] of state.parameters.dataSync().entries()) {
		assert.ok(Math.abs(value - (expected[i] as number)) < 1e-5, `${i}: ${value}`);
	}
	disposeAdamW(state);
	assert.equal(tf.memory().numTensors, before);
});
