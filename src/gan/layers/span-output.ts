import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout, EncodedSpan } from '../../contracts/features.ts';
import type { Tfjs } from '../backend.ts';
import type { RowConditions } from '../conditions.ts';
import { segmentSoftmaxBackward, segmentSoftmaxForward } from './segment-softmax.ts';

/**
 * The last layer of a generator: tanh in the tanh spans, a sampled one-hot in the softmax spans.
 *
 * A choice is drawn by the Gumbel-max rule and leaves as a hard one-hot, since anything softer tells the
 * discriminator at once that a row is not real; backward it counts as softmax((logits + Gumbel noise) / t), the
 * straight-through estimator of Jang, Gu & Poole (2017). A span that a row has a condition on takes the value of the
 * condition and passes no gradient.
 */
export interface SpanOutputLayer {
	readonly layout: EncodedLayout;
	readonly temperature: number;
	/** [width, spans]: which span a column belongs to. */
	readonly membershipTensor: Tensor;
	/** [width]: 1 in tanh spans, 0 elsewhere. */
	readonly tanhMaskTensor: Tensor;
	/** Gumbel quantiles at the midpoints of equal steps of probability: looking one up costs no logarithm. */
	readonly gumbelTable: Float32Array;
}

/** Arrays of one batch size, reused from step to step. */
export interface SpanOutputBuffers {
	/** [batch, width] each. */
	readonly uniform: Float32Array;
	readonly hard: Float32Array;
	readonly scores: Float32Array;
}

export interface SpanOutputForward {
	/** [batch, width] */
	readonly output: Tensor;
	/** [batch, width]; 1 in tanh spans. */
	readonly probabilities: Tensor;
	/** [batch, width]; undefined without tanh spans. */
	readonly tanh: Tensor | undefined;
}

const GUMBEL_STEPS = 65_536;
/** exp of it is 0 in single precision. */
const IMPOSSIBLE = -1e4;

export function createSpanOutputLayer(tf: Tfjs, layout: EncodedLayout, temperature: number): SpanOutputLayer {
	const { spans, width } = layout;
	const membership = new Float32Array(width * spans.length);
	const tanhMask = new Float32Array(width);
	for (const [index, span] of spans.entries()) {
		for (let column = span.start; column < span.start + span.width; column++) {
			membership[column * spans.length + index] = 1;
			if (span.activation === 'tanh') tanhMask[column] = 1;
		}
	}
	return {
		layout,
		temperature,
		membershipTensor: tf.tensor2d(membership, [width, spans.length]),
		tanhMaskTensor: tf.tensor1d(tanhMask),
		gumbelTable: Float32Array.from({ length: GUMBEL_STEPS }, (_, i) => -Math.log(-Math.log((i + 0.5) / GUMBEL_STEPS))),
	};
}

export function disposeSpanOutputLayer(layer: SpanOutputLayer): void {
	layer.membershipTensor.dispose();
	layer.tanhMaskTensor.dispose();
}

export function createSpanOutputBuffers(batch: number, { width }: EncodedLayout): SpanOutputBuffers {
	return {
		uniform: new Float32Array(batch * width),
		hard: new Float32Array(batch * width),
		scores: new Float32Array(batch * width),
	};
}

/**
 * @param logits [batch, width], before any activation
 * @param buffers `uniform` holds uniform noise; `hard` and `scores` are overwritten
 */
export function spanOutputForward(
	tf: Tfjs,
	layer: SpanOutputLayer,
	logits: Tensor,
	buffers: SpanOutputBuffers,
	conditions: RowConditions,
): SpanOutputForward {
	const shape = logits.shape as [number, number];
	drawChoices(layer, logits.dataSync() as Float32Array, buffers, conditions);
	const hard = tf.tensor2d(buffers.hard, shape);
	const probabilities = segmentSoftmaxForward(tf, tf.tensor2d(buffers.scores, shape), layer.membershipTensor);
	if (!layer.layout.spans.some((span) => span.activation === 'tanh')) {
		return { output: hard, probabilities, tanh: undefined };
	}
	const tanh = tf.tanh(tf.mul(logits, layer.tanhMaskTensor));
	return { output: tf.add(hard, tanh), probabilities, tanh };
}

/** dL/dlogits, [batch, width], by the straight-through estimator. */
export function spanOutputBackward(
	tf: Tfjs,
	layer: SpanOutputLayer,
	{ probabilities, tanh }: SpanOutputForward,
	outputGradient: Tensor,
): Tensor {
	const softmax = segmentSoftmaxBackward(tf, probabilities, layer.membershipTensor, outputGradient);
	const scaled = tf.div(softmax, layer.temperature);
	if (tanh === undefined) return scaled;
	const slope = tf.sub(layer.tanhMaskTensor, tf.square(tanh));
	// In a tanh span the softmax has one member and so no gradient.
	return tf.add(scaled, tf.mul(outputGradient, slope));
}

/**
 * Draws a choice per row and softmax span into `hard`, and leaves (logits + noise) / temperature, shifted so that
 * the largest of each span is 0, in `scores`.
 */
function drawChoices(
	{ layout, gumbelTable, temperature }: SpanOutputLayer,
	logits: Float32Array,
	{ uniform, hard, scores }: SpanOutputBuffers,
	conditions: RowConditions,
): void {
	const { width, spans } = layout;
	const batch = logits.length / width;
	hard.fill(0);
	scores.fill(0);
	for (let index = 0; index < spans.length; index++) {
		const span = spans[index] as EncodedSpan;
		if (span.activation !== 'softmax') continue;
		for (let row = 0; row < batch; row++) {
			const start = row * width + span.start;
			const end = start + span.width;
			if (conditions.spans[row] === index) {
				const fixed = start + (conditions.choices[row] as number);
				for (let i = start; i < end; i++) scores[i] = i === fixed ? 0 : IMPOSSIBLE;
				hard[fixed] = 1;
				continue;
			}
			let best = start;
			let largest = Number.NEGATIVE_INFINITY;
			for (let i = start; i < end; i++) {
				const noise = gumbelTable[((uniform[i] as number) * GUMBEL_STEPS) | 0] as number;
				const score = (logits[i] as number) + noise;
				scores[i] = score;
				if (score > largest) {
					largest = score;
					best = i;
				}
			}
			for (let i = start; i < end; i++) scores[i] = ((scores[i] as number) - largest) / temperature;
			hard[best] = 1;
		}
	}
}
