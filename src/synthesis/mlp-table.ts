import type { FeatureDomain } from '../contracts/conditions.ts';
import { CounterfoilError } from '../contracts/errors.ts';
import type { FeatureSpec, FeatureTable, SpanCondition } from '../contracts/features.ts';
import { MISSING_LEVEL } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import { createRandom, type Random } from '../contracts/random.ts';
import {
	fitModeEncoder,
	type ModeEncoder,
	type ModeEncoderState,
	restoreModeEncoder,
} from '../features/mode-encoder.ts';
import type { Backend } from '../gan/backend.ts';
import { restoreMlpGenerator } from '../gan/mlp-generator.ts';
import { createMlpTrainer, restoreMlpTrainer } from '../gan/mlp-trainer.ts';
import { readSettings } from '../gan/model-parts.ts';
import type { Generator } from '../gan/types.ts';
import type { DrawOptions, FitOptions, FittedGenerator, GeneratorTraining, TableGenerator } from './table-generator.ts';

export interface MlpTableOptions {
	/** @default by rows, width and backend */
	readonly steps?: number;
}

/**
 * Starts the training of the plain GAN, or goes on from a checkpoint of it with the same table and seed.
 *
 * @param checkpoint null: from the beginning
 * @throws CounterfoilError TABLE_UNTRAINABLE, CONFIG_INVALID, MODEL_INVALID
 */
export function startMlp(
	backend: Backend,
	table: FeatureTable,
	specs: readonly FeatureSpec[],
	seed: number,
	{ steps }: MlpTableOptions = {},
	checkpoint: ModelState | null = null,
): GeneratorTraining {
	// Fitting the encoder again gives the same encoder, so a checkpoint needs no copy of it.
	const encoder = fitModeEncoder(table, specs, createRandom(seed, 'encoder'));
	const encoded = encoder.encode(table, createRandom(seed, 'encode'));
	const trainer =
		checkpoint === null
			? createMlpTrainer(backend, encoder.layout, encoded, steps === undefined ? {} : { steps }, seed)
			: restoreMlpTrainer(backend, encoder.layout, encoded, checkpoint);

	async function finish({
		signal,
		onProgress,
		onCheckpoint,
		isCheckpointDue,
	}: FitOptions = {}): Promise<FittedGenerator> {
		const tell = (step: number) => onProgress?.({ phase: 'training', done: step, total: trainer.totalSteps });
		tell(trainer.step);
		await trainer.train({
			untilStep: trainer.totalSteps,
			...(signal === undefined ? {} : { signal }),
			...(isCheckpointDue === undefined ? {} : { isCheckpointDue }),
			...(onCheckpoint === undefined ? {} : { onCheckpoint: (state) => onCheckpoint(state) }),
			onProgress: ({ step }) => tell(step),
		});
		const discriminator = trainer.discriminator();
		try {
			return {
				generator: createMlpTable(encoder, trainer.generator()),
				discriminator: discriminator.toState(),
				steps: trainer.step,
				history: { kind: 'mlp', ...trainer.history },
			};
		} finally {
			discriminator.dispose();
		}
	}

	return { finish, dispose: () => trainer.dispose() };
}

function createMlpTable(encoder: ModeEncoder, network: Generator): TableGenerator {
	function sample(rows: number, random: Random, { domains = [], temperature = 1 }: DrawOptions = {}): FeatureTable {
		if (temperature !== 1) throw cannot('has no temperature');
		const spans = domains.flatMap((domain, feature) => {
			const span = domain === null ? null : spanOf(encoder, feature, domain);
			return span === null ? [] : [span];
		});
		return encoder.decode(network.sample(rows, random, spans), rows, random);
	}

	return {
		kind: 'mlp',
		sample,
		complete: () => {
			throw cannot('cannot complete rows');
		},
		toState() {
			const { json, tensors } = network.toState();
			return { json: { kind: KIND, encoder: encoder.toJSON(), network: json }, tensors };
		},
		dispose: () => network.dispose(),
	};
}

/** The choice that stands for a domain of a single value; null where there is none. */
function spanOf(encoder: ModeEncoder, feature: number, domain: FeatureDomain): SpanCondition | null {
	if (domain.type === 'categorical') {
		const [code] = domain.codes;
		if (domain.codes.length === 0 && domain.missing) return encoder.conditionFor(feature, MISSING_LEVEL);
		return domain.codes.length === 1 && !domain.missing ? encoder.conditionFor(feature, code as number) : null;
	}
	const [range] = domain.ranges;
	if (range === undefined) return encoder.conditionFor(feature, Number.NaN);
	const isSingle = domain.ranges.length === 1 && range.from === range.to && !domain.missing;
	return isSingle ? encoder.conditionFor(feature, range.from) : null;
}

function cannot(what: string): CounterfoilError {
	return new CounterfoilError('CONFIG_INVALID', `the generator of kind "mlp" ${what}`, {
		hint: 'train a model with --generator autoregressive',
	});
}

const KIND = 'mlp-table';

/** @throws CounterfoilError MODEL_INVALID */
export function restoreMlpTable(backend: Backend, state: ModelState): TableGenerator {
	const stored = readSettings<{ encoder: ModeEncoderState; network: unknown }>(state, KIND, ['encoder', 'network']);
	const network = restoreMlpGenerator(backend, { json: stored.network, tensors: state.tensors });
	return createMlpTable(restoreModeEncoder(stored.encoder), network);
}
