import type { Tensor } from '@tensorflow/tfjs';
import type { EncodedLayout, EncodedSpan } from '../../contracts/features.ts';
import type { Tfjs } from '../backend.ts';
import type { RowConditions } from '../conditions.ts';
import type { OffsetModes } from '../offset-modes.ts';
import { segmentSoftmaxBackward, segmentSoftmaxForward } from './segment-softmax.ts';

/**
 * The last layer of a generator, from logits to rows in two forms:
 *
 * - `sample`, what the discriminator sees: a choice drawn from the softmax of each span as a hard one-hot, since
 *   anything softer tells at once that a row is not real, and the tanh of each offset, 0 where the mode drawn has no
 *   offset;
 * - `expected`, what the moments are taken of: the probabilities themselves, and the offset whatever the mode. Given
 *   the logits the choices of different spans are independent, so mean products of probabilities are what mean
 *   products of draws come to, without the noise of drawing.
 *
 * Backward both pass through the softmax; for the sample that is the straight-through estimator (Bengio et al.
 * 2013). A span that a row has a condition on takes the value of the condition and passes no gradient.
 */
export interface SpanOutputLayer {
	readonly layout: EncodedLayout;
	readonly offsets: readonly OffsetModes[];
	/** [width, spans]: which span a column belongs to. */
	readonly membershipTensor: Tensor;
	/** [width]: 1 in tanh spans, 0 elsewhere. */
	readonly tanhMaskTensor: Tensor;
	/** Gumbel quantiles at the midpoints of equal steps of probability: looking one up costs no logarithm. */
	readonly gumbelTable: Float32Array;
}

/** Arrays of one batch size, reused from step to step; [batch, width] each. */
export interface SpanOutputBuffers {
	readonly uniform: Float32Array;
	readonly sample: Float32Array;
	readonly scores: Float32Array;
	readonly tanh: Float32Array;
}

/** [batch, width] each. */
export interface SpanOutputForward {
	readonly sample: Tensor;
	readonly expected: Tensor;
	/** 1 in tanh spans. */
	readonly probabilities: Tensor;
	/** Tanh of the logits in tanh spans, 0 elsewhere. */
	readonly tanh: Tensor;
}

const GUMBEL_STEPS = 65_536;
/** exp of it is 0 in single precision. */
const IMPOSSIBLE = -1e4;

export function createSpanOutputLayer(
	tf: Tfjs,
	layout: EncodedLayout,
	offsets: readonly OffsetModes[],
): SpanOutputLayer {
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
		offsets,
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
	const create = () => new Float32Array(batch * width);
	return { uniform: create(), sample: create(), scores: create(), tanh: create() };
}

/**
 * @param logits [batch, width], before any activation
 * @param buffers `uniform` holds uniform noise; the others are overwritten
 */
export function spanOutputForward(
	tf: Tfjs,
	layer: SpanOutputLayer,
	logits: Tensor,
	buffers: SpanOutputBuffers,
	conditions: RowConditions,
): SpanOutputForward {
	const shape = logits.shape as [number, number];
	drawRows(layer, logits.dataSync() as Float32Array, buffers, conditions);
	const probabilities = segmentSoftmaxForward(tf, tf.tensor2d(buffers.scores, shape), layer.membershipTensor);
	const tanh = tf.tensor2d(buffers.tanh, shape);
	return {
		sample: tf.tensor2d(buffers.sample, shape),
		expected: tf.add(tf.sub(probabilities, layer.tanhMaskTensor), tanh),
		probabilities,
		tanh,
	};
}

/**
 * dL/dlogits, [batch, width].
 *
 * @param sampleGradient dL/dsample, [batch, width]
 * @param expectedGradient dL/dexpected, [batch, width]; null: the loss does not depend on it
 */
export function spanOutputBackward(
	tf: Tfjs,
	layer: SpanOutputLayer,
	{ sample, probabilities, tanh }: SpanOutputForward,
	sampleGradient: Tensor,
	expectedGradient: Tensor | null,
): Tensor {
	const sum = expectedGradient === null ? sampleGradient : tf.add(sampleGradient, expectedGradient);
	const softmax = segmentSoftmaxBackward(tf, probabilities, layer.membershipTensor, sum);
	if (layer.offsets.length === 0) return softmax;
	// In a tanh span the softmax has one member and so no gradient. An offset that the sample leaves out (0, where
	// the tanh is not) has none from the sample.
	const slope = tf.sub(layer.tanhMaskTensor, tf.square(tanh));
	const isLeftOut = tf.mul(tf.abs(tf.sign(tf.sub(sample, tanh))), layer.tanhMaskTensor);
	const offsetGradient = tf.sub(sum, tf.mul(sampleGradient, isLeftOut));
	return tf.add(softmax, tf.mul(offsetGradient, slope));
}

/** Fills `sample`, `tanh`, and `scores`: the logits, shifted so that the largest of each softmax span is 0. */
function drawRows(
	{ layout, offsets, gumbelTable }: SpanOutputLayer,
	logits: Float32Array,
	{ uniform, sample, scores, tanh }: SpanOutputBuffers,
	conditions: RowConditions,
): void {
	const { width, spans } = layout;
	sample.fill(0);
	scores.fill(0);
	for (let index = 0; index < spans.length; index++) {
		const span = spans[index] as EncodedSpan;
		for (let row = 0, base = 0; base < logits.length; row++, base += width) {
			const start = base + span.start;
			const end = start + span.width;
			if (span.activation === 'tanh') {
				for (let i = start; i < end; i++) {
					tanh[i] = Math.tanh(logits[i] as number);
					sample[i] = tanh[i] as number;
				}
			} else if (conditions.spans[row] === index) {
				const fixed = start + (conditions.choices[row] as number);
				for (let i = start; i < end; i++) scores[i] = i === fixed ? 0 : IMPOSSIBLE;
				sample[fixed] = 1;
			} else {
				let drawn = start;
				let highest = Number.NEGATIVE_INFINITY;
				let largest = Number.NEGATIVE_INFINITY;
				for (let i = start; i < end; i++) {
					const logit = logits[i] as number;
					if (logit > largest) largest = logit;
					const score = logit + (gumbelTable[((uniform[i] as number) * GUMBEL_STEPS) | 0] as number);
					if (score > highest) {
						highest = score;
						drawn = i;
					}
				}
				for (let i = start; i < end; i++) scores[i] = (logits[i] as number) - largest;
				sample[drawn] = 1;
			}
		}
	}
	clearOffsets(layout, offsets, sample);
}

/** Sets offsets to 0 in rows whose mode has none. */
export function clearOffsets(layout: EncodedLayout, offsets: readonly OffsetModes[], rows: Float32Array): void {
	for (const { offset, span, scales } of offsets) {
		const { start } = layout.spans[span] as EncodedSpan;
		for (let base = 0; base < rows.length; base += layout.width) {
			for (let k = 0; k < scales.length; k++) {
				if (scales[k] === 0 && rows[base + start + k] === 1) rows[base + offset] = 0;
			}
		}
	}
}
