import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout, EncodedSpan, SpanCondition } from '../contracts/features.ts';
import type { ModelState } from '../contracts/model-state.ts';
import { createRandom, type Random } from '../contracts/random.ts';
import type { Backend, Tfjs } from './backend.ts';
import {
	checkConditions,
	createRowConditions,
	drawFrequencyConditions,
	fillCondition,
	type RowConditions,
	readChoice,
	writeConditionVectors,
} from './conditions.ts';
import { createSpanBuffers, drawSpans, type SpanBuffers } from './draw-spans.ts';
import {
	createGeneratorLayout,
	type GeneratorShape,
	generatorForward,
	generatorInference,
} from './generator-network.ts';
import { clearOffsets } from './layers/span-output.ts';
import { readSettings, readTensor } from './model-parts.ts';
import type { OffsetModes } from './offset-modes.ts';
import { splitParameters } from './parameter-layout.ts';
import type { Generator } from './types.ts';

export interface MlpGeneratorSettings {
	readonly layout: EncodedLayout;
	readonly latentWidth: number;
	readonly hiddenWidths: readonly number[];
	readonly offsets: readonly OffsetModes[];
}

/** Statistics of each batch norm, flat: [sum of hiddenWidths] each. */
export interface NormStatistics {
	readonly mean: Float32Array;
	readonly inverseStd: Float32Array;
}

/** Rows per pass: bounds the memory, and amortises the price of an operation. */
const ROWS_PER_BATCH = 4096;
/** Batches drawn for each batch wanted when several conditions must meet, before the rest is overwritten. */
const MAX_ATTEMPTS = 20;

export function generatorShape({
	layout,
	latentWidth,
	hiddenWidths,
}: Omit<MlpGeneratorSettings, 'offsets'>): GeneratorShape {
	return { inputWidth: latentWidth + layout.width, hiddenWidths, outputWidth: layout.width };
}

/**
 * The generator of the plain GAN: latent vector and condition in, row out.
 *
 * Without conditions from the caller each row gets one by the frequencies of the training rows, as in training.
 * With one condition, the network is given it. With several, it is given the rarest, rows that happen to meet the
 * others are taken, and when they are too few the conditions are written over the rows at hand.
 *
 * @param parameters flat, see `createGeneratorLayout`
 */
export function createMlpGenerator(
	{ tf }: Backend,
	settings: MlpGeneratorSettings,
	parameters: Float32Array,
	statistics: NormStatistics,
): Generator {
	const { layout, hiddenWidths, offsets } = settings;
	const shape = generatorShape(settings);
	const parameterTensors = tf.tidy(() => splitParameters(tf, tf.tensor1d(parameters), createGeneratorLayout(shape)));
	const statisticsTensors = splitStatistics(statistics, hiddenWidths).map((block) => ({
		mean: tf.tensor2d(block.mean, [1, block.mean.length]),
		inverseStd: tf.tensor2d(block.inverseStd, [1, block.mean.length]),
	}));

	/** @returns [rows, layout.width], good until the buffers are written to again */
	function drawBatch(random: Random, drawn: RowConditions, buffers: SpanBuffers): Float32Array {
		// Not by the tidy's return value: it would look for tensors in every element of an array.
		let logits: Float32Array = new Float32Array(0);
		tf.tidy(() => {
			const input = drawInput(tf, settings, drawn, random);
			logits = generatorInference(tf, parameterTensors, statisticsTensors, input).dataSync() as Float32Array;
		});
		drawSpans(layout, logits, buffers, drawn, random, { onlySeen: true });
		clearOffsets(layout, offsets, buffers.sample);
		return buffers.sample;
	}

	function sample(rows: number, random: Random, conditions: readonly SpanCondition[] = []): Float32Array {
		checkConditions(layout, conditions);
		const wanted = [...conditions].sort((a, b) => frequencyOf(layout, a) - frequencyOf(layout, b));
		const [rarest, ...others] = wanted;
		const result = new Float32Array(rows * layout.width);
		for (let from = 0; from < rows; ) {
			const drawn = createRowConditions(Math.min(ROWS_PER_BATCH, rows - from));
			const buffers = createSpanBuffers(drawn.spans.length, layout);
			let missing = drawn.spans.length;
			for (let attempt = 1; missing > 0; attempt++) {
				if (rarest === undefined) drawFrequencyConditions(drawn, layout, random);
				else fillCondition(drawn, rarest);
				const batch = drawBatch(random, drawn, buffers);
				const isLast = attempt === MAX_ATTEMPTS;
				for (let row = 0; row < drawn.spans.length && missing > 0; row++) {
					const encoded = batch.subarray(row * layout.width, (row + 1) * layout.width);
					if (!others.every((condition) => meets(layout, encoded, condition))) {
						if (!isLast) continue;
						for (const condition of others) overwrite(layout, encoded, condition);
						clearOffsets(layout, offsets, encoded);
					}
					result.set(encoded, from * layout.width);
					from++;
					missing--;
				}
			}
		}
		return result;
	}

	function toState(): ModelState {
		return {
			json: { kind: 'mlp-generator', ...settings },
			tensors: {
				parameters: { shape: [parameters.length], data: parameters },
				normMean: { shape: [statistics.mean.length], data: statistics.mean },
				normInverseStd: { shape: [statistics.mean.length], data: statistics.inverseStd },
			},
		};
	}

	return {
		kind: 'mlp',
		sample,
		toState,
		dispose: () => tf.dispose([parameterTensors, statisticsTensors.flatMap(Object.values)]),
	};
}

/** @throws CounterfoilError MODEL_INVALID */
export function restoreMlpGenerator(backend: Backend, state: ModelState): Generator {
	const names = ['layout', 'latentWidth', 'hiddenWidths', 'offsets'] as const;
	const settings = readSettings<MlpGeneratorSettings>(state, 'mlp-generator', names);
	const { hiddenWidths } = settings;
	const hidden = hiddenWidths.reduce((sum, width) => sum + width, 0);
	const { total } = createGeneratorLayout(generatorShape(settings));
	return createMlpGenerator(backend, settings, readTensor(state, 'parameters', total), {
		mean: readTensor(state, 'normMean', hidden),
		inverseStd: readTensor(state, 'normInverseStd', hidden),
	});
}

/**
 * Mean and standard deviation of every batch norm over a few thousand rows, for given weights. Taken once, after
 * training, they belong exactly to the weights they are used with, as running averages would not.
 */
export function measureNormStatistics(
	{ tf }: Backend,
	settings: MlpGeneratorSettings,
	parameters: Tensor,
): NormStatistics {
	const { layout } = settings;
	const shape = generatorShape(settings);
	const random = createRandom(0, 'gan/norm-statistics');
	const drawn = createRowConditions(ROWS_PER_BATCH);
	drawFrequencyConditions(drawn, layout, random);
	return tf.tidy(() => {
		const blocks = splitParameters(tf, parameters, createGeneratorLayout(shape));
		const { blocks: forward } = generatorForward(tf, blocks, drawInput(tf, settings, drawn, random), 1);
		return {
			mean: joined(forward.map(({ norm }) => norm.mean.dataSync() as Float32Array)),
			inverseStd: joined(forward.map(({ norm }) => norm.inverseStd.dataSync() as Float32Array)),
		};
	});
}

/** Standard normal numbers beside the conditions, [rows, latentWidth + layout.width]. */
function drawInput(
	tf: Tfjs,
	{ layout, latentWidth }: MlpGeneratorSettings,
	drawn: RowConditions,
	random: Random,
): Tensor {
	const rows = drawn.spans.length;
	const latents = new Float32Array(rows * latentWidth);
	random.fillNormal(latents);
	const conditions = new Float32Array(rows * layout.width);
	writeConditionVectors(conditions, drawn, layout);
	return tf.concat([tf.tensor2d(latents, [rows, latentWidth]), tf.tensor2d(conditions, [rows, layout.width])], 1);
}

function splitStatistics(statistics: NormStatistics, hiddenWidths: readonly number[]): NormStatistics[] {
	let start = 0;
	return hiddenWidths.map((width) => {
		const block = {
			mean: statistics.mean.slice(start, start + width),
			inverseStd: statistics.inverseStd.slice(start, start + width),
		};
		start += width;
		return block;
	});
}

function frequencyOf(layout: EncodedLayout, { span, choice }: SpanCondition): number {
	return (layout.spans[span] as EncodedSpan).frequencies[choice] as number;
}

function meets(layout: EncodedLayout, encoded: Float32Array, { span: index, choice }: SpanCondition): boolean {
	const span = layout.spans[index] as EncodedSpan;
	return readChoice(encoded, span.start, span.width) === choice;
}

function overwrite(layout: EncodedLayout, encoded: Float32Array, { span: index, choice }: SpanCondition): void {
	const span = layout.spans[index] as EncodedSpan;
	encoded.fill(0, span.start, span.start + span.width);
	encoded[span.start + choice] = 1;
}

function joined(parts: readonly Float32Array[]): Float32Array {
	const result = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
	let start = 0;
	for (const part of parts) {
		result.set(part, start);
		start += part.length;
	}
	return result;
}
