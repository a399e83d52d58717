import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { GeneratorHistory } from '../contracts/generator-history.ts';
import type { PrivacyRecord, PrivacyRequest } from '../contracts/privacy.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { createRandom } from '../contracts/random.ts';
import { createNoiseSource } from '../features/private/noise-source.ts';
import { fitPrivateEncoder } from '../features/private/private-encoder.ts';
import { constantColumns, keepConstants, privateProfile } from '../features/private/private-profile.ts';
import type { Backend } from '../gan/backend.ts';
import { choosePoolShare, createJudgedGenerator } from '../gan/judged-generator.ts';
import { measureNoisyMoments } from '../gan/noisy-moments.ts';
import { planPrivacy } from '../gan/privacy-plan.ts';
import { trainPrivately } from '../gan/private-training.ts';
import { createAutoregressiveTable, SHARE_POOL_ROWS } from './autoregressive-table.ts';
import type { RowSource } from './row-source.ts';
import type { FitProgress } from './table-generator.ts';

/** Rows below which every promise drowns the table in noise. */
const FEWEST_ROWS = 100;
/**
 * Chosen with the learning rate on one half of Adult, a public table, at epsilon 3: of 300, 600 and 1,500 steps; larger
 * batches cost time and no less noise, for it grows with them.
 */
const STEPS = 600;
/** Probability that a row takes part in a step. */
const RATE = 1 / 16;

export interface PrivateFitOptions extends PrivacyRequest {
	/** Training steps; with more of them each gets more noise. @default 600 */
	readonly steps?: number;
	/** Noise that can be repeated, for tests: who knows the seed can take the noise away. @default a key nobody keeps */
	readonly noiseSeed?: string | null;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: FitProgress) => void;
}

export interface PrivateFit {
	/** All that rows are drawn from; no part of it has looked at the rows without noise. */
	readonly source: RowSource;
	readonly privacy: PrivacyRecord;
	readonly history: GeneratorHistory;
	readonly steps: number;
}

/**
 * Fits a generator under differential privacy: what it is, and every row that is drawn from it, would be nearly as likely
 * without any one of the rows. Names, kinds, formats and decimals of the columns and the number of rows are taken as
 * known.
 *
 * Nothing is trained in parts: what an interrupted training would go on from would have to keep the key of the noise.
 *
 * @param table training rows, as the specs have them
 * @throws CounterfoilError TABLE_UNTRAINABLE, CONFIG_INVALID, TRAINING_DIVERGED, CANCELLED
 */
export async function fitPrivateGenerator(
	backend: Backend,
	table: FeatureTable,
	profile: TableProfile,
	specs: readonly FeatureSpec[],
	seed: number,
	options: PrivateFitOptions,
): Promise<PrivateFit> {
	const { epsilon, signal, onProgress, noiseSeed = null } = options;
	const { rows } = table;
	if (rows < FEWEST_ROWS || specs.length === 0) {
		throw new CounterfoilError(
			'TABLE_UNTRAINABLE',
			`A private generator needs at least ${FEWEST_ROWS} rows and a column.`,
			{
				hint: 'Of so few rows, noise that hides each leaves nothing.',
			},
		);
	}
	const loss = { epsilon, delta: options.delta ?? 1 / (10 * rows) };
	const steps = options.steps ?? STEPS;
	const plan = planPrivacy(loss, {
		features: specs.length,
		constants: constantColumns(profile).length,
		training: { rate: RATE, steps },
	});
	const noise = createNoiseSource(noiseSeed);
	onProgress?.({ phase: 'counting with noise', done: 0, total: steps });
	const constants = keepConstants(profile, plan.constants, noise);
	const encoding = fitPrivateEncoder(table, specs, plan.encoding, noise);
	const { columns } = encoding.encoder;
	const moments = measureNoisyMoments(columns, encoding.tokens, plan.pairs, noise);
	const generator = await trainPrivately(backend, columns, encoding.tokens, plan.training, seed, noise, {
		...(signal === undefined ? {} : { signal }),
		onProgress: (done) => onProgress?.({ phase: 'training', done, total: steps }),
	});
	const privacy: PrivacyRecord = {
		...loss,
		unit: 'row',
		mechanism: 'noisy counts and DP-SGD',
		accountant: 'Renyi',
		rows,
		training: plan.training,
		isSeeded: noiseSeed !== null,
	};
	const parts = { columns, generator, discriminator: null, moments };
	const poolShare = choosePoolShare(parts, generator.sample(SHARE_POOL_ROWS, createRandom(seed, 'pool share')));
	const judged = createJudgedGenerator({ ...parts, poolShare });
	return {
		source: {
			generator: createAutoregressiveTable(encoding.encoder, judged),
			specs: encoding.specs,
			profile: privateProfile(profile, encoding.specs, constants),
			constraints: [],
			keys: null,
		},
		privacy,
		history: { kind: 'private', step: [], privacy },
		steps,
	};
}
