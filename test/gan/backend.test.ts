import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { measureTrainingStep } from '../../src/gan/measure-training-step.ts';

const installState = new URL('../../node_modules/.counterfoil-install.json', import.meta.url);
const loadScript = `
import { loadBackend } from ${JSON.stringify(new URL('../../src/gan/backend.ts', import.meta.url).href)};
const { name, tf } = await loadBackend();
const listeners = process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
console.log(name, tf.ones([2, 3]).matMul(tf.ones([3, 2])).dataSync().join(), 'listeners:', listeners);
`;

/** Loads a backend in a new process, as a user's program does. */
function loadInNewProcess(environment: NodeJS.ProcessEnv) {
	const { COUNTERFOIL_BACKEND: _, TF_CPP_MIN_LOG_LEVEL: __, ...clean } = process.env;
	return spawnSync(process.execPath, ['--input-type=module', '-e', loadScript], {
		encoding: 'utf8',
		env: { ...clean, ...environment },
	});
}

/** Product of two matrices of mixed signs and sizes, the same for every backend. */
function multiply({ tf }: Backend): Float32Array {
	return tf.tidy(() => {
		const left = tf.randomNormal([37, 211], 0, 1, 'float32', 7);
		const right = tf.randomNormal([211, 53], 0, 0.1, 'float32', 8);
		return left.matMul(right).dataSync() as Float32Array;
	});
}

test('tfjs-node is the backend wherever the install could have it', () => {
	assert.ok(existsSync(installState), 'the install has not run: "npm run postinstall"');
	const { tfjsNodeExpected, results } = JSON.parse(readFileSync(installState, 'utf8'));
	const { stdout } = loadInNewProcess({});
	assert.equal(stdout, `${tfjsNodeExpected ? 'node' : 'wasm'} 3,3,3,3 listeners: 0\n`, JSON.stringify(results));
});

test('loading a backend and computing with it writes nothing to stderr', () => {
	for (const name of ['auto', 'wasm', 'cpu']) {
		const { stderr, status } = loadInNewProcess({ COUNTERFOIL_BACKEND: name });
		assert.deepEqual({ name, status, stderr }, { name, status: 0, stderr: '' });
	}
});

test('the default backend, WebAssembly and the plain reference give the same product', async () => {
	const products = [];
	for (const backend of ['auto', 'wasm', 'cpu'] as const) products.push(multiply(await loadBackend({ backend })));
	const [first, ...others] = products;
	assert.equal(first?.length, 37 * 53);
	for (const other of others) {
		for (const [index, value] of other.entries()) {
			assert.ok(Math.abs(value - (first[index] ?? Number.NaN)) < 1e-5, `element ${index}`);
		}
	}
});

test('gradients are registered in every backend', async () => {
	for (const backend of ['auto', 'wasm', 'cpu'] as const) {
		const { tf } = await loadBackend({ backend });
		// d/dx mean(relu(x)^2) = 2 relu(x) / n
		const slope = tf.tidy(() =>
			tf
				.grad((x) => x.relu().square().mean())(tf.tensor1d([-1, 2, 3, 4]))
				.arraySync(),
		);
		assert.deepEqual(slope, [0, 1, 1.5, 2]);
	}
});

test('measuring a training step takes a positive time and leaves no tensor', async () => {
	const backend = await loadBackend();
	const before = backend.tf.memory().numTensors;
	const milliseconds = measureTrainingStep(backend);
	assert.ok(milliseconds > 0 && milliseconds < 60_000, `${milliseconds} ms`);
	assert.equal(backend.tf.memory().numTensors, before);
});

test('WebAssembly leaves the handling of uncaught errors to the program', () => {
	assert.equal(loadInNewProcess({ COUNTERFOIL_BACKEND: 'wasm' }).stdout, 'wasm 3,3,3,3 listeners: 0\n');
});

test('a backend that was asked for and is not installed is an error with a hint', () => {
	const bare = mkdtempSync(join(tmpdir(), 'counterfoil-backend-'));
	try {
		for (const file of ['gan/backend.ts', 'contracts/errors.ts']) {
			cpSync(new URL(`../../src/${file}`, import.meta.url), join(bare, file));
		}
		const script = `
			const { loadBackend } = await import(${JSON.stringify(join(bare, 'gan/backend.ts'))});
			console.log(JSON.stringify((await loadBackend({ backend: 'node' }).catch((error) => error)).toRecord()));
		`;
		const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
		const { code, where, hint } = JSON.parse(stdout);
		assert.deepEqual({ code, where }, { code: 'BACKEND_UNAVAILABLE', where: 'backend node' });
		assert.match(hint, /counterfoil doctor/);
	} finally {
		rmSync(bare, { recursive: true, force: true });
	}
});

test('an unknown name in COUNTERFOIL_BACKEND is refused with the names that exist', () => {
	const { status, stderr } = loadInNewProcess({ COUNTERFOIL_BACKEND: 'gpu' });
	assert.notEqual(status, 0);
	assert.match(stderr, /CONFIG_INVALID/);
	assert.match(stderr, /auto, node, wasm, cpu/);
});
