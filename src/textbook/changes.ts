import type { VectorGanOptions } from '../gan/vector/options.ts';
import type { Example } from './examples.ts';

/** One change to the plain set-up of an example, to see what it does. */
export interface Change {
	readonly words: string;
	readonly options: VectorGanOptions;
}

/** Every option by itself, the plain set-up first, the mended one last. */
export function listChanges({ plain, mended }: Example): Change[] {
	const change = (words: string, options: VectorGanOptions): Change => ({ words, options: { ...plain, ...options } });
	const { generator = {}, discriminator = {}, learningRate = 0.005, steps = 1000 } = plain;
	return [
		change('plain', {}),
		change('minimax loss', { loss: 'minimax' }),
		change('penalty R1, weight .1', { penaltyWeight: 0.1 }),
		change('Wasserstein, penalty 1, 2 discriminator steps', {
			loss: 'wasserstein-gp',
			penaltyWeight: 1,
			discriminatorSteps: 2,
		}),
		change('2 discriminator steps', { discriminatorSteps: 2 }),
		change('gradient descent, .05 with step decay', {
			optimiser: 'sgd',
			learningRate: 10 * learningRate,
			schedule: { factor: 0.9, everySteps: Math.round(steps / 10) },
		}),
		change('learning rate that falls', { schedule: 'half-then-linear' }),
		change('averaged generator', { averageDecay: 0.99 }),
		change('batch norm in the generator', { generator: { ...generator, batchNorm: true } }),
		change('dropout .2 in the discriminator', { discriminator: { ...discriminator, dropout: 0.2 } }),
		change('uniform latent', { latent: 'uniform' }),
		change('latent out of the real rows', { latent: 'real' }),
		change('feature matching alone', { featureMatching: 1, adversarialWeight: 0 }),
		change('feature matching beside the verdict', { featureMatching: 1 }),
		change('minibatch discrimination', { minibatch: { kernels: 5, dimensions: 3 } }),
		change('automatic balance', { balance: true }),
		change('early stopping', { earlyStopping: { everySteps: 50, patience: 8 } }),
		{ words: 'mended', options: mended },
	];
}
