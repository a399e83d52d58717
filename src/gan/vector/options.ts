import { ACTIVATIONS, type ActivationName } from '../layers/activation.ts';
import type { MinibatchShape } from '../layers/minibatch-discrimination.ts';
import type { RateSchedule } from '../learning-rate.ts';
import { LOSSES, type LossName } from '../losses.ts';
import { OPTIMISERS, type OptimiserName } from '../optimiser.ts';
import { requireOption } from '../require-option.ts';

/** One of the two networks. */
export interface NetworkOptions {
	readonly hiddenWidths?: readonly number[];
	readonly activation?: ActivationName;
	/** Batch normalisation (Ioffe and Szegedy 2015) before each activation. */
	readonly batchNorm?: boolean;
	/** Share of each hidden layer's units that a training step leaves out (Srivastava et al. 2014). */
	readonly dropout?: number;
}

export interface VectorGanOptions {
	/** Steps of the generator. @default 2000 */
	readonly steps?: number;
	/** Real rows per step, and as many generated ones. @default 128 */
	readonly batchRows?: number;
	/** What the networks play for, see losses.ts. @default 'non-saturating' */
	readonly loss?: LossName;
	/** Of the gradient penalty in the discriminator's loss; 0 leaves it out. @default that of the loss, see losses.ts */
	readonly penaltyWeight?: number;
	/** @default 'adam' */
	readonly optimiser?: OptimiserName;
	/** Of both networks. @default 0.002 */
	readonly learningRate?: number;
	/** @default 'half-then-linear' */
	readonly schedule?: RateSchedule;
	/** Steps of the discriminator for each of the generator (Goodfellow et al. 2014, algorithm 1). @default 1 */
	readonly discriminatorSteps?: number;
	/**
	 * What the generator starts from: standard normal numbers, uniform ones in [-1, 1), or rows of the real
	 * table themselves. @default 'normal'
	 */
	readonly latent?: 'normal' | 'uniform' | 'real';
	/** Numbers per latent row; 'real' has as many as a row. @default 4 */
	readonly latentWidth?: number;
	readonly generator?: NetworkOptions;
	readonly discriminator?: NetworkOptions;
	/** Whether the networks see each column less its mean and by its standard deviation. @default true */
	readonly standardise?: boolean;
	/** Weight of the discriminator's verdict in the generator's loss. @default 1 */
	readonly adversarialWeight?: number;
	/** Weight of feature matching in the generator's loss, see feature-matching.ts. @default 0 */
	readonly featureMatching?: number;
	/** Minibatch discrimination, see its layer. @default null */
	readonly minibatch?: MinibatchShape | null;
	/** Whether the side that is winning is held back, see balance.ts; it is watched in any case. @default false */
	readonly balance?: boolean;
	/** Of the moving average of the generator's weights, which makes the rows (Yazici et al. 2019); 0 is none. @default 0.99 */
	readonly averageDecay?: number;
	/** End when the rows get no better, and go back to the best, see early-stopping.ts. @default null */
	readonly earlyStopping?: EarlyStoppingOptions | null;
	/** A last lesson for the discriminator after the game, see `learnToRank` in vector-step.ts. @default null */
	readonly ranking?: RankingOptions | null;
	/** Steps between two entries of the history, and between two judgements of the balance. @default 25 */
	readonly historyEverySteps?: number;
}

export interface EarlyStoppingOptions {
	/** Steps between two measurements. */
	readonly everySteps: number;
	/** Measurements without a better one before training ends. */
	readonly patience: number;
}

export interface RankingOptions {
	/** Steps of the discriminator with the generator held still. */
	readonly steps: number;
	/** Standard deviation of the noise on generated rows, in those of the real columns. */
	readonly blur: number;
}

export interface ResolvedVectorGanOptions extends Required<VectorGanOptions> {
	readonly generator: Required<NetworkOptions>;
	readonly discriminator: Required<NetworkOptions>;
}

/** Every default, with its reason. */
const DEFAULTS = {
	steps: 2000,
	batchRows: 128,
	// With R1 it converges where the others go round in circles (Mescheder et al. 2018).
	loss: 'non-saturating',
	optimiser: 'adam',
	learningRate: 2e-3,
	schedule: 'half-then-linear',
	discriminatorSteps: 1,
	latent: 'normal',
	latentWidth: 4,
	standardise: true,
	adversarialWeight: 1,
	featureMatching: 0,
	minibatch: null,
	balance: false,
	averageDecay: 0.99,
	earlyStopping: null,
	ranking: null,
	historyEverySteps: 25,
} as const satisfies VectorGanOptions;

const NETWORK_DEFAULTS = {
	hiddenWidths: [32, 32],
	activation: 'leaky-relu',
	batchNorm: false,
	dropout: 0,
} as const satisfies NetworkOptions;

/** @throws CounterfoilError CONFIG_INVALID */
export function resolveVectorGanOptions(options: VectorGanOptions): ResolvedVectorGanOptions {
	const penaltyWeight = LOSSES[options.loss ?? DEFAULTS.loss]?.penaltyWeight;
	const resolved = {
		...DEFAULTS,
		penaltyWeight,
		...options,
		generator: { ...NETWORK_DEFAULTS, ...options.generator },
		discriminator: { ...NETWORK_DEFAULTS, ...options.discriminator },
	};
	for (const name of ['steps', 'batchRows', 'discriminatorSteps', 'latentWidth', 'historyEverySteps'] as const) {
		requireOption(name, Number.isInteger(resolved[name]) && resolved[name] >= 1, 'a whole number from 1');
	}
	requireOption('batchRows', resolved.batchRows >= 2, 'a whole number from 2');
	requireOption(
		'learningRate',
		Number.isFinite(resolved.learningRate) && resolved.learningRate > 0,
		'a number above 0',
	);
	for (const name of ['penaltyWeight', 'adversarialWeight', 'featureMatching'] as const) {
		requireOption(name, Number.isFinite(resolved[name]) && resolved[name] >= 0, 'a number from 0');
	}
	requireOption('averageDecay', resolved.averageDecay >= 0 && resolved.averageDecay < 1, 'a number from 0 to below 1');
	requireOption('loss', resolved.loss in LOSSES, `one of ${Object.keys(LOSSES).join(', ')}`);
	requireOption('optimiser', OPTIMISERS.includes(resolved.optimiser), `one of ${OPTIMISERS.join(', ')}`);
	for (const name of ['generator', 'discriminator'] as const) {
		const { hiddenWidths, activation, dropout } = resolved[name];
		const isValid = hiddenWidths.length > 0 && hiddenWidths.every((width) => Number.isInteger(width) && width >= 1);
		requireOption(`${name}.hiddenWidths`, isValid, 'a list of whole numbers from 1');
		requireOption(`${name}.activation`, ACTIVATIONS.includes(activation), `one of ${ACTIVATIONS.join(', ')}`);
		requireOption(`${name}.dropout`, dropout >= 0 && dropout < 1, 'a number from 0 to below 1');
	}
	// Both tie the rows of a batch together, and a penalty is on the slope at one row (Gulrajani et al. 2017, section 4).
	const isRowWise = !resolved.discriminator.batchNorm && resolved.minibatch === null;
	requireOption(
		'penaltyWeight',
		resolved.penaltyWeight === 0 || isRowWise,
		'0 where the discriminator has batchNorm or minibatch',
	);
	return resolved;
}
