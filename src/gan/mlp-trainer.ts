import type { Tensor } from '@tensorflow/tfjs';
import { CounterfoilError } from '../contracts/errors.ts';
import type { EncodedLayout } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import { createRandom, type Random, type RandomState, restoreRandom } from '../contracts/random.ts';
import type { Backend } from './backend.ts';
import { handicapOf, judgeBalance } from './balance.ts';
import { createCriticLayout, initialiseCritic } from './critic-network.ts';
import { createGeneratorLayout, initialiseGenerator } from './generator-network.ts';
import { createSpanOutputLayer, disposeSpanOutputLayer } from './layers/span-output.ts';
import { rateShareAt } from './learning-rate.ts';
import { createMlpDiscriminator } from './mlp-discriminator.ts';
import { createMlpGenerator, generatorShape, measureNormStatistics } from './mlp-generator.ts';
import { createStepBuffers, type NetworkState, type StepContext, type StepMeasures, trainStep } from './mlp-step.ts';
import { readFlat, readSettings, readTensor } from './model-parts.ts';
import { createMomentMatcher, disposeMomentMatcher } from './moment-matching.ts';
import { findOffsetModes } from './offset-modes.ts';
import { type MlpOptions, MOMENTS, type ResolvedMlpOptions, resolveMlpOptions } from './options.ts';
import type { Trainer, TrainingHistory, TrainOptions } from './types.ts';

/** How often training starts again from the last good state before it is given up. */
const MAX_RECOVERIES = 2;
/** Steps between two looks at the event loop, where cancellations and heartbeats come in. */
const STEPS_PER_TURN = 5;

/** What training is between two steps. */
interface TrainingState {
	readonly networks: NetworkState;
	readonly step: number;
	readonly random: RandomState;
}

interface CheckpointSettings {
	readonly step: number;
	readonly seed: number;
	readonly recoveries: number;
	readonly random: RandomState;
	readonly options: ResolvedMlpOptions;
	readonly history: TrainingHistory;
}

/**
 * A plain tabular GAN, to be trained.
 *
 * @param encoded [rows, layout.width]; kept, not copied
 * @throws CounterfoilError TABLE_UNTRAINABLE, CONFIG_INVALID
 *
 * @example
 * const trainer = createMlpTrainer(await loadBackend(), layout, encoded, {}, 0);
 * await trainer.train({ untilStep: trainer.totalSteps });
 * const rows = trainer.generator().sample(1000, createRandom(1));
 */
export function createMlpTrainer(
	backend: Backend,
	layout: EncodedLayout,
	encoded: Float32Array,
	options: MlpOptions,
	seed: number,
): Trainer {
	const rows = encoded.length / layout.width;
	if (layout.width === 0 || rows < 2) {
		throw new CounterfoilError('TABLE_UNTRAINABLE', 'A GAN needs at least two rows and one encoded column.', {
			hint: 'Give a table with more rows, or with at least one column that varies.',
		});
	}
	const resolved = resolveMlpOptions(options, { rows, width: layout.width, backend: backend.name });
	const { tf } = backend;
	const { generator, critic } = networkShapes(layout, resolved);
	const networks = tf.tidy(() => {
		const parameters = tf.tensor1d(initialiseGenerator(generator, layout, createRandom(seed, 'gan/generator')));
		return {
			generator: startAdam(parameters),
			critic: startAdam(tf.tensor1d(initialiseCritic(critic, createRandom(seed, 'gan/discriminator')))),
			average: tf.clone(parameters),
		};
	});
	const random = createRandom(seed, 'gan/training').save();
	const history = createHistory();
	return assembleTrainer(backend, layout, encoded, resolved, seed, { networks, step: 0, random }, history, 0);

	function startAdam(parameters: Tensor) {
		return { parameters, firstMoment: tf.zerosLike(parameters), secondMoment: tf.zerosLike(parameters) };
	}
}

/**
 * The trainer that `state` is a checkpoint of, with the same rows. On the same backend it goes on bit for bit as
 * the original would have.
 *
 * @throws CounterfoilError MODEL_INVALID
 */
export function restoreMlpTrainer(
	backend: Backend,
	layout: EncodedLayout,
	encoded: Float32Array,
	state: ModelState,
): Trainer {
	const names = ['step', 'seed', 'recoveries', 'random', 'options', 'history'] as const;
	const settings = readSettings<CheckpointSettings>(state, 'mlp-trainer', names);
	const { step, seed, recoveries, random, options, history } = settings;
	const { generator, critic } = networkShapes(layout, options);
	const { tf } = backend;
	const read = (name: string, length: number) => tf.tensor1d(readTensor(state, name, length));
	const readAdam = (name: string, length: number) => ({
		parameters: read(name, length),
		firstMoment: read(`${name}.firstMoment`, length),
		secondMoment: read(`${name}.secondMoment`, length),
	});
	const generatorSize = createGeneratorLayout(generator).total;
	const networks = {
		generator: readAdam('generator', generatorSize),
		critic: readAdam('discriminator', createCriticLayout(critic).total),
		average: read('average', generatorSize),
	};
	const copy = structuredClone(history);
	return assembleTrainer(backend, layout, encoded, options, seed, { networks, step, random }, copy, recoveries);
}

function networkShapes(layout: EncodedLayout, options: ResolvedMlpOptions) {
	const { latentWidth, generatorWidths, discriminatorWidths, pac } = options;
	return {
		generator: generatorShape({ layout, latentWidth, hiddenWidths: generatorWidths }),
		critic: { inputWidth: layout.width * pac, hiddenWidths: discriminatorWidths },
	};
}

function assembleTrainer(
	backend: Backend,
	layout: EncodedLayout,
	encoded: Float32Array,
	options: ResolvedMlpOptions,
	seed: number,
	start: TrainingState,
	history: TrainingHistory,
	startRecoveries: number,
): Trainer {
	const { tf } = backend;
	const context = createContext(backend, layout, encoded, options, seed);
	const settings = {
		layout,
		latentWidth: options.latentWidth,
		hiddenWidths: options.generatorWidths,
		offsets: context.outputLayer.offsets,
	};
	let { networks, step } = start;
	let random: Random = restoreRandom(start.random);
	let recoveries = startRecoveries;
	/** Its tensors are shared with `networks` until the first step after it. */
	let lastGood: TrainingState = start;

	function runStep(): StepMeasures | undefined {
		const number = step + 1;
		const isMeasured = number % options.historyEverySteps === 0 || number === 1 || number === options.steps;
		const rate = (options.learningRate * rateShareAt(options.schedule, number, options.steps)) / 2 ** recoveries;
		const before = networks;
		let measures: StepMeasures | undefined;
		const next = tidyNetworks(() => {
			const result = trainStep(context, before, random, number, rate, handicapOf(history.balance, options), isMeasured);
			measures = result.measures;
			return result.state;
		});
		if (before !== lastGood.networks) disposeNetworks(before);
		networks = next;
		step = number;
		return measures;
	}

	/** The types of tidy know tensor containers as index signatures only. */
	function tidyNetworks(work: () => NetworkState): NetworkState {
		return tf.tidy(work as unknown as () => Tensor) as unknown as NetworkState;
	}

	function keepAsGood(): void {
		if (lastGood.networks === networks) return;
		disposeNetworks(lastGood.networks);
		lastGood = { networks, step, random: random.save() };
	}

	function recover(): void {
		const failedStep = step;
		disposeNetworks(networks);
		({ networks, step } = lastGood);
		random = restoreRandom(lastGood.random);
		truncateHistory(history, step);
		if (recoveries === MAX_RECOVERIES) {
			throw new CounterfoilError('TRAINING_DIVERGED', 'Training produced values that are not finite, three times.', {
				where: `step ${failedStep}`,
				hint: 'Train with a smaller learning rate, or look for columns with extreme values.',
			});
		}
		recoveries++;
	}

	async function train(trainOptions: TrainOptions): Promise<void> {
		const { untilStep, signal, onProgress, onCheckpoint, isCheckpointDue } = trainOptions;
		while (step < untilStep) {
			if (signal?.aborted)
				throw new CounterfoilError('CANCELLED', 'Training was cancelled.', { where: `step ${step}` });
			const measures = runStep();
			let isDue = step === untilStep;
			if (measures !== undefined || isDue) {
				if (!(areFinite(measures) && isNetworkFinite())) {
					recover();
					continue;
				}
				keepAsGood();
			}
			if (measures !== undefined) {
				appendHistory(history, options, step, measures);
				onProgress?.({ step, untilStep, history });
				isDue ||= isCheckpointDue?.(step) ?? false;
			}
			if (isDue) await onCheckpoint?.(checkpoint(), step);
			if (step % STEPS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
		}
	}

	function isNetworkFinite(): boolean {
		return tf.tidy(() => {
			const sums = [networks.generator.parameters, networks.critic.parameters].map((flat) => tf.sum(tf.abs(flat)));
			return sums.every((sum) => Number.isFinite(sum.dataSync()[0]));
		});
	}

	function checkpoint(): ModelState {
		const settings: CheckpointSettings = {
			step,
			seed,
			recoveries,
			random: random.save(),
			options,
			history: structuredClone(history),
		};
		const { generator, critic, average } = networks;
		return {
			json: { kind: 'mlp-trainer', ...settings },
			tensors: {
				generator: readFlat(generator.parameters),
				'generator.firstMoment': readFlat(generator.firstMoment),
				'generator.secondMoment': readFlat(generator.secondMoment),
				discriminator: readFlat(critic.parameters),
				'discriminator.firstMoment': readFlat(critic.firstMoment),
				'discriminator.secondMoment': readFlat(critic.secondMoment),
				average: readFlat(average),
			},
		};
	}

	return {
		get step() {
			return step;
		},
		totalSteps: options.steps,
		history,
		train,
		checkpoint,
		generator() {
			const statistics = measureNormStatistics(backend, settings, networks.average);
			return createMlpGenerator(backend, settings, readFlat(networks.average).data as Float32Array, statistics);
		},
		discriminator() {
			const { pac, discriminatorWidths: hiddenWidths } = options;
			const flat = readFlat(networks.critic.parameters).data as Float32Array;
			return createMlpDiscriminator(backend, { width: layout.width, hiddenWidths, pac }, flat);
		},
		dispose() {
			if (lastGood.networks !== networks) disposeNetworks(lastGood.networks);
			disposeNetworks(networks);
			disposeSpanOutputLayer(context.outputLayer);
			disposeMomentMatcher(context.moments);
		},
	};

	function disposeNetworks(state: NetworkState): void {
		tf.dispose([state.average, Object.values(state.generator), Object.values(state.critic)]);
	}
}

function createContext(
	{ tf }: Backend,
	layout: EncodedLayout,
	encoded: Float32Array,
	options: ResolvedMlpOptions,
	seed: number,
): StepContext {
	const { generator, critic } = networkShapes(layout, options);
	const offsets = findOffsetModes(layout, encoded);
	return {
		tf,
		options,
		layout,
		encoded,
		generatorLayout: createGeneratorLayout(generator),
		criticLayout: createCriticLayout(critic),
		outputLayer: createSpanOutputLayer(tf, layout, offsets),
		moments: createMomentMatcher(tf, layout, offsets, encoded, MOMENTS, createRandom(seed, 'gan/moments')),
		buffers: createStepBuffers(options, layout),
	};
}

function createHistory(): TrainingHistory {
	return {
		step: [],
		discriminatorLoss: [],
		generatorLoss: [],
		gradientNorm: [],
		realAccuracy: [],
		fakeAccuracy: [],
		momentDistance: [],
		balance: [],
	};
}

function appendHistory(
	history: TrainingHistory,
	options: ResolvedMlpOptions,
	step: number,
	measures: StepMeasures,
): void {
	history.step.push(step);
	for (const [name, value] of Object.entries(measures)) history[name as keyof StepMeasures].push(value);
	history.balance.push(judgeBalance(history.balance, options, { step, ...measures }));
}

/** Takes back what was recorded after `step`. */
function truncateHistory(history: TrainingHistory, step: number): void {
	const kept = history.step.filter((recorded) => recorded <= step).length;
	for (const values of Object.values(history)) values.length = kept;
}

function areFinite(measures: StepMeasures | undefined): boolean {
	return measures === undefined || Object.values(measures).every((value) => value === null || Number.isFinite(value));
}
