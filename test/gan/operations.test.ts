import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/contracts/random.ts';
import type { TokenColumn } from '../../src/contracts/tokens.ts';
import { createAutoregressiveTrainer } from '../../src/gan/autoregressive-trainer.ts';
import { loadBackend } from '../../src/gan/backend.ts';
import { createMlpTrainer } from '../../src/gan/mlp-trainer.ts';
import type { MlpOptions } from '../../src/gan/options.ts';
import { drawMixedRows, mixedLayout } from './mixed-table.ts';

const backend = await loadBackend();
const { tf } = backend;

/** Operations of the backend in a piece of work: each costs tens of microseconds beside its arithmetic. */
async function countOperations(work: () => Promise<unknown>): Promise<number> {
	const { kernels } = await tf.profile(async () => {
		await work();
		return tf.scalar(0);
	});
	return kernels.length;
}

/** Of one step that records no history. */
async function countOfStep(options: MlpOptions): Promise<number> {
	const settings: MlpOptions = { batchRows: 60, latentWidth: 8, steps: 40, historyEverySteps: 100, ...options };
	const trainer = createMlpTrainer(backend, mixedLayout, drawMixedRows(500, 1), settings, 5);
	await trainer.train({ untilStep: 2 });
	const whole = await countOperations(() => trainer.train({ untilStep: 4 }));
	const one = await countOperations(() => trainer.train({ untilStep: 5 }));
	trainer.dispose();
	return whole - one;
}

test('a step of the plain GAN takes few operations, and fewer where moments are not matched', async () => {
	const matched = await countOfStep({});
	const alone = await countOfStep({ momentWeight: 0 });
	assert.ok(matched <= 301, `${matched}`);
	assert.ok(alone < matched - 1, `${alone} and ${matched}`);
});

test('a step of the autoregressive generator takes as many operations for three columns as for twelve', async () => {
	const count = async (features: number) => {
		const column: TokenColumn = { tokens: 3, frequencies: [0.5, 0.3, 0.2], positions: null };
		const random = createRandom(1);
		const tokens = Int32Array.from({ length: 300 * features }, () => random.integer(3));
		const columns = Array.from({ length: features }, () => column);
		const options = { steps: 40, embedding: 4, batchRows: 50, historyEverySteps: 100 };
		const trainer = createAutoregressiveTrainer(backend, columns, tokens, options, 1);
		await trainer.train({ untilStep: 2 });
		const operations = await countOperations(() => trainer.train({ untilStep: 3 }));
		trainer.dispose();
		return operations;
	};
	const few = await count(3);
	assert.equal(await count(12), few);
	assert.ok(few <= 69, `${few}`);
});
