import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import { createRandom, type Random } from '../contracts/random.ts';
import {
	fitTokenEncoder,
	restoreTokenEncoder,
	type TokenEncoder,
	type TokenEncoderState,
} from '../features/token-encoder.ts';
import {
	type AutoregressiveTrainer,
	createAutoregressiveTrainer,
	restoreAutoregressiveTrainer,
} from '../gan/autoregressive-trainer.ts';
import type { Backend } from '../gan/backend.ts';
import {
	choosePoolShare,
	createJudgedGenerator,
	type JudgedGenerator,
	restoreJudgedGenerator,
} from '../gan/judged-generator.ts';
import { readSettings } from '../gan/model-parts.ts';
import { measureMoments } from '../gan/moment-critic.ts';
import { defaultDiscriminatorSteps, trainTokenDiscriminator } from '../gan/token-discriminator.ts';
import type { DrawOptions, FitOptions, FittedGenerator, GeneratorTraining, TableGenerator } from './table-generator.ts';

export interface AutoregressiveTableOptions {
	/** Steps of the generator. @default by rows and backend */
	readonly steps?: number;
	/** Steps of the discriminator that judges its rows; 0 leaves it out. @default by rows */
	readonly judgeSteps?: number;
}

/** Generated rows that the discriminator learns from, for one real row; and at most. */
const POOL_SHARE = 6;
const MOST_POOL_ROWS = 200_000;
/** Generated rows that the share of the pool is chosen by where no discriminator needs any. */
export const SHARE_POOL_ROWS = 5000;
/** What drawing the pool and a step of the discriminator take, in steps of the generator: only for the progress. */
const POOL_ROWS_PER_STEP = 300;
const JUDGE_STEPS_PER_STEP = 3;

/**
 * Starts the training of the autoregressive generator and of the discriminator that judges its rows, or goes on from
 * a checkpoint of it with the same table, seed and options.
 *
 * @param table training rows
 * @param checkpoint null: from the beginning
 * @throws CounterfoilError TABLE_UNTRAINABLE, CONFIG_INVALID, MODEL_INVALID
 */
export function startAutoregressive(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	seed: number,
	options: AutoregressiveTableOptions = {},
	checkpoint: ModelState | null = null,
): GeneratorTraining {
	// Fitting the encoder again gives the same encoder, so a checkpoint needs no copy of it.
	const encoder = fitTokenEncoder(table, specs);
	const tokens = encoder.encode(table);
	const { columns } = encoder;
	const { steps } = options;
	const trainer =
		checkpoint === null
			? createAutoregressiveTrainer(backend, columns, tokens, steps === undefined ? {} : { steps }, seed)
			: restoreAutoregressiveTrainer(backend, columns, tokens, checkpoint);
	return createTraining(backend, encoder, tokens, trainer, seed, options);
}

/** Generated rows that the discriminator learns from. */
export function poolRowsFor(rows: number): number {
	return Math.min(MOST_POOL_ROWS, POOL_SHARE * rows);
}

function createTraining(
	backend: Backend,
	encoder: TokenEncoder,
	tokens: Int32Array,
	trainer: AutoregressiveTrainer,
	seed: number,
	{ judgeSteps: wantedJudgeSteps }: AutoregressiveTableOptions,
): GeneratorTraining {
	const { columns } = encoder;
	const rows = tokens.length / columns.length;
	const judgeSteps = wantedJudgeSteps ?? defaultDiscriminatorSteps(rows);
	const poolRows = judgeSteps === 0 ? 0 : poolRowsFor(rows);
	const total =
		trainer.totalSteps + Math.ceil(poolRows / POOL_ROWS_PER_STEP) + Math.ceil(judgeSteps / JUDGE_STEPS_PER_STEP);

	async function finish(options: FitOptions = {}): Promise<FittedGenerator> {
		const { signal, onProgress, onCheckpoint, isCheckpointDue } = options;
		const tell = (phase: string, done: number) => onProgress?.({ phase, done: Math.floor(done), total });
		tell('training', trainer.step);
		await trainer.train({
			untilStep: trainer.totalSteps,
			...(signal === undefined ? {} : { signal }),
			...(isCheckpointDue === undefined ? {} : { isCheckpointDue }),
			...(onCheckpoint === undefined ? {} : { onCheckpoint: (state) => onCheckpoint(state) }),
			onProgress: ({ step }) => tell('training', step),
		});
		const generator = trainer.generator();
		const random = createRandom(seed, 'judge');
		if (judgeSteps > 0) tell('drawing rows to judge', trainer.totalSteps);
		const pool = judgeSteps === 0 ? null : generator.sample(poolRows, random.fork('pool'));
		const fixedWork = total - Math.ceil(judgeSteps / JUDGE_STEPS_PER_STEP);
		const discriminator =
			pool === null
				? null
				: await trainTokenDiscriminator(backend, columns, tokens, pool, seed, {
						steps: judgeSteps,
						...(signal === undefined ? {} : { signal }),
						onProgress: (step) => tell('judging', fixedWork + step / JUDGE_STEPS_PER_STEP),
					});
		const moments = measureMoments(columns, tokens);
		const poolShare = choosePoolShare(
			{ columns, discriminator, moments },
			pool ?? generator.sample(SHARE_POOL_ROWS, random.fork('pool share')),
		);
		const judged = createJudgedGenerator({ columns, generator, discriminator, moments, poolShare });
		const { history } = trainer;
		const figures = (values: readonly number[]) => values.map((value) => (Number.isFinite(value) ? value : null));
		return {
			generator: createAutoregressiveTable(encoder, judged),
			discriminator: null,
			steps: trainer.step,
			history: {
				kind: 'autoregressive',
				step: history.step,
				training: figures(history.training),
				heldOut: figures(history.heldOut),
				bestStep: trainer.bestStep,
				judge: discriminator === null ? null : { ...discriminator.history, scale: discriminator.scale },
			},
		};
	}

	return { finish, dispose: () => trainer.dispose() };
}

export function createAutoregressiveTable(encoder: TokenEncoder, judged: JudgedGenerator): TableGenerator {
	const { columns } = encoder;

	function sample(rows: number, random: Random, { domains = [], temperature = 1 }: DrawOptions = {}): FeatureTable {
		const shares = columns.map((_, feature) => {
			const domain = domains[feature] ?? null;
			return domain === null ? null : encoder.sharesOf(feature, domain);
		});
		return encoder.decode(judged.sample(rows, random, { shares, temperature }), random, domains);
	}

	function complete(table: FeatureTable, known: readonly boolean[], random: Random, temperature = 1): FeatureTable {
		const given = encoder.encode(table);
		for (let at = 0; at < given.length; at++) if (known[at % columns.length] !== true) given[at] = -1;
		const drawn = encoder.decode(judged.sample(table.rows, random, { given, temperature }), random);
		const merged = drawn.columns.map((column, feature) => (known[feature] ? table.columns[feature] : column));
		return { rows: table.rows, columns: merged as FeatureColumn[] };
	}

	return {
		kind: 'autoregressive',
		sample,
		complete,
		toState() {
			const { json, tensors } = judged.toState();
			return { json: { kind: KIND, encoder: encoder.toJSON(), judged: json }, tensors };
		},
		dispose: () => judged.dispose(),
	};
}

const KIND = 'autoregressive-table';

/** @throws CounterfoilError MODEL_INVALID */
export function restoreAutoregressiveTable(backend: Backend, state: ModelState): TableGenerator {
	const stored = readSettings<{ encoder: TokenEncoderState; judged: unknown }>(state, KIND, ['encoder', 'judged']);
	const judged = restoreJudgedGenerator(backend, { json: stored.judged, tensors: state.tensors });
	return createAutoregressiveTable(restoreTokenEncoder(stored.encoder), judged);
}
