import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../../../src/contracts/random.ts';
import type { VectorGanOptions } from '../../../src/gan/vector/options.ts';
import { trainVectorGan } from '../../../src/gan/vector/train-vector-gan.ts';

const real = new Float32Array(2000);
createRandom(4, 'two columns').fillNormal(real);
// [1000, 2]: around 10 and -3, with standard deviations 2 and .5.
for (let i = 0; i < real.length; i += 2) {
	real[i] = 10 + 2 * (real[i] as number);
	real[i + 1] = -3 + 0.5 * (real[i + 1] as number);
}
const small: VectorGanOptions = {
	steps: 40,
	batchRows: 32,
	historyEverySteps: 10,
	generator: { hiddenWidths: [8] },
	discriminator: { hiddenWidths: [8] },
};
const sampleOf = async (options: VectorGanOptions, seed = 1) =>
	(await trainVectorGan(real, 2, { ...small, ...options }, seed)).generate(5, createRandom(1));

describe('a GAN of vectors', () => {
	it('gives the same rows for the same seed and others for another', async () => {
		assert.deepEqual(await sampleOf({}), await sampleOf({}));
		assert.notDeepEqual(await sampleOf({}), await sampleOf({}, 2));
	});

	const OTHER_OPTIONS: Readonly<Record<string, VectorGanOptions>> = {
		minimax: { loss: 'minimax' },
		'Wasserstein with gradient penalty': { loss: 'wasserstein-gp' },
		'gradient descent with step decay': { optimiser: 'sgd', schedule: { factor: 0.5, everySteps: 10 } },
		'tanh and dropout': { discriminator: { activation: 'tanh', dropout: 0.2 } },
		'batch normalisation in both': {
			generator: { hiddenWidths: [8], batchNorm: true },
			discriminator: { hiddenWidths: [8], batchNorm: true },
			penaltyWeight: 0,
		},
		'three steps of the discriminator': { discriminatorSteps: 3 },
		'a uniform latent': { latent: 'uniform' },
		'a latent out of the real rows': { latent: 'real' },
		'feature matching alone': { featureMatching: 1, adversarialWeight: 0 },
		'minibatch discrimination': { minibatch: { kernels: 3, dimensions: 2 }, penaltyWeight: 0 },
		'no averaging': { averageDecay: 0 },
	};
	for (const [name, options] of Object.entries(OTHER_OPTIONS)) {
		it(`trains with ${name}, which makes other rows than the defaults`, async () => {
			const rows = await sampleOf(options);
			assert.ok(rows.every(Number.isFinite));
			assert.notDeepEqual(rows, await sampleOf({}));
		});
	}

	it('comes nearer to the real rows', async () => {
		const gan = await trainVectorGan(real, 2, { ...small, steps: 400, learningRate: 0.01 }, 1);
		const rows = gan.generate(2000, createRandom(2));
		const mean = (column: number) => rows.reduce((sum, value, i) => sum + (i % 2 === column ? value / 2000 : 0), 0);
		assert.ok(Math.abs(mean(0) - 10) < 0.5, String(mean(0)));
		assert.ok(Math.abs(mean(1) + 3) < 0.15, String(mean(1)));
	});

	it('holds rows far from the real ones least likely once it has had its last lesson', async () => {
		const gan = await trainVectorGan(real, 2, { ...small, steps: 100, ranking: { steps: 200, blur: 2 } }, 1);
		const [middle, near, far] = gan.rank([10, -3, 13, -3, 20, 0]) as unknown as [number, number, number];
		assert.ok(middle > near && near > far, `${middle} ${near} ${far}`);
	});

	it('goes back to the best rows when early stopping ends it', async () => {
		const options = { ...small, steps: 2000, learningRate: 0.05, earlyStopping: { everySteps: 20, patience: 3 } };
		const gan = await trainVectorGan(real, 2, options, 1);
		assert.equal(gan.ended, 'no better');
		assert.ok(gan.steps < 2000);
		const best = gan.history.quality.reduce((a, b) => (b.distance < a.distance ? b : a));
		assert.equal(gan.keptStep, best.step);
		assert.equal(gan.steps, best.step + 60);
	});

	it('waits while somebody looks at samples, and stops when told to', async () => {
		const seen: number[] = [];
		const gan = await trainVectorGan(real, 2, small, 1, {
			lookEverySteps: 10,
			onLook: async ({ step, generate, logits }) => {
				seen.push(step);
				assert.equal(logits(generate(7, createRandom(1))).length, 7);
				await new Promise((resolve) => setTimeout(resolve, 5));
				return step === 20 ? 'stop' : undefined;
			},
		});
		assert.deepEqual(seen, [0, 10, 20]);
		assert.equal(gan.ended, 'stopped');
		assert.equal(gan.steps, 20);
	});

	it('is cancelled by its signal', async () => {
		const training = trainVectorGan(real, 2, small, 1, { signal: AbortSignal.abort() });
		await assert.rejects(training, { code: 'CANCELLED' });
	});

	it('says so when the weights stop being finite', async () => {
		const training = trainVectorGan(real, 2, { ...small, optimiser: 'sgd', learningRate: 1e200 }, 1);
		await assert.rejects(training, { code: 'TRAINING_DIVERGED' });
	});

	it('refuses a gradient penalty where the discriminator looks at more than one row', async () => {
		const training = trainVectorGan(real, 2, { ...small, minibatch: { kernels: 3, dimensions: 2 } }, 1);
		await assert.rejects(training, { code: 'CONFIG_INVALID', message: /penaltyWeight.*must be 0/ });
	});
});
